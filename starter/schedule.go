package main

import (
	"errors"
	"fmt"

	"go.temporal.io/api/serviceerror"

	"creatorpay/settlement"
	"creatorpay/workflows"
)

type scheduleCommand struct {
	Apply    scheduleApplyCommand    `cmd:"" help:"Create the schedules, or bring them to what they should be; show what differs."`
	List     scheduleListCommand     `cmd:"" help:"Show the schedules, their next and last runs, what failed, and gaps."`
	Pause    schedulePauseCommand    `cmd:"" help:"Launch no more periods; what runs goes on."`
	Resume   scheduleResumeCommand   `cmd:"" help:"Launch periods again, and say which were missed."`
	Trigger  scheduleTriggerCommand  `cmd:"" help:"Launch one period now."`
	Backfill scheduleBackfillCommand `cmd:"" help:"Launch all open periods of a range, one after the other."`
	Delete   scheduleDeleteCommand   `cmd:"" help:"Delete schedules; what runs goes on."`
}

// kindFlag chooses one schedule.
type kindFlag struct {
	Kind settlement.Kind `required:"" enum:"daily,weekly,monthly" help:"daily, weekly or monthly."`
}

// kindsFlag chooses schedules; none chosen means all.
type kindsFlag struct {
	Kind []settlement.Kind `enum:"daily,weekly,monthly" help:"daily, weekly or monthly; all if not given."`
}

// schedules are the chosen ones.
func (f kindsFlag) schedules() []workflows.Schedule {
	if len(f.Kind) == 0 {
		return workflows.Schedules()
	}
	var chosen []workflows.Schedule
	for _, kind := range f.Kind {
		chosen = append(chosen, scheduleOf(kind))
	}
	return chosen
}

func scheduleOf(kind settlement.Kind) workflows.Schedule {
	for _, schedule := range workflows.Schedules() {
		if schedule.Kind == kind {
			return schedule
		}
	}
	panic("no schedule of kind " + kind) // kinds are checked when flags are read
}

// explainSchedule says what to do about a schedule that is not there.
func explainSchedule(id string, err error) error {
	var notFound *serviceerror.NotFound
	if errors.As(err, &notFound) {
		return fmt.Errorf("there is no schedule %s: create it with starter schedule apply", id)
	}
	return fmt.Errorf("schedule %s: %w", id, err)
}
