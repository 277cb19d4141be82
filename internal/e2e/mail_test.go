package e2e

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

const (
	sunday = "2024-05-12" // the first settled day, and the last of its week
	week   = "2024-W19"
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
			p.Play(id+1, 1_000_000+play, sunday+" 12:00:00", 60, 2)
		}
	}
	p.Play(count-1, count-1, sunday+" 12:00:00", 60, 2) // a self view
	return p
}

// mailing is a system whose worker's mails go to an inbox, with the Sunday
// closed.
type mailing struct {
	*system
	inbox       *inbox.Inbox
	environment []string
	want        oracle.Result
}

func newMailing(t *testing.T, creators int64) *mailing {
	t.Helper()
	p := manyCreators(creators)
	box, err := inbox.Start(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, box.Stop()) })
	m := &mailing{system: newSystem(t, p), inbox: box, want: p.Settle(sunday, sunday)[0]}
	m.environment = []string{"SMTP_ADDR=" + box.SMTPAddr, "SMTP_FROM=payments@creatorpay.example", "SMTP_TIMEOUT=3s", "MAIL_RATE=0"}
	worker := m.startWorker(m.environment...)
	m.runDay(sunday).requireSuccess()
	worker.kill()
	return m
}

// mails are how many mails each creator has got.
func (m *mailing) mails() map[int64]int {
	m.t.Helper()
	all, err := m.inbox.Mails()
	require.NoError(m.t, err)
	got := map[int64]int{}
	for _, one := range all {
		id, err := strconv.ParseInt(regexp.MustCompile(`^creator\.(\d+)@`).FindStringSubmatch(one.To)[1], 10, 64)
		require.NoError(m.t, err)
		require.Equal(m.t, fmt.Sprintf("statement.%s-%d.1@creatorpay.example", week, id), one.MessageID)
		got[id]++
	}
	return got
}

// requireOneEach means that every creator of whom something counted, and nobody
// else, has got one mail, and that the amounts in them add up to the week's.
func (m *mailing) requireOneEach() {
	m.t.Helper()
	want := map[int64]int{}
	var total int64
	for _, l := range m.want.Counted() {
		want[l.Video.Creator] = 1
		total += l.VideoAmount + l.AdAmount
	}
	require.Equal(m.t, want, m.mails())
	require.EqualValues(m.t, len(want), m.number(`SELECT COUNT(*) FROM deliveries WHERE state = 'sent'`))
	require.EqualValues(m.t, len(want), m.number(`SELECT COUNT(*) FROM deliveries`))

	mails, err := m.inbox.Mails()
	require.NoError(m.t, err)
	amount := regexp.MustCompile(`₩([0-9,]+)`)
	for _, one := range mails {
		text, documents := m.read(one.Path)
		require.Equal(m.t, 2, documents)
		won, err := strconv.ParseInt(strings.ReplaceAll(amount.FindStringSubmatch(text)[1], ",", ""), 10, 64)
		require.NoError(m.t, err)
		total -= won
	}
	require.Zero(m.t, total, "the mails' amounts add up to the export's")
}

// read is the text of a stored mail, and how many PDF documents it has.
func (m *mailing) read(path string) (text string, documents int) {
	m.t.Helper()
	file, err := os.Open(path)
	require.NoError(m.t, err)
	defer file.Close()
	reader, err := mail.CreateReader(file)
	require.NoError(m.t, err)
	for part, err := range parts(reader) {
		require.NoError(m.t, err)
		content, err := io.ReadAll(part.Body)
		require.NoError(m.t, err)
		switch kind, _, _ := strings.Cut(part.Header.Get("Content-Type"), ";"); kind {
		case "text/plain":
			text = string(content)
		case "application/pdf":
			require.True(m.t, bytes.HasPrefix(content, []byte("%PDF-")))
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

// state is the state of a creator's delivery, empty before there is any.
func (m *mailing) state(creator int64) (state string) {
	m.t.Helper()
	require.NoError(m.t, m.sql.QueryRowContext(m.t.Context(), `SELECT COALESCE(MAX(state), '') FROM deliveries WHERE creator_id = ?`, creator).Scan(&state))
	return state
}

func address(creator int64) string { return fmt.Sprintf("creator.%d@example.com", creator) }

func TestEveryCreatorWithViewsGetsOneMail(t *testing.T) {
	t.Parallel()
	m := newMailing(t, 60)
	m.startWorker(m.environment...)

	m.starter("run", "weekly", "--week", week).requireSuccess()

	m.requireOneEach()
	m.requireSettled(oracle.RollUp("weekly", "2024-05-06", m.want))
	m.starter("run", "weekly", "--week", week).requireRefusal(week + " is closed")
	m.starter("mail", "send", "--week", week).requireSuccess()
	m.requireOneEach()
}

func TestAWeekThatIsResetSendsNothingTwice(t *testing.T) {
	t.Parallel()
	m := newMailing(t, 60)
	m.startWorker(m.environment...)
	m.inbox.Misbehave(address(30), inbox.RefuseForNow, -1)
	run := m.beginStarter("run", "weekly", "--week", week)
	waitUntil(t, "all mails but one are sent", func() bool { return len(m.mails()) == 57 })
	run.kill()

	m.inbox.Misbehave(address(30), inbox.RefuseForNow, 0)
	m.reset("weekly:" + week)
	m.starter("mail", "send", "--week", week).requireSuccess() // what the first run began goes on

	require.Equal(t, "sent", m.state(30))
	m.requireOneEach()
}

func TestMisbehavingMailServers(t *testing.T) {
	t.Parallel()
	m := newMailing(t, 40)
	m.startWorker(m.environment...)
	m.inbox.Misbehave(address(3), inbox.Refuse, -1)
	m.inbox.Misbehave(address(4), inbox.RefuseContent, -1)
	m.inbox.Misbehave(address(5), inbox.CutStored, 1)
	m.inbox.Misbehave(address(6), inbox.CutUnstored, 1)
	m.inbox.Misbehave(address(7), inbox.Hang, 1)
	m.inbox.Misbehave(address(8), inbox.RefuseForNow, 1)
	m.inbox.Misbehave(address(9), inbox.RefuseContentForNow, 1)

	run := m.beginStarter("run", "weekly", "--week", week)
	m.waitUntilDeferred()
	m.starter("mail", "send", "--week", week).requireSuccess()
	run.wait().requireSuccess()

	for creator, want := range map[int64]string{3: "rejected", 4: "rejected", 5: "unknown", 6: "unknown", 7: "unknown", 8: "sent", 9: "sent"} {
		require.Equal(t, want, m.state(creator), "creator %d", creator)
	}
	status := m.starter("mail", "status", "--week", week).requireSuccess().stdout
	require.Contains(t, status, "550")
	require.Contains(t, status, address(3))
	m.starter("mail", "send", "--week", week).requireSuccess()
	require.Equal(t, "unknown", m.state(6), "what is unknown is not sent again by itself")

	// The operator's part.
	m.inbox.Misbehave(address(3), inbox.Refuse, 0)
	m.inbox.Misbehave(address(4), inbox.RefuseContent, 0)
	for _, creator := range []string{"3", "4", "6", "7"} {
		m.starter("mail", "resend", "--week", week, "--creator", creator).requireSuccess()
	}
	m.starter("mail", "confirm", "--week", week, "--creator", "5").requireSuccess()
	m.starter("mail", "confirm", "--week", week, "--creator", "5").requireRefusal("no mail of " + week + " whose fate is unknown")
	m.starter("mail", "resend", "--week", week, "--creator", "5").requireRefusal("no mail of " + week + " that was rejected or is unknown")
	m.requireOneEach()
}

func TestWorkersKilledWhileTheyMailSendNothingTwice(t *testing.T) {
	t.Parallel()
	random := newRandom(t)
	m := newMailing(t, 150)
	m.detectRaces()
	run := m.beginStarter("run", "weekly", "--week", week)
	for range 3 {
		worker := m.startWorker(append(m.environment, "MAIL_SLOTS=2")...)
		before := len(m.mails())
		waitUntil(t, "some more mails are sent", func() bool { return len(m.mails()) > before+random.IntN(20) || len(m.mails()) > 140 })
		spin(t, random)
		worker.kill()
	}
	m.startWorker(m.environment...)
	run.wait().requireSuccess()

	got := m.mails()
	for creator := range int64(148) {
		switch m.state(creator + 1) {
		case "sent":
			require.Equal(t, 1, got[creator+1])
		case "unknown":
			require.LessOrEqual(t, got[creator+1], 1)
			choice := "resend"
			if got[creator+1] == 1 {
				choice = "confirm"
			}
			m.starter("mail", choice, "--week", week, "--creator", fmt.Sprint(creator+1)).requireSuccess()
		default:
			require.Fail(t, "creator", "%d is %s", creator+1, m.state(creator+1))
		}
	}
	m.requireOneEach()
}

func TestAWeekWithoutAMailServerClosesAndSaysSo(t *testing.T) {
	t.Parallel()
	m := newMailing(t, 10)
	worker := m.startWorker()

	m.starter("run", "weekly", "--week", week).requireFailure("SMTP_ADDR", "starter mail send --week "+week)

	m.requireSettled(oracle.RollUp("weekly", "2024-05-06", m.want))
	require.Empty(t, m.mails())
	worker.kill()
	m.startWorker(m.environment...)
	m.starter("mail", "send", "--week", week).requireSuccess()
	m.requireOneEach()
}

func TestPreviewWritesTheDocumentsAndSendsNothing(t *testing.T) {
	t.Parallel()
	m := newMailing(t, 5)
	m.startWorker(m.environment...)
	m.starter("run", "weekly", "--no-mail", "--week", week).requireSuccess()
	dir := t.TempDir()

	m.starter("mail", "preview", "--week", week, "--creator", "2", "-o", dir).requireSuccess()

	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 3)
	for _, entry := range entries {
		info, err := entry.Info()
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "%s has a name, an address and amounts", entry.Name())
	}
	require.Empty(t, m.mails())
	m.starter("mail", "preview", "--week", week, "--creator", "5", "-o", dir).requireRefusal("creator 5 has no statement for " + week)
}
