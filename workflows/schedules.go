package workflows

import (
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"creatorpay/settlement"
)

// Schedule says when the periods of a kind are launched.
type Schedule struct {
	ID   string // of the Temporal schedule
	Kind settlement.Kind
	// Hour is the full hour at which a period is launched, by the clocks of the
	// business time zone, on the first day after it.
	Hour    int
	on      client.ScheduleCalendarSpec // the days
	summary string
}

// Schedules are all schedules. The hours lie after those at which clocks change
// in practically every zone, so each shows once on every day; and in the order
// in which the periods need each other.
func Schedules() []Schedule {
	return []Schedule{
		{
			ID: "creatorpay-daily", Kind: settlement.Daily, Hour: 4,
			on:      client.ScheduleCalendarSpec{Comment: "every day, for the day before"},
			summary: "Launches the run of the day before",
		},
		{
			ID: "creatorpay-weekly", Kind: settlement.Weekly, Hour: 5,
			on: client.ScheduleCalendarSpec{
				DayOfWeek: []client.ScheduleRange{{Start: int(time.Monday)}},
				Comment:   "Mondays, for the week before",
			},
			summary: "Launches the run of the week before",
		},
		{
			ID: "creatorpay-monthly", Kind: settlement.Monthly, Hour: 6,
			on: client.ScheduleCalendarSpec{
				DayOfMonth: []client.ScheduleRange{{Start: 1}},
				Comment:    "on the first, for the month before",
			},
			summary: "Launches the run of the month before",
		},
	}
}

// catchUp is how late a period may still be launched: Temporal's default,
// written out so that a change of it shows. What is older when a schedule comes
// back must be backfilled.
const catchUp = 365 * 24 * time.Hour

// LaunchType is the name of [Launch] in Temporal.
const LaunchType = "Launch"

// Options are what the schedule is created with. Periods wait for each other in
// a buffer, and none is launched after one has failed before an operator has
// looked.
func (s Schedule) Options(zone string) client.ScheduleOptions {
	at := s.on
	at.Hour = []client.ScheduleRange{{Start: s.Hour}}
	return client.ScheduleOptions{
		ID:   s.ID,
		Spec: client.ScheduleSpec{Calendars: []client.ScheduleCalendarSpec{at}, TimeZoneName: zone},
		Action: &client.ScheduleWorkflowAction{
			ID:            LaunchPrefix(s.Kind),
			Workflow:      LaunchType,
			Args:          []any{LaunchInput{Kind: s.Kind, Zone: zone}},
			TaskQueue:     TaskQueue,
			StaticSummary: s.summary,
		},
		Overlap:        enums.SCHEDULE_OVERLAP_POLICY_BUFFER_ALL,
		CatchupWindow:  catchUp,
		PauseOnFailure: true,
	}
}

// LastDue is the last period that the schedule was to launch by the given time.
func (s Schedule) LastDue(calendar settlement.Calendar, now time.Time) (settlement.Period, error) {
	return calendar.LastEnded(s.Kind, now.Add(-time.Duration(s.Hour)*time.Hour))
}
