package replay

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"go.temporal.io/api/history/v1"
)

// orderedBy is the completion of the workflow task that ordered what the event
// tells of; 0 if none did.
func orderedBy(event *history.HistoryEvent) int64 {
	attributes := reflect.ValueOf(event.GetAttributes())
	if !attributes.IsValid() {
		return 0
	}
	// Each kind of event has a type of its own around its only field.
	ordered, ok := attributes.Elem().Field(0).Interface().(interface{ GetWorkflowTaskCompletedEventId() int64 })
	if !ok {
		return 0
	}
	return ordered.GetWorkflowTaskCompletedEventId()
}

// describe names what the event tells of, by the names that the code gave it.
func describe(event *history.HistoryEvent) string {
	if scheduled := event.GetActivityTaskScheduledEventAttributes(); scheduled != nil {
		return fmt.Sprintf("activity %s (%s)", scheduled.GetActivityType().GetName(), scheduled.GetActivityId())
	}
	if child := event.GetStartChildWorkflowExecutionInitiatedEventAttributes(); child != nil {
		return fmt.Sprintf("child workflow %s (%s)", child.GetWorkflowType().GetName(), child.GetWorkflowId())
	}
	if marker := event.GetMarkerRecordedEventAttributes(); marker != nil {
		return "marker " + marker.GetMarkerName()
	}
	if timer := event.GetTimerStartedEventAttributes(); timer != nil {
		return fmt.Sprintf("a timer of %s (%s)", timer.GetStartToFireTimeout().AsDuration(), timer.GetTimerId())
	}
	return event.GetEventType().String()
}

// names are those in the SDK's text of a command: (ActivityId:5,
// ActivityType:(Name:BeginDay), …) or, for some commands, that of protobuf.
var names = regexp.MustCompile(`(?:ActivityType|WorkflowType|workflow_type)[:{(]+(?i:name):"?([^,")}]*)|(?:ActivityId|TimerId|WorkflowId|workflow_id|MarkerName):"?([^,")}]*)`)

// command puts the SDK's text of a command into the words of describe.
func command(text string) string {
	kind, _, _ := strings.Cut(text, ":")
	var name, id string
	for _, found := range names.FindAllStringSubmatch(text, -1) {
		if name == "" {
			name = found[1]
		}
		if id == "" {
			id = found[2]
		}
	}
	switch kind {
	case "ScheduleActivityTask":
		return fmt.Sprintf("activity %s (%s)", name, id)
	case "StartChildWorkflowExecution":
		return fmt.Sprintf("child workflow %s (%s)", name, id)
	case "RecordMarker":
		return "marker " + id
	case "StartTimer":
		return fmt.Sprintf("a timer (%s)", id)
	default:
		return kind
	}
}
