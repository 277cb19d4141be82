package workflows

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"

	"creatorpay/activities"
)

// What a run can go through leads it along other lines of its workflow: each has
// a history that proves that the code can still follow it.
func TestEveryScenarioHasARecordedHistory(t *testing.T) {
	recorded := recordedHistories(t)
	for name, s := range map[string]struct {
		workflow string
		shows    func([]*history.HistoryEvent) bool
	}{
		"a day closes":                      {"Daily", completed},
		"a chunk of a day fails":            {"Daily", aChunkFailed},
		"a day is reset":                    {"Daily", reset},
		"a day has bad payments":            {"Daily", failedFor("cannot be settled")},
		"a day's chunks contest a payment":  {"Daily", both(countedAgain, foundARepeatPayment)},
		"a reset day closes":                {"Daily", both(reset, completed)},
		"a day is cancelled while it works": {"Daily", both(canceled, aChunkWasOrdered)},
		"an activity of a day is retried":   {"Daily", both(retried, completed)},
		"a week closes":                     {"Weekly", completed},
		"a week that waits is cancelled":    {"Weekly", canceled},
		"the mails of a week fail":          {"Weekly", childFailed},
		"a week is reset to its mails":      {"Weekly", both(reset, childCompleted)},
		"a month closes":                    {"Monthly", completed},
		"a month fails":                     {"Monthly", failed},
		"all mails are sent":                {"Mail", completed},
		"mails fail":                        {"Mail", failed},
		"many mails continue as new":        {"Mail", continuedAsNew},
		"mails are continued":               {"Mail", both(continued, completed)},
		"deferred mails wait to be tried":   {"Mail", waited},
		"somebody asks for deferred mails":  {"Mail", both(signalled, completed)},
		"a launch ends":                     {"Launch", both(childCompleted, completed)},
		"a run of a launch fails":           {"Launch", both(childFailed, failed)},
		"a launch is cancelled":             {"Launch", canceled},
		"room is made":                      {"Partitions", completed},
	} {
		t.Run(name, func(t *testing.T) {
			for _, one := range recorded {
				if typeOf(one) == s.workflow && s.shows(one.GetEvents()) {
					return
				}
			}
			require.Fail(t, "no recorded history shows it", "see testdata/record.sh")
		})
	}
}

// A change behind workflow.GetVersion is worth nothing if it breaks the runs from
// before: one of those must be there to prove the contrary.
func TestEveryGuardedChangeHasARecordedHistoryFromBefore(t *testing.T) {
	recorded := recordedHistories(t)
	changes := map[string]map[string]bool{} // by workflow
	for _, one := range recorded {
		if changes[typeOf(one)] == nil {
			changes[typeOf(one)] = map[string]bool{}
		}
		for change := range changesIn(t, one) {
			changes[typeOf(one)][change] = true
		}
	}
	for name, ofType := range changes {
		for change := range ofType {
			require.True(t, hasRunWithout(t, recorded, name, change),
				"no completed %s from before %q: record one with the code from before, or take the guard away", name, change)
		}
	}
}

func hasRunWithout(t *testing.T, recorded map[string]*history.History, name, change string) bool {
	t.Helper()
	for _, one := range recorded {
		if typeOf(one) == name && completed(one.GetEvents()) && !changesIn(t, one)[change] {
			return true
		}
	}
	return false
}

// changesIn are the IDs of the guarded changes that the run has come by.
func changesIn(t *testing.T, recorded *history.History) map[string]bool {
	t.Helper()
	changes := map[string]bool{}
	for _, event := range recorded.GetEvents() {
		marker := event.GetMarkerRecordedEventAttributes()
		if marker.GetMarkerName() != "Version" {
			continue
		}
		var change string
		require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(marker.GetDetails()["change-id"], &change))
		changes[change] = true
	}
	return changes
}

func both(one, other func([]*history.HistoryEvent) bool) func([]*history.HistoryEvent) bool {
	return func(events []*history.HistoryEvent) bool { return one(events) && other(events) }
}

func endsWith(events []*history.HistoryEvent, end enums.EventType) bool {
	return events[len(events)-1].GetEventType() == end
}

func completed(events []*history.HistoryEvent) bool {
	return endsWith(events, enums.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED)
}

func failed(events []*history.HistoryEvent) bool {
	return endsWith(events, enums.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED)
}

func canceled(events []*history.HistoryEvent) bool {
	return endsWith(events, enums.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED)
}

func continuedAsNew(events []*history.HistoryEvent) bool {
	return endsWith(events, enums.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW)
}

func continued(events []*history.HistoryEvent) bool {
	return events[0].GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId() != ""
}

func aChunkFailed(events []*history.HistoryEvent) bool {
	failure := events[len(events)-1].GetWorkflowExecutionFailedEventAttributes().GetFailure()
	return failure.GetApplicationFailureInfo().GetType() == activities.TypeChunks
}

// failedFor finds a run that failed with such words.
func failedFor(words string) func([]*history.HistoryEvent) bool {
	return func(events []*history.HistoryEvent) bool {
		failure := events[len(events)-1].GetWorkflowExecutionFailedEventAttributes().GetFailure()
		return strings.Contains(failure.GetMessage(), words)
	}
}

// countedAgain finds a run that counted a chunk in a second round.
func countedAgain(events []*history.HistoryEvent) bool {
	return anyOf(events, func(event *history.HistoryEvent) bool {
		id := event.GetActivityTaskScheduledEventAttributes().GetActivityId()
		return strings.HasPrefix(id, "count-") && strings.HasSuffix(id, "-2")
	})
}

func foundARepeatPayment(events []*history.HistoryEvent) bool {
	result := events[len(events)-1].GetWorkflowExecutionCompletedEventAttributes().GetResult().GetPayloads()
	return len(result) > 0 && strings.Contains(string(result[0].GetData()), `"repeats":1`)
}

func aChunkWasOrdered(events []*history.HistoryEvent) bool {
	return anyOf(events, func(event *history.HistoryEvent) bool {
		return event.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName() == "CountChunk"
	})
}

func reset(events []*history.HistoryEvent) bool {
	return anyOf(events, func(event *history.HistoryEvent) bool {
		return event.GetWorkflowTaskFailedEventAttributes().GetCause() == enums.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW
	})
}

func retried(events []*history.HistoryEvent) bool {
	return anyOf(events, func(event *history.HistoryEvent) bool {
		return event.GetActivityTaskStartedEventAttributes().GetAttempt() > 1
	})
}

func waited(events []*history.HistoryEvent) bool { return anyOf(events, startsATimer) }

func startsATimer(event *history.HistoryEvent) bool {
	return event.GetEventType() == enums.EVENT_TYPE_TIMER_STARTED
}

func signalled(events []*history.HistoryEvent) bool {
	return anyOf(events, func(event *history.HistoryEvent) bool {
		return event.GetEventType() == enums.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
	})
}

func childFailed(events []*history.HistoryEvent) bool {
	return anyOf(events, func(event *history.HistoryEvent) bool {
		return event.GetChildWorkflowExecutionFailedEventAttributes() != nil
	})
}

func childCompleted(events []*history.HistoryEvent) bool {
	return anyOf(events, func(event *history.HistoryEvent) bool {
		return event.GetChildWorkflowExecutionCompletedEventAttributes() != nil
	})
}

func anyOf(events []*history.HistoryEvent, is func(*history.HistoryEvent) bool) bool {
	for _, event := range events {
		if is(event) {
			return true
		}
	}
	return false
}
