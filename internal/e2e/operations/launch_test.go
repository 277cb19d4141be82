package operations

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"creatorpay/internal/e2e/rig"
)

const launchOfToday = "launch:daily:" + rig.Today

// launchToday triggers the day without waiting, and waits until it runs.
func launchToday(s *rig.System) {
	s.T.Helper()
	s.Starter("schedule", "trigger", "--kind", "daily", "--date", rig.Today, "--no-wait").RequireSuccess()
	s.WaitUntilState(rig.Today, "running")
}

// launchEnds waits for the end of the latest launch of today.
func launchEnds(s *rig.System, c client.Client) error {
	s.T.Helper()
	return c.GetWorkflow(s.T.Context(), launchOfToday, "").Get(s.T.Context(), nil)
}

// What a launch waits for may end while it is closed, and Temporal tells a
// parent that is reset afterwards nothing of it.
func TestRunOutlivesItsTerminatedLaunchWhichCanBeReset(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	counting := s.LockCounting()
	launchToday(s)
	c := s.Dial()

	require.NoError(t, c.TerminateWorkflow(t.Context(), launchOfToday, "", "test"))
	require.Equal(t, "running", s.StateOf(rig.Today))
	counting.Release()
	s.WaitUntilState(rig.Today, "closed")
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])

	s.ResetToItsEnd(launchOfToday)
	require.NoError(t, launchEnds(s, c))
}

func TestCancelledLaunchCancelsItsRun(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	counting := s.LockCounting()
	launchToday(s)
	c := s.Dial()

	require.NoError(t, c.CancelWorkflow(t.Context(), launchOfToday, ""))

	require.ErrorContains(t, launchEnds(s, c), "canceled")
	require.Equal(t, "failed", s.StateOf(rig.Today))
	counting.Release()
	s.Starter("schedule", "trigger", "--kind", "daily", "--date", rig.Today).RequireSuccess()
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
}

func TestLaunchWaitsForItsRunThroughAReset(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	counting := s.LockCounting()
	launchToday(s)
	rig.WaitUntil(t, "its chunks are being counted", func() bool { return s.WaitingForVideos() > 0 })

	s.Reset("daily:" + rig.Today)
	counting.Release()

	require.NoError(t, launchEnds(s, s.Dial()))
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
}

func TestLaunchWaitsForARunThatAnOperatorStarted(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	counting := s.LockCounting()
	run := s.BeginDay(rig.Today)
	s.WaitUntilState(rig.Today, "running")

	trigger := s.BeginStarter("schedule", "trigger", "--kind", "daily", "--date", rig.Today)
	trigger.WaitUntilSaid("1 of 1: " + rig.Today)
	s.Starter("schedule", "trigger", "--kind", "daily", "--date", rig.Today).RequireFailure("launch:daily:2024-05-06 is running already")
	counting.Release()

	trigger.Wait().RequireSuccess()
	run.Wait().RequireSuccess()
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
}

func TestTerminatedRunFailsItsLaunch(t *testing.T) {
	t.Parallel()
	s := rig.New(t, rig.PlainPlatform())
	s.StartWorker()
	s.LockCounting()
	launchToday(s)
	c := s.Dial()

	require.NoError(t, c.TerminateWorkflow(t.Context(), "daily:"+rig.Today, "", "test"))

	require.ErrorContains(t, launchEnds(s, c), "daily:2024-05-06 has ended (Terminated) and 2024-05-06 is not closed")
}
