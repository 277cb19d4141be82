package workflows

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/schedule/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/types/known/durationpb"

	"creatorpay/activities"
	"creatorpay/db"
	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

// launchpad has the real launcher and a real schedule, but runs that only take
// down which period they are for.
type launchpad struct {
	t         *testing.T
	address   string
	namespace string
	temporal  client.Client

	mutex    sync.Mutex
	begun    []string // run IDs, in order
	launched []settlement.Period
	running  map[string]bool
	together int // the most runs that went on at a time
}

// newLaunchpad has a namespace of its own and a worker.
func newLaunchpad(t *testing.T, server *devstack.Temporal, namespace string, register func(worker.Registry)) *launchpad {
	t.Helper()
	p := &launchpad{t: t, address: server.Address, namespace: namespace, running: make(map[string]bool)}
	namespaces, err := client.NewNamespaceClient(client.Options{HostPort: p.address})
	require.NoError(t, err)
	defer namespaces.Close()
	require.NoError(t, namespaces.Register(t.Context(), &workflowservice.RegisterNamespaceRequest{
		Namespace: namespace, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
	}))
	p.temporal, err = client.Dial(client.Options{HostPort: p.address, Namespace: namespace})
	require.NoError(t, err)
	t.Cleanup(p.temporal.Close)
	w := worker.New(p.temporal, TaskQueue, worker.Options{})
	register(w)
	w.RegisterWorkflowWithOptions(p.daily, workflow.RegisterOptions{Name: "Daily"})
	w.RegisterWorkflowWithOptions(p.rollUp, workflow.RegisterOptions{Name: "Weekly"})
	w.RegisterWorkflowWithOptions(p.rollUp, workflow.RegisterOptions{Name: "Monthly"})
	w.RegisterActivity(&pretendedBook{})
	w.RegisterActivity(p)
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	return p
}

// pretendedBook has every period open and every run going.
type pretendedBook struct{}

func (*pretendedBook) OpenPeriods(_ context.Context, input activities.OpenPeriodsInput) ([]db.OpenPeriod, error) {
	period, err := settlement.PeriodOf(input.Kind, input.First)
	return []db.OpenPeriod{{Period: period}}, err
}

func (*pretendedBook) AwaitRun(context.Context, activities.AwaitRunInput) error {
	return temporal.NewApplicationError("waiting", activities.TypeWaiting)
}

func (p *launchpad) daily(ctx workflow.Context, input DailyInput) (DailyResult, error) {
	return DailyResult{}, p.takeDown(ctx, settlement.DailyPeriod(input.Day))
}

func (p *launchpad) rollUp(ctx workflow.Context, input PeriodInput) (PeriodResult, error) {
	return PeriodResult{}, p.takeDown(ctx, input.Period)
}

func (p *launchpad) takeDown(ctx workflow.Context, period settlement.Period) error {
	ctx = withOptions(ctx, patience, "")
	if err := workflow.ExecuteActivity(ctx, p.Begin, period).Get(ctx, nil); err != nil {
		return err
	}
	return workflow.ExecuteActivity(ctx, p.End).Get(ctx, nil)
}

// Begin takes down that a run has begun, once even when its answer is lost with
// the server and it is tried again.
func (p *launchpad) Begin(ctx context.Context, period settlement.Period) error {
	run := activity.GetInfo(ctx).WorkflowExecution.RunID
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if slices.Contains(p.begun, run) {
		return nil
	}
	p.begun = append(p.begun, run)
	p.launched = append(p.launched, period)
	p.running[run] = true
	p.together = max(p.together, len(p.running))
	return nil
}

func (p *launchpad) End(ctx context.Context) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	delete(p.running, activity.GetInfo(ctx).WorkflowExecution.RunID)
	return nil
}

// soFar are the periods that were launched, in order.
func (p *launchpad) soFar() []settlement.Period {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return slices.Clone(p.launched)
}

func (p *launchpad) create(options client.ScheduleOptions) client.ScheduleHandle {
	p.t.Helper()
	schedule, err := p.temporal.ScheduleClient().Create(p.t.Context(), options)
	require.NoError(p.t, err)
	return schedule
}

// await waits until the condition holds.
func (p *launchpad) await(what string, holds func() bool) {
	p.t.Helper()
	deadline := time.NewTimer(2 * time.Minute)
	defer deadline.Stop()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-deadline.C:
			require.FailNow(p.t, "waited in vain until "+what)
		}
	}
}

// info is what Temporal knows of the schedule, beyond what the SDK shows.
func (p *launchpad) info(id string) *schedule.ScheduleInfo {
	p.t.Helper()
	described, err := p.temporal.WorkflowService().DescribeSchedule(p.t.Context(), &workflowservice.DescribeScheduleRequest{
		Namespace: p.namespace, ScheduleId: id,
	})
	require.NoError(p.t, err)
	return described.GetInfo()
}

// isIdle tells whether the schedule has nothing going and nothing to come.
func (p *launchpad) isIdle(id string) bool {
	p.t.Helper()
	info := p.info(id)
	return info.GetBufferSize() == 0 && len(info.GetRunningWorkflows()) == 0
}

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
			p := newLaunchpad(t, devtest.Temporal(t), "clocks-"+strings.ReplaceAll(zone, "/", "-"), func(r worker.Registry) { r.RegisterWorkflow(Launch) })
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
	p := newLaunchpad(t, devtest.Temporal(t), "weeks-and-months", func(r worker.Registry) { r.RegisterWorkflow(Launch) })
	for _, rollUp := range Schedules()[1:] {
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

// dayOfDue gives each due time a day of its own, in order.
func dayOfDue(due time.Time) settlement.Day {
	return settlement.Day(due.Unix() / int64(dueEvery/time.Second) % 1_000_000)
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
	server, err := devstack.StartTemporal(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Kill() })
	p := newLaunchpad(t, server, "down", func(r worker.Registry) {
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
	p := newLaunchpad(t, devtest.Temporal(t), "pause", func(r worker.Registry) {
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
	described, err := handle.Describe(t.Context())
	require.NoError(t, err)
	require.True(t, described.Schedule.State.Paused)
	require.Contains(t, described.Schedule.State.Note, "a chunk failed")
	require.Equal(t, 1, described.Info.NumActions, "no other was launched")
	require.Zero(t, p.info(handle.GetID()).GetBufferDropped()+p.info(handle.GetID()).GetMissedCatchupWindow())
}
