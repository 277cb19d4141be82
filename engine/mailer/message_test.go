package mailer

import (
	"bytes"
	"errors"
	"io"
	"net/mail"
	"testing"

	gomail "github.com/emersion/go-message/mail"
	"github.com/stretchr/testify/require"
)

func TestTheSameMessageGivesTheSameBytes(t *testing.T) {
	first, second := built(t, message("a@example.com")), built(t, message("a@example.com"))
	require.Equal(t, string(first), string(second))
}

func TestHeadersOfAMail(t *testing.T) {
	parsed, err := mail.ReadMessage(bytes.NewReader(built(t, message("a@example.com"))))
	require.NoError(t, err)
	for name, want := range map[string]string{
		"Message-Id":     "<statement-42@example.com>",
		"Date":           "Mon, 13 May 2024 10:02:03 +0900",
		"From":           "<payouts@example.com>",
		"Reply-To":       "<help@example.com>",
		"Auto-Submitted": "auto-generated",
		"User-Agent":     "",
		"X-Mailer":       "",
	} {
		require.Equal(t, want, parsed.Header.Get(name), name)
	}
	to, err := parsed.Header.AddressList("To")
	require.NoError(t, err)
	require.Equal(t, []*mail.Address{{Name: "김하늘", Address: "a@example.com"}}, to)
}

func TestNameOfTheSenderIsInTheHeaderOnly(t *testing.T) {
	c := config("127.0.0.1:25")
	c.From = "정산 <payouts@example.com>"
	message, err := Build(c, message("a@example.com"))
	require.NoError(t, err)
	var raw bytes.Buffer
	_, err = message.WriteTo(&raw)
	require.NoError(t, err)
	parsed, err := mail.ReadMessage(&raw)
	require.NoError(t, err)
	from, err := parsed.Header.AddressList("From")
	require.NoError(t, err)
	require.Equal(t, []*mail.Address{{Name: "정산", Address: "payouts@example.com"}}, from)
	require.Equal(t, "<statement-42@example.com>", parsed.Header.Get("Message-Id"))
	envelope, err := message.GetSender(false)
	require.NoError(t, err)
	require.Equal(t, "<payouts@example.com>", envelope)
}

func TestAMailWithoutASenderIsRefused(t *testing.T) {
	_, err := Build(Config{}, message("a@example.com"))
	require.ErrorContains(t, err, "the sender")
}

func TestPartsOfAMail(t *testing.T) {
	reader, err := gomail.CreateReader(bytes.NewReader(built(t, message("a@example.com"))))
	require.NoError(t, err)
	var parts []string
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		body, err := io.ReadAll(part.Body)
		require.NoError(t, err)
		switch header := part.Header.(type) {
		case *gomail.InlineHeader:
			kind, parameters, err := header.ContentType()
			require.NoError(t, err)
			parts = append(parts, kind+" "+parameters["charset"]+": "+string(body))
		case *gomail.AttachmentHeader:
			name, err := header.Filename()
			require.NoError(t, err)
			parts = append(parts, header.Get("Content-Type")+" "+name+": "+string(body))
		}
	}
	require.Equal(t, []string{
		"text/plain UTF-8: 합계 ₩1\r\n.\r\n끝",
		"text/html UTF-8: <p>합계 <b>₩1</b></p>",
		"application/pdf 명세서.pdf: %PDF-1.7\n...",
		"application/pdf top5.pdf: %PDF-1.7",
	}, parts)
}

func TestAMailIsASCII(t *testing.T) {
	for _, b := range built(t, message("a@example.com")) {
		require.Less(t, b, byte(0x80))
	}
}

func TestANameCannotAddAHeader(t *testing.T) {
	m := message("a@example.com")
	m.To.Name = "a\r\nBcc: b@example.com\u202e\xff, \"c\" <d@example.com>"
	parsed, err := mail.ReadMessage(bytes.NewReader(built(t, m)))
	require.NoError(t, err)
	require.Empty(t, parsed.Header.Get("Bcc"))
	to, err := parsed.Header.AddressList("To")
	require.NoError(t, err)
	require.Equal(t, []*mail.Address{{Name: "aBcc: b@example.com�, \"c\" <d@example.com>", Address: "a@example.com"}}, to)
}

func TestASubjectOfTwoLinesIsRefused(t *testing.T) {
	m := message("a@example.com")
	m.Subject = "a\r\nBcc: b@example.com"
	_, err := Build(config("127.0.0.1:25"), m)
	require.ErrorContains(t, err, "control character")
}

func TestLinesOfAMailAreShortEnough(t *testing.T) {
	m := message("a@example.com")
	m.HTML = "<p>" + string(bytes.Repeat([]byte("가"), 5000)) + "</p>"
	for line := range bytes.Lines(built(t, m)) {
		require.LessOrEqual(t, len(line), 1000, "RFC 5322")
	}
}

func built(t *testing.T, m Message) []byte {
	t.Helper()
	message, err := Build(config("127.0.0.1:25"), m)
	require.NoError(t, err)
	var raw bytes.Buffer
	_, err = message.WriteTo(&raw)
	require.NoError(t, err)
	return raw.Bytes()
}
