package inbox

import (
	"errors"
	"fmt"
	"io"
	"mime"
	netmail "net/mail"
	"path/filepath"
	"strings"
	"time"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"
)

// Mail is what a list of mails says of one.
type Mail struct {
	Name      string    // of its file; names sort in the order of arrival
	Path      string    // of its file
	Size      int64     // bytes
	From      string    // as the header says
	To        string    // the recipients that the client named, by comma
	MessageID string    // without the angle brackets
	Subject   string    // decoded
	Date      time.Time // as the header says; zero if it says none
}

func newMail(header netmail.Header, path string, size int64) Mail {
	date, _ := header.Date() // zero without one
	return Mail{
		Name:      filepath.Base(path),
		Path:      path,
		Size:      size,
		From:      decoded(header.Get("From")),
		To:        strings.Join(header["Delivered-To"], ", "),
		MessageID: strings.Trim(header.Get("Message-Id"), "<> "),
		Subject:   decoded(header.Get("Subject")),
		Date:      date,
	}
}

// decoded is a header's text for people; what cannot be decoded stays as it is.
func decoded(header string) string {
	text, err := new(mime.WordDecoder).DecodeHeader(header)
	if err != nil {
		return header
	}
	return text
}

// content is a mail taken apart.
type content struct {
	Header      []field
	Text, HTML  string
	Attachments []attachment
}

type field struct{ Name, Value string }

type attachment struct {
	Name string
	Type string // media type without parameters
	Data []byte
}

// Size is in bytes.
func (a attachment) Size() int64 { return int64(len(a.Data)) }

// parse takes a mail apart. A part in an unknown character set is kept as it is.
func parse(raw io.Reader) (content, error) {
	reader, err := mail.CreateReader(raw)
	if err != nil && !message.IsUnknownCharset(err) {
		return content{}, fmt.Errorf("parse the mail: %w", err)
	}
	defer func() { _ = reader.Close() }()
	var c content
	for fields := reader.Header.Fields(); fields.Next(); {
		c.Header = append(c.Header, field{fields.Key(), decoded(fields.Value())})
	}
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return c, nil
		}
		if err != nil && !message.IsUnknownCharset(err) {
			return content{}, fmt.Errorf("parse the mail: %w", err)
		}
		if err := c.add(part); err != nil {
			return content{}, fmt.Errorf("read a part of the mail: %w", err)
		}
	}
}

func (c *content) add(part *mail.Part) error {
	data, err := io.ReadAll(part.Body)
	if err != nil {
		return err
	}
	switch header := part.Header.(type) {
	case *mail.InlineHeader:
		kind, _, _ := header.ContentType()
		if kind == "text/html" {
			c.HTML += string(data)
		} else {
			c.Text += string(data)
		}
	case *mail.AttachmentHeader:
		name, _ := header.Filename()
		kind, _, _ := header.ContentType()
		c.Attachments = append(c.Attachments, attachment{Name: name, Type: kind, Data: data})
	}
	return nil
}
