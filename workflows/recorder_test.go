package workflows

import (
	"context"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
)

// moments are what happens before activities of a type. What the workflow makes
// of it is as true as in real life.
type moments struct {
	interceptor.WorkerInterceptorBase
	mutex sync.Mutex
	next  map[string]moment
}

// moment happens before an activity, and may fail it or change its input.
type moment func(ctx context.Context, args []any) error

// before makes the moment happen once, before the next activity of the type.
func (r *recorder) before(activityType string, happens moment) {
	r.moments.mutex.Lock()
	defer r.moments.mutex.Unlock()
	if r.moments.next == nil {
		r.moments.next = map[string]moment{}
	}
	r.moments.next[activityType] = happens
}

func (m *moments) take(activityType string) moment {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	happens := m.next[activityType]
	delete(m.next, activityType)
	return happens
}

// InterceptActivity is called by the SDK for each activity.
func (m *moments) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &interrupted{interceptor.ActivityInboundInterceptorBase{Next: next}, m}
}

type interrupted struct {
	interceptor.ActivityInboundInterceptorBase
	moments *moments
}

func (i *interrupted) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	if happens := i.moments.take(activity.GetInfo(ctx).ActivityType.Name); happens != nil {
		if err := happens(ctx, in.Args); err != nil {
			return nil, err
		}
	}
	return i.Next.ExecuteActivity(ctx, in)
}

// cancelFrom cancels the workflow of the activity and waits until the activity
// is told of it.
func (r *recorder) cancelFrom(ctx context.Context) error {
	run := activity.GetInfo(ctx).WorkflowExecution
	if err := r.temporal.CancelWorkflow(ctx, run.ID, run.RunID); err != nil {
		return err
	}
	beat := time.NewTicker(100 * time.Millisecond)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-beat.C:
			activity.RecordHeartbeat(ctx)
		}
	}
}

func (r *recorder) exec(statement string, args ...any) {
	database, err := sqlx.ConnectContext(r.t.Context(), "mysql", r.dsn)
	require.NoError(r.t, err)
	defer func() { _ = database.Close() }()
	_, err = database.ExecContext(r.t.Context(), statement, args...)
	require.NoError(r.t, err)
}

// reset waits for the end of the run and resets it to the workflow task that to
// finds in its events.
func (r *recorder) reset(run client.WorkflowRun, to func([]*history.HistoryEvent) int64) client.WorkflowRun {
	_ = run.Get(r.t.Context(), nil)
	response, err := r.temporal.ResetWorkflowExecution(r.t.Context(), &workflowservice.ResetWorkflowExecutionRequest{
		Namespace:                 client.DefaultNamespace,
		WorkflowExecution:         &common.WorkflowExecution{WorkflowId: run.GetID(), RunId: run.GetRunID()},
		Reason:                    "fixed",
		WorkflowTaskFinishEventId: to(r.events(run)),
		RequestId:                 run.GetRunID(),
	})
	require.NoError(r.t, err)
	return r.temporal.GetWorkflow(r.t.Context(), run.GetID(), response.GetRunId())
}

// firstTask is where a run began.
func firstTask(events []*history.HistoryEvent) int64 {
	for _, event := range events {
		if event.GetEventType() == enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			return event.GetEventId()
		}
	}
	return 0
}

// taskThatFailed is the task that ordered the first activity or child that
// failed.
func taskThatFailed(events []*history.HistoryEvent) int64 {
	for _, event := range events {
		if failed := event.GetActivityTaskFailedEventAttributes(); failed != nil {
			return events[failed.GetScheduledEventId()-1].GetActivityTaskScheduledEventAttributes().GetWorkflowTaskCompletedEventId()
		}
		if failed := event.GetChildWorkflowExecutionFailedEventAttributes(); failed != nil {
			return events[failed.GetInitiatedEventId()-1].GetStartChildWorkflowExecutionInitiatedEventAttributes().GetWorkflowTaskCompletedEventId()
		}
	}
	return 0
}

func (r *recorder) events(run client.WorkflowRun) (events []*history.HistoryEvent) {
	for stored := r.temporal.GetWorkflowHistory(r.t.Context(), run.GetID(), run.GetRunID(), false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); stored.HasNext(); {
		event, err := stored.Next()
		require.NoError(r.t, err)
		events = append(events, event)
	}
	return events
}
