package control

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/failure/v1"
	"go.temporal.io/api/history/v1"

	"creatorpay/activities"
)

// recorded is a history whose events are numbered from 1.
type recorded struct{ events []*history.HistoryEvent }

func (r *recorded) HasNext() bool { return len(r.events) > 0 }

func (r *recorded) Next() (*history.HistoryEvent, error) {
	event := r.events[0]
	r.events = r.events[1:]
	return event, nil
}

func (r *recorded) add(kind enums.EventType) *history.HistoryEvent {
	event := &history.HistoryEvent{EventId: int64(len(r.events) + 1), EventType: kind}
	r.events = append(r.events, event)
	return event
}

// task adds the end of a workflow task that ordered so many activities.
func (r *recorded) task(activities int) {
	task := r.add(enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
	for range activities {
		r.add(enums.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED).Attributes = &history.HistoryEvent_ActivityTaskScheduledEventAttributes{
			ActivityTaskScheduledEventAttributes: &history.ActivityTaskScheduledEventAttributes{WorkflowTaskCompletedEventId: task.GetEventId()},
		}
	}
}

// fail adds the failure of the activity that the event ordered.
func (r *recorded) fail(scheduled int64) { r.failAs(scheduled, activities.TypeBadData) }

func (r *recorded) failAs(scheduled int64, errorType string) {
	r.add(enums.EVENT_TYPE_ACTIVITY_TASK_FAILED).Attributes = &history.HistoryEvent_ActivityTaskFailedEventAttributes{
		ActivityTaskFailedEventAttributes: &history.ActivityTaskFailedEventAttributes{
			ScheduledEventId: scheduled,
			Failure: &failure.Failure{FailureInfo: &failure.Failure_ApplicationFailureInfo{
				ApplicationFailureInfo: &failure.ApplicationFailureInfo{Type: errorType},
			}},
		},
	}
}

func TestARunIsResetToWhereItWentWrong(t *testing.T) {
	for rule, test := range map[string]struct {
		record func(r *recorded)
		want   int64
		closed bool
	}{
		"to the task that ordered what failed first": {record: func(r *recorded) {
			r.task(1) // 1, 2
			r.task(2) // 3, 4, 5
			r.task(1) // 6, 7
			r.fail(5)
			r.fail(7)
			r.fail(2)
			r.task(0)
		}, want: 3},
		"that of a child counts, too": {record: func(r *recorded) {
			r.task(1) // 1, 2
			r.task(0) // 3
			r.add(enums.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED).Attributes = &history.HistoryEvent_StartChildWorkflowExecutionInitiatedEventAttributes{
				StartChildWorkflowExecutionInitiatedEventAttributes: &history.StartChildWorkflowExecutionInitiatedEventAttributes{WorkflowTaskCompletedEventId: 3},
			}
			r.task(0)
			r.add(enums.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED).Attributes = &history.HistoryEvent_ChildWorkflowExecutionFailedEventAttributes{
				ChildWorkflowExecutionFailedEventAttributes: &history.ChildWorkflowExecutionFailedEventAttributes{InitiatedEventId: 4},
			}
			r.task(0)
		}, want: 3},
		"to the beginning if nothing failed but the run": {record: func(r *recorded) {
			r.task(1)
			r.task(1)
			r.add(enums.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED)
		}, want: 1},
		"to the beginning if the database has lost earlier steps": {record: func(r *recorded) {
			r.task(1) // 1, 2
			r.task(1) // 3, 4
			r.failAs(4, activities.TypeLost)
		}, want: 1},
		"to the beginning if it has lost them and something else failed before": {record: func(r *recorded) {
			r.task(1) // 1, 2
			r.task(2) // 3, 4, 5
			r.fail(4)
			r.failAs(5, activities.TypeLost)
		}, want: 1},
		"to what failed first if it was terminated afterwards": {record: func(r *recorded) {
			r.task(1) // 1, 2
			r.fail(2)
			r.task(1)
			r.add(enums.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED)
		}, want: 1},
		"to the last task if it was terminated": {record: func(r *recorded) {
			r.task(1)
			r.task(1) // 3
			r.add(enums.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED)
		}, want: 3},
		"to the last task before it was cancelled": {record: func(r *recorded) {
			r.task(1)
			r.task(1) // 3
			r.add(enums.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED)
			r.task(1)
			r.add(enums.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED)
		}, want: 3},
		"to the beginning if the week is closed, so that it gets a new child for its mails": {record: func(r *recorded) {
			r.task(1)
			r.task(1)
			r.add(enums.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED)
		}, want: 1, closed: true},
		"nowhere if no worker ever took it up": {record: func(r *recorded) {
			r.add(enums.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED)
			r.add(enums.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED)
		}, want: 0},
	} {
		t.Run(rule, func(t *testing.T) {
			var r recorded
			test.record(&r)
			point, err := resetPoint(&r, test.closed)
			require.NoError(t, err)
			require.Equal(t, test.want, point)
		})
	}
}
