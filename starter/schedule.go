package main

import (
	"errors"
	"fmt"
	"slices"

	"go.temporal.io/api/serviceerror"

	"creatorpay/program/command"
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

// schedulesFlag chooses schedules.
type schedulesFlag struct {
	Kind []string `enum:"daily,weekly,monthly,partitions" help:"daily, weekly, monthly or partitions (room in the watch log); all if not given."`
}

// schedules are the chosen ones, all if none is.
func (f schedulesFlag) schedules() (chosen []workflows.Schedule) {
	for _, schedule := range workflows.Schedules() {
		if len(f.Kind) == 0 || slices.Contains(f.Kind, schedule.Name) {
			chosen = append(chosen, schedule)
		}
	}
	return chosen
}

// explainSchedule says what to do about a schedule that is not there.
func explainSchedule(id string, err error) error {
	var notFound *serviceerror.NotFound
	if errors.As(err, &notFound) {
		return fmt.Errorf("there is no schedule %s: create it with %s", id, command.ApplySchedules)
	}
	return fmt.Errorf("schedule %s: %w", id, err)
}
