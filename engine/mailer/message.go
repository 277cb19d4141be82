package mailer

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/textproto"
	"strings"
	"time"
	"unicode"

	"github.com/wneessen/go-mail"
)

// Message is one mail to one person.
type Message struct {
	// ID is the part of the Message-ID before the @; the sender's domain comes
	// after it. A mail that is sent again must have it again, since that is how a
	// mailbox knows a copy.
	ID          string
	Date        time.Time
	To          Recipient
	Subject     string // one line
	Text, HTML  string // the same content twice
	Attachments []Attachment
}

// Recipient is whom a mail goes to. Both fields may be nonsense: see [Build].
type Recipient struct{ Address, Name string }

// Attachment is a PDF document.
type Attachment struct {
	Name string // of the file, with its suffix
	Data []byte
}

// Build makes the mail: the same message and settings give the same bytes. It
// fails when no mail can go to the recipient, or when the sender or a header would break it.
func Build(c Config, m Message) (*mail.Msg, error) {
	if err := CheckAddress(m.To.Address); err != nil {
		return nil, fmt.Errorf("bad mail address %q: %w", m.To.Address, err)
	}
	sender, err := parseSender(c.From)
	if err != nil {
		return nil, fmt.Errorf("build the mail: the sender %q is not a mail address: %w", c.From, err)
	}
	if strings.ContainsFunc(m.ID+m.Subject, unicode.IsControl) {
		return nil, errors.New("build the mail: a control character in its ID or subject")
	}
	message := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithBoundary(m.boundary("mixed")))
	message.FromMailAddress(sender)
	message.ToMailAddress(&netmail.Address{Address: m.To.Address, Name: printable(m.To.Name)})
	if c.ReplyTo != "" {
		message.ReplyToMailAddress(&netmail.Address{Address: c.ReplyTo})
	}
	message.Subject(m.Subject)
	message.SetDateWithValue(m.Date)
	message.SetMessageIDWithValue(m.ID + sender.Address[strings.LastIndexByte(sender.Address, '@'):])
	// No vacation notice answers such a mail (RFC 3834).
	message.SetGenHeader("Auto-Submitted", "auto-generated")

	body, err := m.alternatives()
	if err != nil {
		return nil, fmt.Errorf("build the mail: %w", err)
	}
	kind := mime.FormatMediaType("multipart/alternative", map[string]string{"boundary": m.boundary("alternative")})
	message.SetBodyWriter(mail.ContentType(kind), func(w io.Writer) (int64, error) {
		n, err := w.Write(body)
		return int64(n), err
	}, mail.WithPartEncoding(mail.NoEncoding))
	for _, attachment := range m.Attachments {
		if err := message.AttachReader(attachment.Name, bytes.NewReader(attachment.Data), attachment.headers); err != nil {
			return nil, fmt.Errorf("attach %s: %w", attachment.Name, err)
		}
	}
	return message, nil
}

// alternatives are the text and the HTML as a multipart body. The library would
// write it with a random boundary, or with the same one as the mail's own.
func (m Message) alternatives() ([]byte, error) {
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	if err := parts.SetBoundary(m.boundary("alternative")); err != nil {
		return nil, err
	}
	// The last is the one that mail programs prefer (RFC 2046).
	for _, part := range []struct{ kind, content string }{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		w, err := parts.CreatePart(textproto.MIMEHeader{
			"Content-Type":              {part.kind + "; charset=UTF-8"},
			"Content-Transfer-Encoding": {"quoted-printable"},
		})
		if err != nil {
			return nil, err
		}
		encoder := quotedprintable.NewWriter(w)
		if _, err := io.WriteString(encoder, part.content); err != nil {
			return nil, err
		}
		if err := encoder.Close(); err != nil {
			return nil, err
		}
	}
	err := parts.Close()
	return body.Bytes(), err
}

// boundary depends on all of the content, so no content can contain it.
func (m Message) boundary(level string) string {
	hash := sha256.New()
	for _, text := range []string{m.ID, m.Text, m.HTML} {
		fmt.Fprintf(hash, "%d:%s", len(text), text)
	}
	for _, attachment := range m.Attachments {
		hash.Write(attachment.Data)
	}
	return fmt.Sprintf("%s-%x", level, hash.Sum(nil)[:16])
}

// headers write a name outside ASCII as RFC 2231 has it.
func (a Attachment) headers(file *mail.File) {
	file.Header.Set("Content-Type", "application/pdf")
	file.Header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.Name}))
}

// printable leaves out what has no place in a name: line breaks and other
// control characters, and marks that turn the direction of writing.
func printable(name string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, "�")))
}
