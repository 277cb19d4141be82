package weekly

import (
	"context"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"creatorpay/internal/e2e/rig"
	"creatorpay/internal/inbox"
)

// waitUntilDeferred waits until the week's mails have made a pass and wait for
// the next one.
func waitUntilDeferred(m *rig.Mailing) {
	m.T.Helper()
	rig.WaitUntil(m.T, "the run waits for the mail server", func() bool {
		return strings.Contains(m.Starter("mail", "status", "--week", rig.Week).Stdout, "mail:"+rig.Week+" tries them at ")
	})
}

func TestFullMailboxesKeepNobodyWaiting(t *testing.T) {
	t.Parallel()
	m := rig.NewMailing(t, 56) // of whom 54 get a mail
	m.StartMailer("MAIL_SLOTS=1")
	for creator := range int64(4) {
		m.Inbox.Misbehave(rig.Address(creator*10+1), inbox.FullMailbox, -1)
	}
	run := m.BeginStarter("run", "weekly", "--week", rig.Week)
	waitUntilDeferred(m)

	require.Len(t, m.Mails(), 50, "all others have theirs after the first pass")
	status := m.Starter("mail", "status", "--week", rig.Week).RequireSuccess().Stdout
	require.Equal(t, 4, strings.Count(status, "The mailbox is full"))
	require.Contains(t, status, "4 mails not sent yet: mail:"+rig.Week+" tries them at ")

	for creator := range int64(4) {
		m.Inbox.Misbehave(rig.Address(creator*10+1), inbox.FullMailbox, 0)
	}
	m.Starter("mail", "send", "--week", rig.Week).RequireSuccess()
	run.Wait().RequireSuccess()
	m.RequireOneEach()
}

// What ends the run ends its mails, too, and a run that went on from there would wait for
// them for ever.
func TestAWeekThatIsCutOffWhileItMailsIsMailedByARetry(t *testing.T) {
	for name, cutOff := range map[string]func(context.Context, client.Client) error{
		"canceled": func(ctx context.Context, c client.Client) error {
			return c.CancelWorkflow(ctx, "weekly:"+rig.Week, "")
		},
		"terminated": func(ctx context.Context, c client.Client) error {
			return c.TerminateWorkflow(ctx, "weekly:"+rig.Week, "", "test")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := rig.NewMailing(t, 10)
			m.StartMailer()
			m.Inbox.Misbehave(rig.Address(1), inbox.FullMailbox, -1)
			run := m.BeginStarter("run", "weekly", "--week", rig.Week)
			waitUntilDeferred(m)

			require.NoError(t, cutOff(t.Context(), m.Dial()))
			run.Wait().RequireFailure(name)
			m.Inbox.Misbehave(rig.Address(1), inbox.FullMailbox, 0)
			m.Starter("retry", "weekly", "--week", rig.Week).RequireSuccess()

			m.RequireOneEach()
		})
	}
}

func TestAWorkerThatIsToldToStopLeavesNoMailUnknown(t *testing.T) {
	t.Parallel()
	m := rig.NewMailing(t, 150)
	run := m.BeginStarter("run", "weekly", "--week", rig.Week)
	for range 3 {
		worker := m.StartMailer("MAIL_SLOTS=2")
		before := len(m.Mails())
		rig.WaitUntil(t, "some more mails are sent", func() bool { return len(m.Mails()) > before || len(m.Mails()) == 148 })
		require.NoError(t, worker.Signal(syscall.SIGTERM))
		worker.Wait().RequireSuccess()
		require.Zero(t, m.Number(`SELECT COUNT(*) FROM deliveries WHERE state NOT IN ('pending', 'sent')`))
	}
	m.StartMailer()
	run.Wait().RequireSuccess()
	m.RequireOneEach()
}
