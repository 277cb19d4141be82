package weekly

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
	"creatorpay/internal/inbox"
)

func TestEveryCreatorWithViewsGetsOneMail(t *testing.T) {
	t.Parallel()
	m := rig.NewMailing(t, 60)
	m.StartMailer()

	m.Starter("run", "weekly", "--week", rig.Week).RequireSuccess()

	m.RequireOneEach()
	m.RequireSettled(oracle.RollUp("weekly", "2024-05-06", m.Want))
	m.Starter("run", "weekly", "--week", rig.Week).RequireRefusal(rig.Week + " is closed")
	m.Starter("mail", "send", "--week", rig.Week).RequireSuccess()
	m.RequireOneEach()
}

func TestAWeekThatIsResetSendsNothingTwice(t *testing.T) {
	t.Parallel()
	m := rig.NewMailing(t, 60)
	m.StartMailer()
	m.Inbox.Misbehave(rig.Address(30), inbox.RefuseForNow, -1)
	run := m.BeginStarter("run", "weekly", "--week", rig.Week)
	rig.WaitUntil(t, "all mails but one are sent", func() bool { return len(m.Mails()) == 57 })
	run.Kill()

	m.Inbox.Misbehave(rig.Address(30), inbox.RefuseForNow, 0)
	m.Reset("weekly:" + rig.Week)
	m.Starter("mail", "send", "--week", rig.Week).RequireSuccess() // what the first run began goes on

	require.Equal(t, "sent", m.State(30))
	m.RequireOneEach()
}

func TestMisbehavingMailServers(t *testing.T) {
	t.Parallel()
	m := rig.NewMailing(t, 40)
	m.StartMailer("SMTP_TIMEOUT=15s") // for the one that hangs; the others take less on a slow machine, too
	m.Inbox.Misbehave(rig.Address(3), inbox.Refuse, -1)
	m.Inbox.Misbehave(rig.Address(4), inbox.RefuseContent, -1)
	m.Inbox.Misbehave(rig.Address(5), inbox.CutStored, 1)
	m.Inbox.Misbehave(rig.Address(6), inbox.CutUnstored, 1)
	m.Inbox.Misbehave(rig.Address(7), inbox.Hang, 1)
	m.Inbox.Misbehave(rig.Address(8), inbox.RefuseForNow, 1)
	m.Inbox.Misbehave(rig.Address(9), inbox.RefuseContentForNow, 1)

	run := m.BeginStarter("run", "weekly", "--week", rig.Week)
	waitUntilDeferred(m)
	m.Starter("mail", "send", "--week", rig.Week).RequireSuccess()
	run.Wait().RequireSuccess()

	for creator, want := range map[int64]string{3: "rejected", 4: "rejected", 5: "unknown", 6: "unknown", 7: "unknown", 8: "sent", 9: "sent"} {
		require.Equal(t, want, m.State(creator), "creator %d", creator)
	}
	status := m.Starter("mail", "status", "--week", rig.Week).RequireSuccess().Stdout
	require.Contains(t, status, "550")
	require.Contains(t, status, rig.Address(3))
	m.Starter("mail", "send", "--week", rig.Week).RequireSuccess()
	require.Equal(t, "unknown", m.State(6), "what is unknown is not sent again by itself")

	// The operator's part.
	m.Inbox.Misbehave(rig.Address(3), inbox.Refuse, 0)
	m.Inbox.Misbehave(rig.Address(4), inbox.RefuseContent, 0)
	for _, creator := range []string{"3", "4", "6", "7"} {
		m.Starter("mail", "resend", "--week", rig.Week, "--creator", creator).RequireSuccess()
	}
	m.Starter("mail", "confirm", "--week", rig.Week, "--creator", "5").RequireSuccess()
	m.Starter("mail", "confirm", "--week", rig.Week, "--creator", "5").RequireRefusal("no mail of " + rig.Week + " whose fate is unknown")
	m.Starter("mail", "resend", "--week", rig.Week, "--creator", "5").RequireRefusal("no mail of " + rig.Week + " that was rejected or is unknown")
	m.RequireOneEach()
}

func TestWorkersKilledWhileTheyMailSendNothingTwice(t *testing.T) {
	t.Parallel()
	random := rig.NewRandom(t)
	m := rig.NewMailing(t, 150)
	m.DetectRaces()
	run := m.BeginStarter("run", "weekly", "--week", rig.Week)
	for range 3 {
		worker := m.StartMailer("MAIL_SLOTS=2")
		before := len(m.Mails())
		rig.WaitUntil(t, "some more mails are sent", func() bool { return len(m.Mails()) > before+random.IntN(20) || len(m.Mails()) > 140 })
		rig.WaitRandomly(t, random)
		worker.Kill()
	}
	m.StartMailer()
	run.Wait().RequireSuccess()

	got := m.Mails()
	for creator := range int64(148) {
		switch m.State(creator + 1) {
		case "sent":
			require.Equal(t, 1, got[creator+1])
		case "unknown":
			require.LessOrEqual(t, got[creator+1], 1)
			choice := "resend"
			if got[creator+1] == 1 {
				choice = "confirm"
			}
			m.Starter("mail", choice, "--week", rig.Week, "--creator", fmt.Sprint(creator+1)).RequireSuccess()
		default:
			require.Fail(t, "creator", "%d is %s", creator+1, m.State(creator+1))
		}
	}
	m.RequireOneEach()
}

func TestAWeekWithoutAMailServerClosesAndSaysSo(t *testing.T) {
	t.Parallel()
	m := rig.NewMailing(t, 10)
	worker := m.StartWorker()

	m.Starter("run", "weekly", "--week", rig.Week).RequireFailure("SMTP_ADDR", "starter mail send --week "+rig.Week)

	m.RequireSettled(oracle.RollUp("weekly", "2024-05-06", m.Want))
	require.Empty(t, m.Mails())
	worker.Kill()
	m.StartMailer()
	m.Starter("mail", "send", "--week", rig.Week).RequireSuccess()
	m.RequireOneEach()
}

func TestPreviewWritesTheDocumentsAndSendsNothing(t *testing.T) {
	t.Parallel()
	m := rig.NewMailing(t, 5)
	m.StartMailer()
	m.Starter("run", "weekly", "--no-mail", "--week", rig.Week).RequireSuccess()
	dir := t.TempDir()

	m.Starter("mail", "preview", "--week", rig.Week, "--creator", "2", "-o", dir).RequireSuccess()

	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 3)
	for _, entry := range entries {
		info, err := entry.Info()
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "%s has a name, an address and amounts", entry.Name())
	}
	require.Empty(t, m.Mails())
	m.Starter("mail", "preview", "--week", rig.Week, "--creator", "5", "-o", dir).RequireRefusal("creator 5 has no statement for " + rig.Week)
}
