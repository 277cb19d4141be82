package activities

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/engine/mailer"
	"creatorpay/internal/inbox"
	"creatorpay/settlement"
	"creatorpay/templates"
)

var newRenderer = sync.OnceValues(templates.NewRenderer)

// drawing is the renderer of all tests.
func drawing(t *testing.T) *templates.Renderer {
	t.Helper()
	renderer, err := newRenderer()
	require.NoError(t, err)
	return renderer
}

// mailRig is a closed week with a pending mail to each of the creators 1 to n,
// and an inbox.
type mailRig struct {
	*bundle
	inbox   *inbox.Inbox
	mailing *Mailing
}

func openMailRig(t *testing.T, creators int64) *mailRig {
	t.Helper()
	b := setup(t)
	b.AddDays(saturday, sunday)
	for id := int64(1); id <= creators; id++ {
		b.AddVideo(id, db.Video{ID: id, Title: "v"})
		b.Watch(thursday, id, 1)
	}
	b.closeWeek()
	box, err := inbox.Start(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, box.Stop()) })
	m := &mailRig{bundle: b, inbox: box, mailing: &Mailing{
		DB:       b.DB,
		Post:     mailer.Config{Addr: box.SMTPAddr, From: "payments@creatorpay.example", ReplyTo: "help@creatorpay.example", Timeout: time.Minute},
		Renderer: drawing(t),
	}}
	b.env.RegisterActivity(m.mailing)
	return m
}

// send sends the mails of all creators as one batch.
func (m *mailRig) send() error {
	m.Helper()
	_, err := run[any](m.bundle, m.mailing.SendMails, SendMailsInput{Week: week, Creators: settlement.AllCreators})
	return err
}

func (m *mailRig) count() CountMailsResult {
	m.Helper()
	result, err := run[CountMailsResult](m.bundle, m.activities.CountMails, PeriodInput{Period: week})
	require.NoError(m, err)
	return result
}

// received are the addresses of the mails in the inbox, in order.
func (m *mailRig) received() (addresses []string) {
	m.Helper()
	mails, err := m.inbox.Mails()
	require.NoError(m, err)
	for _, mail := range mails {
		addresses = append(addresses, mail.To)
	}
	return addresses
}

// deliveries are the week's deliveries by creator, in any state.
func (m *mailRig) deliveries() map[int64]db.Delivery {
	m.Helper()
	all, err := m.DB.Deliveries(m.Context(), week,
		db.DeliveryPending, db.DeliverySending, db.DeliverySent, db.DeliveryRejected, db.DeliveryUnknown)
	require.NoError(m, err)
	byCreator := make(map[int64]db.Delivery)
	for _, delivery := range all {
		byCreator[delivery.CreatorID] = delivery
	}
	return byCreator
}

func (m *mailRig) states() map[int64]string {
	m.Helper()
	states := make(map[int64]string)
	for creator, delivery := range m.deliveries() {
		states[creator] = delivery.State
	}
	return states
}

// attachedHashes are the SHA-256 of the mail's attachments, in order.
func (m *mailRig) attachedHashes(path string) (hashes []string) {
	m.Helper()
	file, err := os.Open(path)
	require.NoError(m, err)
	defer file.Close()
	reader, err := mail.CreateReader(file)
	require.NoError(m, err)
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return hashes
		}
		require.NoError(m, err)
		if _, attached := part.Header.(*mail.AttachmentHeader); !attached {
			continue
		}
		content, err := io.ReadAll(part.Body)
		require.NoError(m, err)
		sum := sha256.Sum256(content)
		hashes = append(hashes, hex.EncodeToString(sum[:]))
	}
}

// mailServer is a mail server of a test's own making.
type mailServer struct {
	onSender func(from string) error
	onMail   func() error // when the whole mail is there
	sessions atomic.Int32
}

// serve makes the mailRig use the server.
func (m *mailRig) serve(server *mailServer) {
	m.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(m, err)
	smtpServer := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		server.sessions.Add(1)
		return server, nil
	}))
	ended := make(chan error, 1)
	go func() { ended <- smtpServer.Serve(listener) }()
	m.Cleanup(func() {
		require.NoError(m, smtpServer.Close())
		require.NoError(m, <-ended)
	})
	m.mailing.Post.Addr = listener.Addr().String()
}

func (s *mailServer) Reset()        {}
func (s *mailServer) Logout() error { return nil }

func (s *mailServer) Mail(from string, _ *smtp.MailOptions) error {
	if s.onSender == nil {
		return nil
	}
	return s.onSender(from)
}

func (s *mailServer) Rcpt(string, *smtp.RcptOptions) error { return nil }

func (s *mailServer) Data(content io.Reader) error {
	if _, err := io.Copy(io.Discard, content); err != nil || s.onMail == nil {
		return err
	}
	return s.onMail()
}
