package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"creatorpay/activities"
	"creatorpay/settlement"
)

// Partitions makes room in the logs for the coming days, whatever becomes of
// the runs of days: the platform cannot store a play for which there is no
// partition.
func Partitions(ctx workflow.Context, input PartitionsInput) (room activities.MakeRoomResult, err error) {
	today, err := input.admitted(ctx)
	if err != nil {
		return room, err
	}
	err = workflow.ExecuteActivity(withOptions(ctx, retryHours, "room from "+today.String()), a.MakeRoom,
		activities.DayInput{Day: today}).Get(ctx, &room)
	if err != nil {
		return room, err
	}
	showDetails(ctx, "**the logs** have room", []string{"from", "until", "days added"},
		[]string{today.String(), room.Until.String(), fmt.Sprint(room.Added)})
	return room, nil
}

// admitted is the day that the input names, or in which the workflow was due,
// unless something is wrong with it.
func (i PartitionsInput) admitted(ctx workflow.Context) (today settlement.Day, err error) {
	due, scheduled := workflow.GetTypedSearchAttributes(ctx).GetTime(DueTime)
	today, problem := i.today(ctx, due, scheduled)
	id := workflow.GetInfo(ctx).WorkflowExecution.ID
	if bySchedule := scheduled && strings.HasPrefix(id, PartitionsPrefix+"-"); !bySchedule {
		id = PartitionsID(today)
	}
	return today, admit(ctx, problem, id)
}

// today is the day from which there is to be room. The clock only ever refuses: a
// mistyped year would fill the log with empty days.
func (i PartitionsInput) today(ctx workflow.Context, due time.Time, scheduled bool) (today settlement.Day, problem error) {
	calendar, err := settlement.NewCalendar(i.Zone)
	if err != nil {
		return 0, settlement.In("zone", err)
	}
	switch {
	case i.Today != 0:
		today = i.Today
	case scheduled:
		today = calendar.Day(due)
	default:
		return 0, settlement.Invalid("no schedule started this workflow and it names no day: give it today")
	}
	if err := today.Validate(); err != nil {
		return 0, settlement.In("today", err)
	}
	return today, settlement.In("today", calendar.CheckNotAhead(today, workflow.Now(ctx)))
}
