package rig

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/emersion/go-message/mail"
	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/inbox"
)

// The first settled day of a system with mails, and its week.
const (
	Sunday = "2024-05-12" // the first settled day, and the last of its week
	Week   = "2024-W19"
)

// manyCreators has a Sunday on which every creator but the last two has counted
// views. The last but one has only watched its own video.
func manyCreators(count int64) *oracle.Platform {
	p := oracle.NewPlatform("Asia/Seoul")
	for id := range count {
		p.AddVideo(oracle.Video{ID: id + 1, Creator: id + 1, Title: fmt.Sprintf("영상 %d 大韓民國", id+1)})
	}
	for id := range count - 2 {
		for play := range 1 + id%5 {
			p.Play(id+1, 1_000_000+play, Sunday+" 12:00:00", 60, 2)
		}
	}
	p.Play(count-1, count-1, Sunday+" 12:00:00", 60, 2) // a self view
	return p
}

// Mailing is a system whose worker's mails go to an inbox, with the Sunday
// closed.
type Mailing struct {
	*System
	Inbox *inbox.Inbox
	Want  oracle.Result
}

// StartInbox starts a mail server that takes all mails.
func StartInbox(t testing.TB) *inbox.Inbox {
	t.Helper()
	box, err := inbox.Start(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, box.Stop()) })
	return box
}

// MailSettings are those of a worker whose mails go to the inbox.
func MailSettings(box *inbox.Inbox) []string {
	return []string{"SMTP_ADDR=" + box.SMTPAddr, "SMTP_FROM=payments@creatorpay.example", "MAIL_RATE=0"}
}

// NewMailing has run the Sunday, with so many creators, and has no worker any more.
func NewMailing(t *testing.T, creators int64) *Mailing {
	t.Helper()
	p := manyCreators(creators)
	box := StartInbox(t)
	m := &Mailing{System: New(t, p), Inbox: box, Want: p.Settle(Sunday, Sunday)[0]}
	worker := m.StartMailer()
	m.RunDay(Sunday).RequireSuccess()
	worker.Kill()
	return m
}

// Mails are how many mails each creator has got.
func (m *Mailing) Mails() map[int64]int {
	m.T.Helper()
	all, err := m.Inbox.Mails()
	require.NoError(m.T, err)
	got := map[int64]int{}
	for _, one := range all {
		id, err := strconv.ParseInt(regexp.MustCompile(`^creator\.(\d+)@`).FindStringSubmatch(one.To)[1], 10, 64)
		require.NoError(m.T, err)
		require.Equal(m.T, fmt.Sprintf("statement.%s-%d.1@creatorpay.example", Week, id), one.MessageID)
		got[id]++
	}
	return got
}

// RequireOneEach means that every creator of whom something counted, and nobody
// else, has got one mail, and that the amounts in them add up to the week's.
func (m *Mailing) RequireOneEach() {
	m.T.Helper()
	want := map[int64]int{}
	var total int64
	for _, l := range m.Want.Counted() {
		want[l.Video.Creator] = 1
		total += l.VideoAmount + l.AdAmount
	}
	require.Equal(m.T, want, m.Mails())
	require.EqualValues(m.T, len(want), m.Number(`SELECT COUNT(*) FROM deliveries WHERE state = 'sent'`))
	require.EqualValues(m.T, len(want), m.Number(`SELECT COUNT(*) FROM deliveries`))

	mails, err := m.Inbox.Mails()
	require.NoError(m.T, err)
	amount := regexp.MustCompile(`₩([0-9,]+)`)
	for _, one := range mails {
		text, documents := ReadMail(m.T, one.Path)
		require.Equal(m.T, 2, documents)
		won, err := strconv.ParseInt(strings.ReplaceAll(amount.FindStringSubmatch(text)[1], ",", ""), 10, 64)
		require.NoError(m.T, err)
		total -= won
	}
	require.Zero(m.T, total, "the mails' amounts add up to the export's")
}

// ReadMail is the text of a stored mail, and how many PDF documents it has.
func ReadMail(t testing.TB, path string) (text string, documents int) {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	reader, err := mail.CreateReader(file)
	require.NoError(t, err)
	for part, err := range parts(reader) {
		require.NoError(t, err)
		content, err := io.ReadAll(part.Body)
		require.NoError(t, err)
		switch kind, _, _ := strings.Cut(part.Header.Get("Content-Type"), ";"); kind {
		case "text/plain":
			text = string(content)
		case "application/pdf":
			require.True(t, bytes.HasPrefix(content, []byte("%PDF-")))
			documents++
		}
	}
	return text, documents
}

// parts are the mail's parts up to its end or the first error.
func parts(reader *mail.Reader) iter.Seq2[*mail.Part, error] {
	return func(yield func(*mail.Part, error) bool) {
		for {
			part, err := reader.NextPart()
			if errors.Is(err, io.EOF) || !yield(part, err) || err != nil {
				return
			}
		}
	}
}

// StartMailer starts a worker whose mails go to the inbox, with further settings.
func (m *Mailing) StartMailer(settings ...string) *Program {
	m.T.Helper()
	return m.StartWorker(append(MailSettings(m.Inbox), settings...)...)
}

// State is the state of a creator's delivery, empty before there is any.
func (m *Mailing) State(creator int64) (state string) {
	m.T.Helper()
	require.NoError(m.T, m.SQL.QueryRowContext(m.T.Context(), `SELECT COALESCE(MAX(state), '') FROM deliveries WHERE creator_id = ?`, creator).Scan(&state))
	return state
}

// Address is where a creator's mails go.
func Address(creator int64) string { return fmt.Sprintf("creator.%d@example.com", creator) }
