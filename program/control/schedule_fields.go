package control

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
)

// scheduleField is one property of a schedule, in words.
type scheduleField struct{ name, value string }

// scheduleFields are all properties of a schedule that apply is answerable for.
// What an operator does to it, its state, is none of them.
func scheduleFields(spec client.ScheduleSpec, policy client.SchedulePolicies, action *client.ScheduleWorkflowAction) []scheduleField {
	return []scheduleField{
		{"calendar", calendars(spec.Calendars)},
		{"time zone", spec.TimeZoneName},
		{"other times", otherTimes(spec)},
		{"jitter", spec.Jitter.String()},
		{"overlap", policy.Overlap.String()},
		{"catch-up window", policy.CatchupWindow.String()},
		{"pause on failure", strconv.FormatBool(policy.PauseOnFailure)},
		{"workflow", fmt.Sprint(action.Workflow)},
		{"workflow ID", action.ID},
		{"input", arguments(action.Args)},
		{"task queue", action.TaskQueue},
		{"summary", action.StaticSummary},
		{"timeouts", (action.WorkflowExecutionTimeout + action.WorkflowRunTimeout).String()},
		{"retries", strconv.FormatBool(action.RetryPolicy != nil)},
	}
}

func calendars(specs []client.ScheduleCalendarSpec) string {
	texts := make([]string, len(specs))
	for i, spec := range specs {
		texts[i] = fmt.Sprintf("hour %s minute %s second %s", ranges(spec.Hour, "0"), ranges(spec.Minute, "0"), ranges(spec.Second, "0"))
		for _, part := range []struct{ name, value string }{
			{"day", ranges(spec.DayOfMonth, "1-31")},
			{"month", ranges(spec.Month, "1-12")},
			{"weekday", ranges(spec.DayOfWeek, "0-6")},
			{"year", ranges(spec.Year, "")},
		} {
			if part.value != "" {
				texts[i] += " " + part.name + " " + part.value
			}
		}
		if spec.Comment != "" {
			texts[i] += " (" + spec.Comment + ")"
		}
	}
	return strings.Join(texts, "; ")
}

// ranges writes numbers as Temporal does after it has filled in what was left
// out; no numbers are the given ones.
func ranges(list []client.ScheduleRange, otherwise string) string {
	if len(list) == 0 {
		return otherwise
	}
	texts := make([]string, len(list))
	for i, one := range list {
		texts[i] = strconv.Itoa(one.Start)
		if one.End > one.Start {
			texts[i] += "-" + strconv.Itoa(one.End)
		}
		if one.Step > 1 {
			texts[i] += "/" + strconv.Itoa(one.Step)
		}
	}
	return strings.Join(texts, ",")
}

// otherTimes are all ways to say when but calendars.
func otherTimes(spec client.ScheduleSpec) string {
	var texts []string
	for _, interval := range spec.Intervals {
		texts = append(texts, "every "+interval.Every.String())
	}
	texts = append(texts, spec.CronExpressions...)
	if len(spec.Skip) > 0 {
		texts = append(texts, "not "+calendars(spec.Skip))
	}
	if !spec.StartAt.IsZero() {
		texts = append(texts, "from "+spec.StartAt.Format(time.RFC3339))
	}
	if !spec.EndAt.IsZero() {
		texts = append(texts, "until "+spec.EndAt.Format(time.RFC3339))
	}
	return strings.Join(texts, "; ")
}

// arguments writes the input as JSON, whether Temporal has encoded it or not.
func arguments(args []any) string {
	texts := make([]string, len(args))
	for i, arg := range args {
		if payload, ok := arg.(*common.Payload); ok {
			texts[i] = converter.GetDefaultDataConverter().ToString(payload)
			continue
		}
		text, err := json.Marshal(arg)
		if err != nil {
			texts[i] = err.Error()
			continue
		}
		texts[i] = string(text)
	}
	return strings.Join(texts, ", ")
}
