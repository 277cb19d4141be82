package workflows

import (
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"creatorpay/activities"
	"creatorpay/settlement"
)

// Anybody can start a workflow with any input and ID in the Temporal UI. So each
// looks at both before it does anything else.

// Validate says all that is wrong with the input.
func (i DailyInput) Validate() error {
	return errors.Join(
		settlement.In("day", i.Day.Validate()),
		notNegative("chunk_rows", i.ChunkRows),
		notNegative("parallel", int64(i.Parallel)),
	)
}

// ValidateAs says all that is wrong with the input of a run of the kind.
func (i PeriodInput) ValidateAs(kind settlement.Kind) error {
	problem := settlement.In("period", i.Period.ValidateAs(kind))
	if i.NoMail && kind != settlement.Weekly {
		problem = errors.Join(problem, settlement.Invalid("no_mail: only weeks have mails"))
	}
	return problem
}

// Validate says all that is wrong with the input.
func (i MailInput) Validate() error {
	return errors.Join(
		settlement.In("week", i.Week.ValidateAs(settlement.Weekly)),
		notNegative("after", i.After),
		notNegative("failed.count", int64(i.Failed.Count)),
		notNegative("passes", int64(i.Passes)),
	)
}

// continues tells whether the input says what earlier runs came to.
func (i MailInput) continues() bool {
	return i.After != 0 || i.Failed.Count != 0 || i.Passes != 0 || !i.Until.IsZero() || i.Asked
}

// continues tells whether the input says what earlier runs came to.
func (i LaunchInput) continues() bool {
	return i.From != 0 || i.Before.Closed != 0 || i.Before.ClosedAlready != 0 || len(i.Before.Failed) != 0
}

// onlyContinued refuses an input that continues another run where none does: one
// that was copied from a run that had gone on as a new one, and would leave out
// what came before.
func onlyContinued(ctx workflow.Context, input interface{ continues() bool }) error {
	if !input.continues() || workflow.GetInfo(ctx).ContinuedExecutionRunID != "" {
		return nil
	}
	return settlement.Invalid("the input is that of a run that goes on where another one stopped: name the period or the range only")
}

// Validate says all that is wrong with the input. A schedule's names no periods.
func (i LaunchInput) Validate() error {
	if i.First == 0 && i.Last == 0 {
		_, err := settlement.NewCalendar(i.Zone)
		return errors.Join(settlement.In("kind", i.Kind.Validate()), settlement.In("zone", err))
	}
	problem := activities.OpenPeriodsInput{Kind: i.Kind, First: i.First, Last: i.Last}.Validate()
	if i.Zone != "" { // a schedule's launch that goes on as a new run
		_, err := settlement.NewCalendar(i.Zone)
		problem = errors.Join(problem, settlement.In("zone", err))
	}
	if problem == nil && i.From != 0 && (i.From < i.First || i.From > i.Last) {
		problem = settlement.Invalid("from: %s does not lie between first %s and last %s", i.From, i.First, i.Last)
	}
	return problem
}

func notNegative(field string, value int64) error {
	if value >= 0 {
		return nil
	}
	return settlement.Invalid("%s: %d is negative: leave it out, or give a number from 0 on", field, value)
}

// admit refuses a run for good whose input has a problem, or whose workflow ID is
// not the one by which Temporal keeps a period from running twice at a time.
func admit(ctx workflow.Context, problem error, id string) error {
	given := workflow.GetInfo(ctx).WorkflowExecution.ID
	if problem == nil && given != id {
		problem = settlement.Invalid("another workflow ID could run it a second time: start it with the ID %s", id)
	}
	if problem == nil {
		return nil
	}
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf("%s cannot be run, nothing was done: %s",
		given, strings.ReplaceAll(problem.Error(), "\n", "; ")), activities.TypeRefused, nil)
}
