package operations

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
	"creatorpay/internal/e2e/rig"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

// scheduleOf is the Temporal schedule of the kind.
func scheduleOf(s *rig.System, c client.Client, kind settlement.Kind) client.ScheduleHandle {
	s.T.Helper()
	for _, schedule := range workflows.Schedules() {
		if schedule.Kind == kind {
			return c.ScheduleClient().GetHandle(s.T.Context(), schedule.ID)
		}
	}
	require.FailNow(s.T, "no schedule", kind)
	return nil
}

func describeSchedule(s *rig.System, handle client.ScheduleHandle) *client.ScheduleDescription {
	s.T.Helper()
	description, err := handle.Describe(s.T.Context())
	require.NoError(s.T, err)
	return description
}

func TestScheduleApplyTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	s := rig.NewEmpty(t, oracle.NewPlatform("Europe/Berlin"))
	dry := s.Starter("schedule", "apply", "--dry-run").RequireSuccess()
	require.Contains(t, dry.Stdout, "creatorpay-daily would be created")
	require.Contains(t, dry.Stdout, "nothing was done")
	require.Contains(t, s.Starter("schedule", "list").RequireSuccess().Stdout, "not there")

	s.Starter("schedule", "apply").RequireSuccess()

	daily := scheduleOf(s, s.Dial(), settlement.Daily)
	before := describeSchedule(s, daily)
	require.Equal(t, "Europe/Berlin", before.Schedule.Spec.TimeZoneName)
	require.Equal(t, client.SchedulePolicies{
		Overlap: enums.SCHEDULE_OVERLAP_POLICY_BUFFER_ALL, CatchupWindow: 365 * 24 * time.Hour, PauseOnFailure: true,
	}, *before.Schedule.Policy)
	again := s.Starter("schedule", "apply").RequireSuccess()
	require.Equal(t, 4, strings.Count(again.Stdout, " unchanged, next "), again.Stdout)
	require.NotContains(t, again.Stdout, "Wanted")
	require.Equal(t, before.Info.LastUpdateAt, describeSchedule(s, daily).Info.LastUpdateAt, "no update was sent")
}

func TestScheduleApplyRepairsAndKeepsPauseAndNote(t *testing.T) {
	t.Parallel()
	s := rig.NewEmpty(t, oracle.NewPlatform("Asia/Seoul"))
	s.Starter("schedule", "apply").RequireSuccess()
	c := s.Dial()
	daily := scheduleOf(s, c, settlement.Daily)
	wanted := describeSchedule(s, daily).Schedule
	s.Starter("schedule", "pause", "--kind", "daily", "--note", "the log is being repaired").RequireSuccess()
	require.NoError(t, daily.Update(t.Context(), client.ScheduleUpdateOptions{
		DoUpdate: func(found client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
			changed := found.Description.Schedule
			changed.Spec.TimeZoneName = "UTC"
			changed.Spec.Calendars[0].Hour = []client.ScheduleRange{{Start: 23}}
			changed.Policy.PauseOnFailure = false
			return &client.ScheduleUpdate{Schedule: &changed}, nil
		},
	}))

	applied := s.Starter("schedule", "apply").RequireSuccess()

	for _, line := range []string{
		"│ creatorpay-daily │ calendar         │ hour 23 minute 0", "│ creatorpay-daily │ time zone        │ UTC ",
		"│ creatorpay-daily │ pause on failure │ false ", "creatorpay-daily changed, stays paused (the log is being repaired)",
		"creatorpay-weekly unchanged",
	} {
		require.Contains(t, applied.Stdout, line)
	}
	repaired := describeSchedule(s, daily).Schedule
	require.True(t, repaired.State.Paused)
	require.Equal(t, "the log is being repaired", repaired.State.Note)
	require.Equal(t, wanted.Spec, repaired.Spec)
	require.Equal(t, wanted.Policy, repaired.Policy)
	list := s.Starter("schedule", "list").RequireSuccess().Stdout
	require.Contains(t, list, "│ creatorpay-daily      │ paused │ the log is being repaired │")
}

// launchedAt has the schedule launch what was due at the time, and waits for the launch.
func launchedAt(s *rig.System, handle client.ScheduleHandle, due time.Time) error {
	s.T.Helper()
	launches := len(describeSchedule(s, handle).Info.RecentActions)
	require.NoError(s.T, handle.Backfill(s.T.Context(), client.ScheduleBackfillOptions{Backfill: []client.ScheduleBackfill{{
		Start: due.Add(-time.Minute), End: due.Add(time.Minute),
	}}}))
	var launch *client.ScheduleWorkflowExecution
	rig.WaitUntil(s.T, "the schedule launches", func() bool {
		description, err := handle.Describe(s.T.Context()) // which may take too long while the schedule works
		if err != nil || len(description.Info.RecentActions) == launches {
			return false
		}
		launch = description.Info.RecentActions[launches].StartWorkflowResult
		return true
	})
	return s.Dial().GetWorkflow(s.T.Context(), launch.WorkflowID, launch.FirstExecutionRunID).Get(s.T.Context(), nil)
}

// Whoever sets the schedules up finds them active the next morning: what is due first may
// lie before all that there is to settle.
func TestSchedulesOfAPlatformThatHasJustBegunGoOn(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	s.Starter("schedule", "apply").RequireSuccess()
	daily, weekly := scheduleOf(s, s.Dial(), settlement.Daily), scheduleOf(s, s.Dial(), settlement.Weekly)
	firstMorning := time.Date(2024, 5, 6, 4, 0, 0, 0, p.Zone)

	require.NoError(t, launchedAt(s, daily, firstMorning), "the day before has no room in the log")
	require.NoError(t, launchedAt(s, daily, firstMorning.AddDate(0, 0, 1)))
	require.Equal(t, "closed", s.StateOf(rig.Today))
	require.NoError(t, launchedAt(s, weekly, firstMorning.Add(time.Hour)), "the week before has no day to settle")

	for _, handle := range []client.ScheduleHandle{daily, weekly} {
		require.False(t, describeSchedule(s, handle).Schedule.State.Paused)
	}
}

func TestScheduleCommandsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)

	missing := s.Starter("schedule", "pause", "--note", "x")
	missing.RequireFailure("there is no schedule creatorpay-monthly", "starter schedule apply")
	require.Contains(t, missing.Stderr, "there is no schedule creatorpay-daily")
	s.Starter("schedule", "trigger", "--kind", "daily").RequireRefusal("missing flags", "--date")
	s.Starter("schedule", "trigger", "--kind", "weekly", "--date", "2098-01-01").RequireRefusal("2098-W01 is not over yet")
	s.Starter("schedule", "trigger", "--kind", "daily", "--date", "2024-01-01").RequireRefusal("no partition for 2024-01-01")
	s.Starter("schedule", "backfill", "--kind", "daily", "--from", rig.Tomorrow, "--to", rig.Today).RequireRefusal("comes before")
	s.Starter("schedule", "delete").RequireFailure("--yes")
}

func TestScheduleResumeFillsWhatWasMissed(t *testing.T) {
	t.Parallel()
	p := oracle.NewPlatform("Asia/Seoul")
	p.AddVideo(oracle.Video{ID: 1, Creator: 1, Title: "Video"})
	for ago := 4; ago >= 0; ago-- {
		p.Play(1, 1000, time.Now().AddDate(0, 0, -ago).Format(time.RFC3339), 60, 1)
	}
	s := rig.New(t, p)
	s.StartWorker()
	s.Starter("schedule", "apply").RequireSuccess()
	s.Starter("schedule", "pause", "--kind", "daily", "--note", "x").RequireSuccess()
	first, beforeYesterday := p.DayOf(p.Views[0].At), p.DayOf(p.Views[2].At) // yesterday is due from 04:00

	missed := s.Starter("schedule", "resume", "--kind", "daily").RequireSuccess()
	require.Contains(t, missed.Stdout, "creatorpay-daily resumed\ndaily: ")
	require.Contains(t, missed.Stdout, "starter schedule backfill --kind daily --from "+first)
	require.False(t, describeSchedule(s, scheduleOf(s, s.Dial(), settlement.Daily)).Schedule.State.Paused)
	s.Starter("schedule", "resume", "--kind", "daily", "--backfill").RequireSuccess()

	for _, day := range p.Settle(first, beforeYesterday) {
		s.RequireSettled(day)
	}
	require.Equal(t, "creatorpay-daily resumed\n", s.Starter("schedule", "resume", "--kind", "daily").RequireSuccess().Stdout)
}

func TestScheduleTriggerLaunchesOnePeriod(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()

	s.Starter("schedule", "trigger", "--kind", "daily", "--date", rig.Today).RequireSuccess()

	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
	list := s.Starter("schedule", "list").RequireSuccess().Stdout
	require.Contains(t, list, "daily 2024-05-06")
	require.Contains(t, list, "--from "+rig.Tomorrow, "the gaps begin after the closed day")
	again := s.Starter("schedule", "trigger", "--kind", "daily", "--date", rig.Today).RequireSuccess()
	require.Equal(t, "2024-05-06 closed already\n", again.Stdout)
}

func TestScheduleDeleteLeavesNothing(t *testing.T) {
	t.Parallel()
	s := rig.NewEmpty(t, oracle.NewPlatform("Asia/Seoul"))
	s.Starter("schedule", "apply").RequireSuccess()

	s.Starter("schedule", "delete", "--yes").RequireSuccess()

	require.Equal(t, 4, strings.Count(s.Starter("schedule", "list").RequireSuccess().Stdout, "│ not there │"))
}

// A long backfill goes on as a new run, and then one more. The list must neither
// call the earlier runs failed nor wait for the last.
func TestScheduleListShowsALaunchThatContinuedAsNewOnce(t *testing.T) {
	t.Parallel()
	s := rig.NewEmpty(t, oracle.NewPlatform("Asia/Seoul"))
	temporal := s.Dial()
	w := worker.New(temporal, workflows.TaskQueue, worker.Options{})
	w.RegisterWorkflowWithOptions(func(ctx workflow.Context, again bool) error {
		if again {
			return workflow.NewContinueAsNewError(ctx, workflows.LaunchType, false)
		}
		return workflow.Await(ctx, func() bool { return false })
	}, workflow.RegisterOptions{Name: workflows.LaunchType})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	options := client.StartWorkflowOptions{ID: "launch:daily:2024-05-01..2025-05-01", TaskQueue: workflows.TaskQueue}
	options.TaskQueue = workflows.TaskQueue
	_, err := temporal.ExecuteWorkflow(t.Context(), options, workflows.LaunchType, true)
	require.NoError(t, err)
	s.WaitUntilFound(1, `ExecutionStatus = "ContinuedAsNew"`)
	s.WaitUntilFound(1, `ExecutionStatus = "Running"`)

	list := s.Starter("schedule", "list").RequireSuccess().Stdout

	require.Equal(t, 1, strings.Count(list, "daily 2024-05-01..2025-05-01"), list)
}
