package replay

import (
	"fmt"
	"sort"
	"strings"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
)

// The SDK's words, which it has no types for.
const (
	unknownType   = "unable to find workflow type"
	extraCommand  = "extra replay command for " // and the command follows
	mismatchCode  = "[TMPRL1100] "
	codeIsToBlame = "Workflow code " // removed support of a version, or is too old for one
)

// explain says where the code leaves the history, and how. The SDK names the
// first thing that it stumbles over, often without saying what the code did
// instead. So the beginning of the history is replayed, longer and longer, until
// it can no longer be followed: then the last event names what was expected, and
// without it the SDK names what the code orders.
func explain(events []*history.HistoryEvent, failure error, replay func([]*history.HistoryEvent) error) (Verdict, string) {
	if strings.Contains(failure.Error(), unknownType) {
		return UnknownType, "this program has no workflow of this type"
	}
	tasks := completedTasks(events)
	first := sort.Search(len(tasks)-1, func(i int) bool { return replay(events[:tasks[i].end]) != nil })
	task := tasks[first]
	var ordered string // by the code, where the history has the next event
	for n := task.begin; n <= task.end; n++ {
		err := replay(events[:n])
		extra, isExtra := afterWords(err, extraCommand)
		switch {
		case err == nil || isExtra:
			ordered = extra
		case n == task.begin: // with nothing to compare it with
			return blame(err, events[n-1].GetEventId())
		default:
			return NonDeterministic, different(events[n-1], ordered)
		}
	}
	if ordered == "" { // it can be followed to the end, so the end itself differs
		return NonDeterministic, different(events[len(events)-1], "")
	}
	return NonDeterministic, fmt.Sprintf("after event %d the code also orders %s, which the history does not have there",
		events[task.begin-1].GetEventId(), command(ordered))
}

// completedTask is a workflow task by numbers of events: its completion is the
// last of the first begin events, its commands are the last of the first end.
type completedTask struct{ begin, end int }

// completedTasks are the points at which the code has had its say. The last one
// takes in whatever came at the end.
func completedTasks(events []*history.HistoryEvent) (tasks []completedTask) {
	for i, event := range events {
		if event.GetEventType() != enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			continue
		}
		end := i + 1
		for end < len(events) && orderedBy(events[end]) == event.GetEventId() {
			end++
		}
		tasks = append(tasks, completedTask{begin: i + 1, end: end})
	}
	return append(tasks, completedTask{begin: len(events), end: len(events)})
}

// blame puts the fault of code that does not even run.
func blame(failure error, at int64) (Verdict, string) {
	words := strings.TrimPrefix(failure.Error(), mismatchCode)
	if strings.HasPrefix(words, codeIsToBlame) {
		return Broken, fmt.Sprintf("at event %d: %s", at, words)
	}
	if words != failure.Error() {
		return NonDeterministic, fmt.Sprintf("at event %d: %s", at, words)
	}
	return Broken, fmt.Sprintf("at event %d the code panics: %s", at, words)
}

func different(event *history.HistoryEvent, ordered string) string {
	has := fmt.Sprintf("event %d is %s, ", event.GetEventId(), describe(event))
	if ordered == "" {
		return has + "which the code does not order there"
	}
	return has + "where the code orders " + command(ordered)
}

func afterWords(err error, words string) (after string, found bool) {
	if err == nil {
		return "", false
	}
	_, after, found = strings.Cut(err.Error(), words)
	return after, found
}
