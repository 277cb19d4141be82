package workflows

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"

	"creatorpay/activities"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

// dial connects to a Temporal that knows the search attributes.
func dial(t *testing.T) client.Client {
	t.Helper()
	temporalClient, err := client.Dial(client.Options{
		HostPort: devtest.Temporal(t).Address, Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler)),
		Identity: "recorder", // nothing of this machine is to be in a recorded history
	})
	require.NoError(t, err)
	t.Cleanup(temporalClient.Close)
	require.NoError(t, EnsureSearchAttributes(t.Context(), temporalClient, client.DefaultNamespace))
	return temporalClient
}

// stuckDay has activities that do nothing, but one of them does not end before
// it is cancelled, and then fails as a query does whose connection is cut.
type stuckDay struct {
	stuck string
	began chan string // the activities as they begin, and "end of" the stuck one
}

func (d *stuckDay) do(ctx context.Context, name string) error {
	d.began <- name
	if name != d.stuck {
		return nil
	}
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for ctx.Err() == nil {
		activity.RecordHeartbeat(ctx)
		<-ticker.C
	}
	d.began <- "end of " + name
	return errors.New("invalid connection")
}

func (d *stuckDay) BeginDay(ctx context.Context, _ activities.BeginDayInput) (activities.BeginDayResult, error) {
	return activities.BeginDayResult{}, d.do(ctx, "begin")
}

func (d *stuckDay) MakeRoomAfter(ctx context.Context, _ activities.DayInput) (activities.MakeRoomResult, error) {
	return activities.MakeRoomResult{}, d.do(ctx, "room")
}

func (d *stuckDay) CollectLate(ctx context.Context, _ activities.DayInput) (activities.CollectLateResult, error) {
	return activities.CollectLateResult{}, d.do(ctx, "collect late")
}

func (d *stuckDay) PlanDay(ctx context.Context, _ activities.PlanDayInput) (activities.PlanResult, error) {
	return activities.PlanResult{Chunks: []activities.PlannedChunk{
		{Number: 1, State: settlement.ChunkPlanned}, {Number: 2, State: settlement.ChunkPlanned},
	}}, d.do(ctx, "plan")
}

func (d *stuckDay) CountChunk(ctx context.Context, _ activities.ChunkInput) (activities.CountChunkResult, error) {
	return activities.CountChunkResult{}, d.do(ctx, "count")
}

func (d *stuckDay) CheckDay(ctx context.Context, _ activities.DayInput) (activities.CheckDayResult, error) {
	return activities.CheckDayResult{}, d.do(ctx, "check")
}

func (d *stuckDay) FailDay(ctx context.Context, input activities.FailDayInput) error {
	return d.do(ctx, "record: "+input.Failure)
}

// The test environment does not wait for cancelled activities: only a server
// does.
func TestACancelledRunWaitsForWhatRunsAndIsRecorded(t *testing.T) {
	for i, test := range []struct{ stuck, want string }{
		{"plan", "room, begin, collect late, plan, end of plan, record: canceled"},
		{"count", "room, begin, collect late, plan, count, end of count, record: canceled"}, // one of two chunks
		{"check", "room, begin, collect late, plan, count, count, check, end of check, record: canceled"},
	} {
		t.Run(test.stuck, func(t *testing.T) {
			t.Parallel()
			temporalClient := dial(t)
			queue := "cancel-" + test.stuck
			w := worker.New(temporalClient, queue, worker.Options{MaxHeartbeatThrottleInterval: 20 * time.Millisecond})
			stuckDay := &stuckDay{stuck: test.stuck, began: make(chan string)}
			Register(w)
			w.RegisterActivity(stuckDay)
			require.NoError(t, w.Start())
			defer w.Stop()

			input := DailyInput{Day: day + settlement.Day(i), Parallel: 1}
			run, err := temporalClient.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: keyOf(input), TaskQueue: queue}, Daily, input)
			require.NoError(t, err)
			ended := make(chan error, 1)
			go func() { ended <- run.Get(t.Context(), nil) }()
			var order []string
			for {
				select {
				case name := <-stuckDay.began:
					order = append(order, name)
					if name == test.stuck {
						require.NoError(t, temporalClient.CancelWorkflow(t.Context(), run.GetID(), ""))
					}
					continue
				case err = <-ended:
				}
				break
			}
			var cancelled *temporal.CanceledError
			require.ErrorAs(t, err, &cancelled)
			require.Equal(t, test.want, strings.Join(order, ", "))
		})
	}
}

// stuckMails has a closed week with one batch of mails, which ends when it is
// cancelled and then released.
type stuckMails struct{ sending, cancelled, released chan struct{} }

func (*stuckMails) BeginPeriod(context.Context, activities.BeginPeriodInput) (activities.BeginPeriodResult, error) {
	return activities.BeginPeriodResult{Closed: true}, nil
}

func (*stuckMails) PlanMails(context.Context, activities.PlanMailsInput) (activities.PlanMailsResult, error) {
	return activities.PlanMailsResult{Batches: []settlement.Creators{{First: 1, Last: 2}}}, nil
}

func (s *stuckMails) SendMails(ctx context.Context, _ activities.SendMailsInput) error {
	close(s.sending)
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for ctx.Err() == nil {
		activity.RecordHeartbeat(ctx)
		<-ticker.C
	}
	close(s.cancelled)
	<-s.released
	return ctx.Err()
}

func (*stuckMails) FailPeriod(context.Context, activities.FailPeriodInput) error { return nil }

func TestACancelledWeekWaitsForItsMails(t *testing.T) {
	temporalClient := dial(t)
	stuck := &stuckMails{sending: make(chan struct{}), cancelled: make(chan struct{}), released: make(chan struct{})}
	const name = "cancel-week"
	for _, queue := range []string{name, MailQueue} {
		w := worker.New(temporalClient, queue, worker.Options{MaxHeartbeatThrottleInterval: 20 * time.Millisecond})
		Register(w)
		w.RegisterActivity(stuck)
		require.NoError(t, w.Start())
		defer w.Stop()
	}
	run, err := temporalClient.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: ID(week), TaskQueue: name}, Weekly, PeriodInput{Period: week})
	require.NoError(t, err)
	<-stuck.sending

	require.NoError(t, temporalClient.CancelWorkflow(t.Context(), run.GetID(), ""))

	<-stuck.cancelled
	require.Equal(t, []string{"BeginPeriod"}, scheduled(t, temporalClient, run.GetID()), "it goes on when the batch has ended")
	close(stuck.released)
	var cancelled *temporal.CanceledError
	require.ErrorAs(t, run.Get(t.Context(), nil), &cancelled)
	require.Equal(t, []string{"BeginPeriod", "FailPeriod"}, scheduled(t, temporalClient, run.GetID()))
	mails, err := temporalClient.DescribeWorkflowExecution(t.Context(), MailID(week), "")
	require.NoError(t, err)
	require.Equal(t, enums.WORKFLOW_EXECUTION_STATUS_CANCELED, mails.GetWorkflowExecutionInfo().GetStatus())
}

// scheduled are the activities that the run has ordered so far.
func scheduled(t *testing.T, temporalClient client.Client, workflowID string) (names []string) {
	t.Helper()
	events := temporalClient.GetWorkflowHistory(t.Context(), workflowID, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(t, err)
		if activity := event.GetActivityTaskScheduledEventAttributes(); activity != nil {
			names = append(names, activity.GetActivityType().GetName())
		}
	}
	return names
}
