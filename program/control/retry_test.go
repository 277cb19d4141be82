package control_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/mocks"

	"creatorpay/db"
	"creatorpay/program/control"
	"creatorpay/settlement"
)

// book has every period as closed, or as not closed.
type book struct{ closed bool }

func (b book) ClosedRun(_ context.Context, period settlement.Period) (db.Run, error) {
	if b.closed {
		return db.Run{}, nil
	}
	return db.Run{}, settlement.NotClosed(period, settlement.Failed)
}

// lastRun is a Temporal whose last run of each period has the status.
func lastRun(t *testing.T, status enums.WorkflowExecutionStatus) (*control.Server, *mocks.Client) {
	t.Helper()
	temporal := mocks.NewClient(t)
	temporal.On("DescribeWorkflowExecution", mock.Anything, mock.Anything, "").Return(&workflowservice.DescribeWorkflowExecutionResponse{
		WorkflowExecutionInfo: &workflow.WorkflowExecutionInfo{
			Execution: &common.WorkflowExecution{WorkflowId: "daily:2024-05-09", RunId: "the-last-run"}, Status: status,
		},
	}, nil)
	return &control.Server{Client: temporal, Namespace: "default", UI: "http://ui"}, temporal
}

func TestARunThatFailedIsResetOnceHoweverOftenItIsRetried(t *testing.T) {
	server, temporal := lastRun(t, enums.WORKFLOW_EXECUTION_STATUS_FAILED)
	events := mocks.NewHistoryEventIterator(t)
	events.On("HasNext").Return(true).Once()
	events.On("Next").Return(&history.HistoryEvent{EventId: 4, EventType: enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED}, nil).Once()
	events.On("HasNext").Return(false).Once()
	temporal.On("GetWorkflowHistory", mock.Anything, "daily:2024-05-09", "the-last-run", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT).Return(events)
	temporal.On("ResetWorkflowExecution", mock.Anything, &workflowservice.ResetWorkflowExecutionRequest{
		Namespace:                 "default",
		WorkflowExecution:         &common.WorkflowExecution{WorkflowId: "daily:2024-05-09", RunId: "the-last-run"},
		Reason:                    "starter retry daily --date 2024-05-09: the run had Failed",
		WorkflowTaskFinishEventId: 4,
		RequestId:                 "the-last-run", // the same however often: Temporal makes one new run
	}).Return(&workflowservice.ResetWorkflowExecutionResponse{RunId: "the-new-run"}, nil)
	newRun := mocks.NewWorkflowRun(t)
	temporal.On("GetWorkflow", mock.Anything, "daily:2024-05-09", "the-new-run").Return(newRun)

	run, err := server.Retry(t.Context(), book{}, settlement.DailyPeriod(thursday))
	require.NoError(t, err)
	require.Equal(t, newRun, run)
}

func TestARunIsNotResetThatHasNothingLeftToDo(t *testing.T) {
	completed, failed, running := enums.WORKFLOW_EXECUTION_STATUS_COMPLETED, enums.WORKFLOW_EXECUTION_STATUS_FAILED, enums.WORKFLOW_EXECUTION_STATUS_RUNNING
	for rule, test := range map[string]struct {
		status enums.WorkflowExecutionStatus
		book   book
		period settlement.Period
		want   string
	}{
		"one that is running": {running, book{}, settlement.DailyPeriod(thursday),
			"daily:2024-05-09 is running: there is nothing to retry; see http://ui/namespaces/default/workflows/daily:2024-05-09"},
		"a day that is closed":                 {failed, book{closed: true}, settlement.DailyPeriod(thursday), "2024-05-09 is closed"},
		"a week that is closed and has mailed": {completed, book{closed: true}, thursday.Week(), "2024-W19 is closed"},
		"one that the database has forgotten": {completed, book{}, settlement.DailyPeriod(thursday),
			"let it begin anew with temporal workflow reset --workflow-id daily:2024-05-09"},
	} {
		t.Run(rule, func(t *testing.T) {
			server, _ := lastRun(t, test.status)
			run, err := server.Retry(t.Context(), test.book, test.period)
			require.ErrorContains(t, err, test.want)
			require.Nil(t, run)
		})
	}
}

func TestAPeriodThatTemporalDoesNotKnowIsToBeStartedAfresh(t *testing.T) {
	temporal := mocks.NewClient(t)
	temporal.On("DescribeWorkflowExecution", mock.Anything, "daily:2024-05-09", "").Return(nil, serviceerror.NewNotFound("unknown"))

	run, err := (&control.Server{Client: temporal}).Retry(t.Context(), book{}, settlement.DailyPeriod(thursday))
	require.NoError(t, err)
	require.Nil(t, run)
}
