package workflows

import (
	"context"
	"slices"
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
	"creatorpay/internal/devstack"
	"creatorpay/settlement"
)

// launchRig has the real launcher and a real schedule, but runs that only take
// down which period they are for.
type launchRig struct {
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

// newLaunchRig has a namespace of its own and a worker.
func newLaunchRig(t *testing.T, server *devstack.Temporal, namespace string, register func(worker.Registry)) *launchRig {
	t.Helper()
	p := &launchRig{t: t, address: server.Address, namespace: namespace, running: make(map[string]bool)}
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
	w.RegisterActivity(&pretendedBook{p})
	w.RegisterActivity(p)
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	return p
}

// pretendedBook has every period open that was not launched, and every run going.
type pretendedBook struct{ rig *launchRig }

func (b *pretendedBook) OpenPeriods(_ context.Context, input activities.OpenPeriodsInput) (open activities.OpenPeriodsResult, err error) {
	period, err := settlement.PeriodOf(input.Kind, input.First)
	if err != nil || slices.Contains(b.rig.soFar(), period) {
		return open, err
	}
	return activities.OpenPeriodsResult{Open: []activities.OpenPeriod{{Period: period}}}, nil
}

func (*pretendedBook) AwaitRun(context.Context, activities.AwaitRunInput) error {
	return temporal.NewApplicationError("waiting", activities.TypeWaiting)
}

func (p *launchRig) daily(ctx workflow.Context, input DailyInput) (DailyResult, error) {
	return DailyResult{}, p.takeDown(ctx, settlement.DailyPeriod(input.Day))
}

func (p *launchRig) rollUp(ctx workflow.Context, input PeriodInput) (PeriodResult, error) {
	return PeriodResult{}, p.takeDown(ctx, input.Period)
}

func (p *launchRig) takeDown(ctx workflow.Context, period settlement.Period) error {
	ctx = withOptions(ctx, retryMinutes, "")
	if err := workflow.ExecuteActivity(ctx, p.Begin, period).Get(ctx, nil); err != nil {
		return err
	}
	return workflow.ExecuteActivity(ctx, p.End).Get(ctx, nil)
}

// Begin takes down that a run has begun, once even when its answer is lost with
// the server and it is tried again.
func (p *launchRig) Begin(ctx context.Context, period settlement.Period) error {
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

func (p *launchRig) End(ctx context.Context) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	delete(p.running, activity.GetInfo(ctx).WorkflowExecution.RunID)
	return nil
}

// soFar are the periods that were launched, in order.
func (p *launchRig) soFar() []settlement.Period {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return slices.Clone(p.launched)
}

func (p *launchRig) create(options client.ScheduleOptions) client.ScheduleHandle {
	p.t.Helper()
	schedule, err := p.temporal.ScheduleClient().Create(p.t.Context(), options)
	require.NoError(p.t, err)
	return schedule
}

// await waits until the condition holds.
func (p *launchRig) await(what string, holds func() bool) {
	p.t.Helper()
	deadline := time.NewTimer(2 * time.Minute)
	defer deadline.Stop()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-deadline.C:
			require.FailNow(p.t, "waited in vain until "+what)
		}
	}
}

// describe is what Temporal knows of the schedule, which is more than the SDK
// shows. While the schedule's own workflow is busy, an answer may take longer
// than a call waits.
func (p *launchRig) describe(id string) (described *workflowservice.DescribeScheduleResponse) {
	p.t.Helper()
	p.await("the schedule answers", func() bool {
		var err error
		described, err = p.temporal.WorkflowService().DescribeSchedule(p.t.Context(), &workflowservice.DescribeScheduleRequest{
			Namespace: p.namespace, ScheduleId: id,
		})
		if err != nil {
			p.t.Log("describe schedule:", err)
		}
		return err == nil
	})
	return described
}

func (p *launchRig) info(id string) *schedule.ScheduleInfo { return p.describe(id).GetInfo() }

// isIdle tells whether the schedule has nothing going and nothing to come.
func (p *launchRig) isIdle(id string) bool {
	p.t.Helper()
	info := p.info(id)
	return info.GetBufferSize() == 0 && len(info.GetRunningWorkflows()) == 0
}
