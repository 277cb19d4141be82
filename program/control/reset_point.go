package control

import (
	"cmp"
	"fmt"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"

	"creatorpay/activities"
)

// resetPoint is the workflow task to which a run that has ended is reset: the
// one that ordered what failed first, be it an activity or a child. Where any
// activity failed since the database lacks what earlier ones had stored, it is the
// first, so that all are done anew. So it is of a closed week, which is only to send mails
// then, by a new child: a run that goes on would never hear of one that ended with the run
// before it. Of a run that was cut off, in which nothing failed, it is the last one, before the
// request to cancel if there was one. Of any other it is the first. It is 0 if
// no workflow task was ever done.
func resetPoint(events client.HistoryEventIterator, closed bool) (int64, error) {
	var first, last, failed int64
	orderedBy := map[int64]int64{} // the workflow task that ordered an activity or child, by the event that did
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return 0, fmt.Errorf("read history: %w", err)
		}
		if order := failedOrder(event); order != 0 {
			if lostSteps(event) {
				return first, nil
			}
			failed = cmp.Or(failed, orderedBy[order])
		}
		switch event.GetEventType() {
		case enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
			last = event.GetEventId()
			if first == 0 {
				first = last
			}
			if closed {
				return first, nil
			}
		case enums.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
			orderedBy[event.GetEventId()] = event.GetActivityTaskScheduledEventAttributes().GetWorkflowTaskCompletedEventId()
		case enums.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
			orderedBy[event.GetEventId()] = event.GetStartChildWorkflowExecutionInitiatedEventAttributes().GetWorkflowTaskCompletedEventId()
		case enums.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED,
			enums.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED, enums.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
			return cmp.Or(failed, last), nil
		}
	}
	return cmp.Or(failed, first), nil
}

// lostSteps tells whether an activity failed for want of what earlier ones had stored. A child's
// failure is not asked: mails may have been sent after the week had closed.
func lostSteps(event *history.HistoryEvent) bool {
	return event.GetActivityTaskFailedEventAttributes().GetFailure().GetApplicationFailureInfo().GetType() == activities.TypeLost
}

// failedOrder is the event that ordered the activity or child of whose failure
// this event tells, 0 if it tells of none.
func failedOrder(event *history.HistoryEvent) int64 {
	switch event.GetEventType() {
	case enums.EVENT_TYPE_ACTIVITY_TASK_FAILED:
		return event.GetActivityTaskFailedEventAttributes().GetScheduledEventId()
	case enums.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
		return event.GetActivityTaskTimedOutEventAttributes().GetScheduledEventId()
	case enums.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED:
		return event.GetChildWorkflowExecutionFailedEventAttributes().GetInitiatedEventId()
	case enums.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
		return event.GetChildWorkflowExecutionTimedOutEventAttributes().GetInitiatedEventId()
	case enums.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
		return event.GetChildWorkflowExecutionTerminatedEventAttributes().GetInitiatedEventId()
	case enums.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
		return event.GetChildWorkflowExecutionCanceledEventAttributes().GetInitiatedEventId()
	default:
		return 0
	}
}
