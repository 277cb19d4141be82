package workflows

import (
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"creatorpay/settlement"
)

// Schedule says when the periods of a kind are launched, or when room is made in
// the logs.
type Schedule struct {
	ID   string          // of the Temporal schedule
	Name string          // in commands
	Kind settlement.Kind // of what it launches; empty if it launches no periods
	// Hour is the full hour at which a period is launched, by the clocks of the
	// business time zone, on the first day after it.
	Hour    int
	on      client.ScheduleCalendarSpec // the days
	summary string
}

// Schedules are all schedules. The hours of launches lie after those at which
// clocks change in practically every zone, so each shows once on every day; and
// in the order in which the periods need each other.
func Schedules() []Schedule {
	return []Schedule{
		{
			ID: "creatorpay-daily", Name: "daily", Kind: settlement.Daily, Hour: 4,
			on:      client.ScheduleCalendarSpec{Comment: "every day, for the day before"},
			summary: "Launches the run of the day before",
		},
		{
			ID: "creatorpay-weekly", Name: "weekly", Kind: settlement.Weekly, Hour: 5,
			on: client.ScheduleCalendarSpec{
				DayOfWeek: []client.ScheduleRange{{Start: int(time.Monday)}},
				Comment:   "Mondays, for the week before",
			},
			summary: "Launches the run of the week before",
		},
		{
			ID: "creatorpay-monthly", Name: "monthly", Kind: settlement.Monthly, Hour: 6,
			on: client.ScheduleCalendarSpec{
				DayOfMonth: []client.ScheduleRange{{Start: 1}},
				Comment:    "on the first, for the month before",
			},
			summary: "Launches the run of the month before",
		},
		{
			ID: "creatorpay-partitions", Name: "partitions",
			on: client.ScheduleCalendarSpec{
				Hour:    []client.ScheduleRange{{Start: 0, End: 23}},
				Minute:  []client.ScheduleRange{{Start: 30}},
				Comment: "every hour, for the coming days",
			},
			summary: "Makes room in the logs for the coming days",
		},
	}
}

// Launches tells whether the schedule launches periods.
func (s Schedule) Launches() bool { return s.Kind != "" }

// catchUp is how late a period may still be launched: Temporal's default,
// written out so that a change of it shows. What is older when a schedule comes
// back must be backfilled.
const catchUp = 365 * 24 * time.Hour

// Starts is the type of the workflows that the schedule starts, and what their IDs
// begin with.
func (s Schedule) Starts() (workflowType, id string) {
	if s.Launches() {
		return LaunchType, LaunchPrefix(s.Kind)
	}
	return PartitionsType, PartitionsPrefix
}

// Options are what the schedule is created with. Periods wait for each other in
// a buffer, and none is launched after one has failed before an operator has
// looked. Room is made again and again, whatever became of the time before: one
// that was missed is made up for by the next.
func (s Schedule) Options(zone string) client.ScheduleOptions {
	workflowType, id := s.Starts()
	action := &client.ScheduleWorkflowAction{
		ID: id, Workflow: workflowType, Args: []any{PartitionsInput{Zone: zone}}, TaskQueue: TaskQueue, StaticSummary: s.summary,
	}
	options := client.ScheduleOptions{
		ID:            s.ID,
		Spec:          client.ScheduleSpec{Calendars: []client.ScheduleCalendarSpec{s.on}, TimeZoneName: zone},
		Action:        action,
		Overlap:       enums.SCHEDULE_OVERLAP_POLICY_SKIP,
		CatchupWindow: time.Hour,
	}
	if s.Launches() {
		options.Spec.Calendars[0].Hour = []client.ScheduleRange{{Start: s.Hour}}
		action.Args = []any{LaunchInput{Kind: s.Kind, Zone: zone}}
		options.Overlap = enums.SCHEDULE_OVERLAP_POLICY_BUFFER_ALL
		options.CatchupWindow = catchUp
		options.PauseOnFailure = true
	}
	return options
}

// LastDue is the last period that the schedule was to launch by the given time.
func (s Schedule) LastDue(calendar settlement.Calendar, now time.Time) (settlement.Period, error) {
	return calendar.LastEnded(s.Kind, now.Add(-time.Duration(s.Hour)*time.Hour))
}
