package workflows

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

// Temporal's own idea of due times, over both changes of the clocks: a backfill
// takes the same way as time itself. The schedule is paused, as it may be when
// somebody backfills in the Temporal UI.
func TestScheduledDays_OnceEachOverBothChangesOfTheClocks(t *testing.T) {
	changes := map[string][2]string{
		"Europe/Berlin":       {"2024-03-31", "2024-10-27"},
		"America/Santiago":    {"2024-04-07", "2024-09-08"}, // at midnight
		"Australia/Lord_Howe": {"2024-04-07", "2024-10-06"}, // by half an hour
		"Asia/Seoul":          {"2024-03-31", "2024-10-27"}, // none
	}
	for zone, around := range changes {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			p := newLaunchRig(t, devtest.Temporal(t), "clocks-"+strings.ReplaceAll(zone, "/", "-"), func(r worker.Registry) { r.RegisterWorkflow(Launch) })
			calendar, err := settlement.NewCalendar(zone)
			require.NoError(t, err)
			options := Schedules()[0].Options(zone)
			options.Paused = true
			handle := p.create(options)
			var backfill []client.ScheduleBackfill
			var want []settlement.Period
			for _, text := range around {
				change, err := settlement.ParseDay(text)
				require.NoError(t, err)
				backfill = append(backfill, client.ScheduleBackfill{Start: calendar.Start(change - 2), End: calendar.End(change + 2)})
				for due := change - 2; due <= change+2; due++ {
					want = append(want, settlement.DailyPeriod(due-1))
				}
			}

			require.NoError(t, handle.Backfill(t.Context(), client.ScheduleBackfillOptions{Backfill: backfill}))

			p.await("all are launched", func() bool { return len(p.soFar()) >= len(want) && p.isIdle(options.ID) })
			require.Equal(t, want, p.soFar())
			require.Equal(t, 1, p.together, "one after the other")
		})
	}
}

func TestScheduledWeeksAndMonths_OnceEach(t *testing.T) {
	t.Parallel()
	p := newLaunchRig(t, devtest.Temporal(t), "weeks-and-months", func(r worker.Registry) { r.RegisterWorkflow(Launch) })
	for _, rollUp := range Schedules()[1:3] {
		handle := p.create(rollUp.Options("Europe/Berlin"))
		before := len(p.soFar())

		require.NoError(t, handle.Backfill(t.Context(), client.ScheduleBackfillOptions{Backfill: []client.ScheduleBackfill{{
			Start: time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2024, 5, 2, 0, 0, 0, 0, time.UTC),
		}}}))

		var names []string
		want := map[settlement.Kind][]string{
			settlement.Weekly:  {"2024-W09", "2024-W10", "2024-W11", "2024-W12", "2024-W13", "2024-W14", "2024-W15", "2024-W16", "2024-W17"},
			settlement.Monthly: {"2024-02", "2024-03", "2024-04"},
		}[rollUp.Kind]
		p.await("all are launched", func() bool { return len(p.soFar())-before >= len(want) && p.isIdle(rollUp.ID) })
		for _, period := range p.soFar()[before:] {
			names = append(names, period.String())
		}
		require.Equal(t, want, names)
	}
}

// dueEvery is how often a day is due in a test.
const dueEvery = 2 * time.Second

// began is from when on due times are counted.
var began = time.Now()

// dayOfDue gives each due time a day of its own, in order.
func dayOfDue(due time.Time) settlement.Day {
	return day + settlement.Day(due.Sub(began.Truncate(dueEvery))/dueEvery)
}

// launchByNumber is the launcher, but it takes the day from dayOfDue.
func launchByNumber(ctx workflow.Context, input LaunchInput) (LaunchResult, error) {
	due, _ := workflow.GetTypedSearchAttributes(ctx).GetTime(DueTime)
	input.First = dayOfDue(due)
	input.Last = input.First
	return Launch(ctx, input)
}

// fastSchedule is the daily schedule with a faster calendar.
func fastSchedule() client.ScheduleOptions {
	options := Schedules()[0].Options(settlement.DefaultTimeZone)
	options.Spec.Calendars = []client.ScheduleCalendarSpec{{
		Second: []client.ScheduleRange{{Start: 0, End: 59, Step: int(dueEvery / time.Second)}},
		Minute: []client.ScheduleRange{{Start: 0, End: 59}},
		Hour:   []client.ScheduleRange{{Start: 0, End: 23}},
	}}
	return options
}

// The server is killed, several times pass at which the schedule was due, and it
// is started again on what it had stored: the schedule, its policies, the
// launcher and the worker are the real ones; only the calendar is faster.
func TestScheduleThatWasDownCatchesUpInOrder(t *testing.T) {
	t.Parallel()
	server, err := devstack.StartTemporal(t.Context(), devtest.Dir(t))
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Kill() })
	p := newLaunchRig(t, server, "down", func(r worker.Registry) {
		r.RegisterWorkflowWithOptions(launchByNumber, workflow.RegisterOptions{Name: LaunchType})
	})
	p.create(fastSchedule())
	p.await("the schedule works", func() bool { return len(p.soFar()) >= 2 })

	require.NoError(t, server.Kill())
	down := time.Now()
	p.await("four times have passed", func() bool { return time.Since(down) > 4*dueEvery })
	require.NoError(t, server.Restart(t.Context()))

	upAgain := dayOfDue(time.Now())
	p.await("it has caught up", func() bool {
		launched := p.soFar()
		return launched[len(launched)-1].Start > upAgain
	})
	launched := p.soFar()
	for i, period := range launched[1:] {
		require.Equal(t, launched[i].End(), period.Start, "each day once and in order: %v", launched)
	}
	require.Equal(t, 1, p.together, "one after the other")
}

// What waits in the buffer when a failure pauses the schedule is gone, and no
// figure of Temporal's counts it: so resume asks the book of runs what was
// missed.
func TestFailurePausesTheScheduleAndDropsWhatItHasBuffered(t *testing.T) {
	t.Parallel()
	p := newLaunchRig(t, devtest.Temporal(t), "pause", func(r worker.Registry) {
		r.RegisterWorkflowWithOptions(func(ctx workflow.Context, _ LaunchInput) error {
			workflow.GetSignalChannel(ctx, "fail").Receive(ctx, nil)
			return errOfDay
		}, workflow.RegisterOptions{Name: LaunchType})
	})
	handle := p.create(fastSchedule())
	p.await("two wait behind the first", func() bool { return p.info(handle.GetID()).GetBufferSize() >= 2 })
	first := p.info(handle.GetID()).GetRunningWorkflows()[0]

	require.NoError(t, p.temporal.SignalWorkflow(t.Context(), first.GetWorkflowId(), first.GetRunId(), "fail", nil))

	p.await("the schedule is idle", func() bool { return p.isIdle(handle.GetID()) })
	described := p.describe(handle.GetID())
	require.True(t, described.GetSchedule().GetState().GetPaused())
	require.Contains(t, described.GetSchedule().GetState().GetNotes(), "a chunk failed")
	require.EqualValues(t, 1, described.GetInfo().GetActionCount(), "no other was launched")
	require.Zero(t, described.GetInfo().GetBufferDropped()+described.GetInfo().GetMissedCatchupWindow())
}
