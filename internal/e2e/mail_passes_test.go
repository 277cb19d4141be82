package e2e

import (
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/inbox"
)

// waitUntilDeferred waits until the week's mails have made a pass and wait for
// the next one.
func (m *mailing) waitUntilDeferred() {
	m.t.Helper()
	waitUntil(m.t, "the run waits for the mail server", func() bool {
		return strings.Contains(m.starter("mail", "status", "--week", week).stdout, "mail:"+week+" tries them at ")
	})
}

func TestFullMailboxesKeepNobodyWaiting(t *testing.T) {
	t.Parallel()
	m := newMailing(t, 56) // of whom 54 get a mail
	m.startWorker(append(m.environment, "MAIL_SLOTS=1")...)
	for creator := range int64(4) {
		m.inbox.Misbehave(address(creator*10+1), inbox.FullMailbox, -1)
	}
	run := m.beginStarter("run", "weekly", "--week", week)
	m.waitUntilDeferred()

	require.Len(t, m.mails(), 50, "all others have theirs after the first pass")
	status := m.starter("mail", "status", "--week", week).requireSuccess().stdout
	require.Equal(t, 4, strings.Count(status, "The mailbox is full"))
	require.Contains(t, status, "4 mails not sent yet: mail:"+week+" tries them at ")

	for creator := range int64(4) {
		m.inbox.Misbehave(address(creator*10+1), inbox.FullMailbox, 0)
	}
	m.starter("mail", "send", "--week", week).requireSuccess()
	run.wait().requireSuccess()
	m.requireOneEach()
}

func TestAWorkerThatIsToldToStopLeavesNoMailUnknown(t *testing.T) {
	t.Parallel()
	m := newMailing(t, 150)
	run := m.beginStarter("run", "weekly", "--week", week)
	for range 3 {
		worker := m.startWorker(append(m.environment, "MAIL_SLOTS=2")...)
		before := len(m.mails())
		waitUntil(t, "some more mails are sent", func() bool { return len(m.mails()) > before })
		worker.signal(syscall.SIGTERM)
		worker.wait().requireSuccess()
		require.Zero(t, m.number(`SELECT COUNT(*) FROM deliveries WHERE state NOT IN ('pending', 'sent')`))
	}
	m.startWorker(m.environment...)
	run.wait().requireSuccess()
	m.requireOneEach()
}
