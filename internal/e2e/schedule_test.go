package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

// schedule is the Temporal schedule of the kind.
func (s *system) schedule(c client.Client, kind settlement.Kind) client.ScheduleHandle {
	s.t.Helper()
	for _, schedule := range workflows.Schedules() {
		if schedule.Kind == kind {
			return c.ScheduleClient().GetHandle(s.t.Context(), schedule.ID)
		}
	}
	require.FailNow(s.t, "no schedule", kind)
	return nil
}

func (s *system) describe(handle client.ScheduleHandle) *client.ScheduleDescription {
	s.t.Helper()
	description, err := handle.Describe(s.t.Context())
	require.NoError(s.t, err)
	return description
}

func TestScheduleApplyTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	s := newEmptySystem(t, oracle.NewPlatform("Europe/Berlin"))
	dry := s.starter("schedule", "apply", "--dry-run").requireSuccess()
	require.Contains(t, dry.stdout, "creatorpay-daily would be created")
	require.Contains(t, dry.stdout, "nothing was done")
	require.Contains(t, s.starter("schedule", "list").requireSuccess().stdout, "not there")

	s.starter("schedule", "apply").requireSuccess()

	daily := s.schedule(s.dial(), settlement.Daily)
	before := s.describe(daily)
	require.Equal(t, "Europe/Berlin", before.Schedule.Spec.TimeZoneName)
	require.Equal(t, client.SchedulePolicies{
		Overlap: enums.SCHEDULE_OVERLAP_POLICY_BUFFER_ALL, CatchupWindow: 365 * 24 * time.Hour, PauseOnFailure: true,
	}, *before.Schedule.Policy)
	again := s.starter("schedule", "apply").requireSuccess()
	require.Equal(t, 4, strings.Count(again.stdout, " unchanged, next "), again.stdout)
	require.NotContains(t, again.stdout, "Wanted")
	require.Equal(t, before.Info.LastUpdateAt, s.describe(daily).Info.LastUpdateAt, "no update was sent")
}

func TestScheduleApplyMendsAndKeepsPauseAndNote(t *testing.T) {
	t.Parallel()
	s := newEmptySystem(t, oracle.NewPlatform("Asia/Seoul"))
	s.starter("schedule", "apply").requireSuccess()
	c := s.dial()
	daily := s.schedule(c, settlement.Daily)
	wanted := s.describe(daily).Schedule
	s.starter("schedule", "pause", "--kind", "daily", "--note", "the log is being mended").requireSuccess()
	require.NoError(t, daily.Update(t.Context(), client.ScheduleUpdateOptions{
		DoUpdate: func(found client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
			changed := found.Description.Schedule
			changed.Spec.TimeZoneName = "UTC"
			changed.Spec.Calendars[0].Hour = []client.ScheduleRange{{Start: 23}}
			changed.Policy.PauseOnFailure = false
			return &client.ScheduleUpdate{Schedule: &changed}, nil
		},
	}))

	applied := s.starter("schedule", "apply").requireSuccess()

	for _, line := range []string{
		"│ creatorpay-daily │ calendar         │ hour 23 minute 0", "│ creatorpay-daily │ time zone        │ UTC ",
		"│ creatorpay-daily │ pause on failure │ false ", "creatorpay-daily changed, stays paused (the log is being mended)",
		"creatorpay-weekly unchanged",
	} {
		require.Contains(t, applied.stdout, line)
	}
	mended := s.describe(daily).Schedule
	require.True(t, mended.State.Paused)
	require.Equal(t, "the log is being mended", mended.State.Note)
	require.Equal(t, wanted.Spec, mended.Spec)
	require.Equal(t, wanted.Policy, mended.Policy)
	list := s.starter("schedule", "list").requireSuccess().stdout
	require.Contains(t, list, "│ creatorpay-daily      │ paused │ the log is being mended │")
}

func TestScheduleCommandsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)

	s.starter("schedule", "pause", "--note", "x").requireRefusal("there is no schedule creatorpay-daily", "starter schedule apply")
	s.starter("schedule", "trigger", "--kind", "daily").requireRefusal("missing flags", "--date")
	s.starter("schedule", "trigger", "--kind", "weekly", "--date", "2098-01-01").requireRefusal("2098-W01 is not over yet")
	s.starter("schedule", "trigger", "--kind", "daily", "--date", "2024-01-01").requireRefusal("no partition for 2024-01-01")
	s.starter("schedule", "backfill", "--kind", "daily", "--from", tomorrow, "--to", today).requireRefusal("comes before")
	s.starter("schedule", "delete").requireFailure("--yes")
}

func TestScheduleResumeFillsWhatWasMissed(t *testing.T) {
	t.Parallel()
	p := oracle.NewPlatform("Asia/Seoul")
	p.AddVideo(oracle.Video{ID: 1, Creator: 1, Title: "Video"})
	for ago := 4; ago >= 0; ago-- {
		p.Play(1, 1000, time.Now().AddDate(0, 0, -ago).Format(time.RFC3339), 60, 1)
	}
	s := newSystem(t, p)
	s.startWorker()
	s.starter("schedule", "apply").requireSuccess()
	s.starter("schedule", "pause", "--kind", "daily", "--note", "x").requireSuccess()
	first, beforeYesterday := p.DayOf(p.Views[0].At), p.DayOf(p.Views[2].At) // yesterday is due from 04:00

	missed := s.starter("schedule", "resume", "--kind", "daily").requireSuccess()
	require.Contains(t, missed.stdout, "creatorpay-daily resumed\ndaily: ")
	require.Contains(t, missed.stdout, "starter schedule backfill --kind daily --from "+first)
	require.False(t, s.describe(s.schedule(s.dial(), settlement.Daily)).Schedule.State.Paused)
	s.starter("schedule", "resume", "--kind", "daily", "--backfill").requireSuccess()

	for _, day := range p.Settle(first, beforeYesterday) {
		s.requireSettled(day)
	}
	require.Equal(t, "creatorpay-daily resumed\n", s.starter("schedule", "resume", "--kind", "daily").requireSuccess().stdout)
}

func TestScheduleTriggerLaunchesOnePeriod(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker()

	s.starter("schedule", "trigger", "--kind", "daily", "--date", today).requireSuccess()

	s.requireSettled(p.Settle(today, today)[0])
	list := s.starter("schedule", "list").requireSuccess().stdout
	require.Contains(t, list, "daily 2024-05-06")
	require.Contains(t, list, "--from "+tomorrow, "the gaps begin after the closed day")
	again := s.starter("schedule", "trigger", "--kind", "daily", "--date", today).requireSuccess()
	require.Equal(t, "2024-05-06 closed already\n", again.stdout)
}

func TestScheduleDeleteLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newEmptySystem(t, oracle.NewPlatform("Asia/Seoul"))
	s.starter("schedule", "apply").requireSuccess()

	s.starter("schedule", "delete", "--yes").requireSuccess()

	require.Equal(t, 4, strings.Count(s.starter("schedule", "list").requireSuccess().stdout, "│ not there │"))
}

// A long backfill goes on as a new run, and then one more. The list must neither
// call the earlier runs failed nor wait for the last.
func TestScheduleListShowsALaunchThatContinuedAsNewOnce(t *testing.T) {
	t.Parallel()
	s := newEmptySystem(t, oracle.NewPlatform("Asia/Seoul"))
	temporal := s.dial()
	w := worker.New(temporal, workflows.TaskQueue, worker.Options{})
	w.RegisterWorkflowWithOptions(func(ctx workflow.Context, again bool) error {
		if again {
			return workflow.NewContinueAsNewError(ctx, workflows.LaunchType, false)
		}
		return workflow.Await(ctx, func() bool { return false })
	}, workflow.RegisterOptions{Name: workflows.LaunchType})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	options := optionsOf("launch:daily:2024-05-01..2025-05-01")
	options.TaskQueue = workflows.TaskQueue
	_, err := temporal.ExecuteWorkflow(t.Context(), options, workflows.LaunchType, true)
	require.NoError(t, err)
	s.waitUntilFound(1, `ExecutionStatus = "ContinuedAsNew"`)
	s.waitUntilFound(1, `ExecutionStatus = "Running"`)

	list := s.starter("schedule", "list").requireSuccess().stdout

	require.Equal(t, 1, strings.Count(list, "daily 2024-05-01..2025-05-01"), list)
}
