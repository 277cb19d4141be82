package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"

	"creatorpay/settlement"
)

// maxOpenPeriods is the longest range of periods that is looked at, and so
// launched, at a time: ten years of days. A list of them fits into one event of
// a history.
const maxOpenPeriods = 3_660

// Validate fails with a [settlement.ErrInvalid] unless the input names a range
// of periods that is not too long.
func (i OpenPeriodsInput) Validate() error {
	if err := errors.Join(
		settlement.In("kind", i.Kind.Validate()),
		settlement.In("first", i.First.Validate()),
		settlement.In("last", i.Last.Validate()),
	); err != nil {
		return err
	}
	if i.Last < i.First {
		return settlement.Invalid("last %s comes before first %s", i.Last, i.First)
	}
	periods, err := settlement.Periods(i.Kind, i.First, i.Last)
	if err != nil {
		return err
	}
	if n := len(periods); n > maxOpenPeriods {
		return settlement.Invalid("%s to %s are %d periods: at most %d are taken at a time; is a date wrong?", periods[0], periods[n-1], n, maxOpenPeriods)
	}
	return periods[0].Validate()
}

// OpenPeriods are the periods that are not closed, in order.
func (a *Activities) OpenPeriods(ctx context.Context, input OpenPeriodsInput) (result OpenPeriodsResult, err error) {
	if err := input.Validate(); err != nil {
		return result, err
	}
	periods, err := a.DB.OpenPeriods(ctx, input.Kind, input.First, input.Last)
	for _, period := range periods {
		result.Open = append(result.Open, OpenPeriod(period))
	}
	return result, err
}

// AwaitRun is retried while the period's run is going, whoever started it. It
// fails for good when the run has ended and the period is not closed, or when it is a
// week whose run has not ended well: then mails are left.
func (a *Activities) AwaitRun(ctx context.Context, input AwaitRunInput) error {
	// First Temporal, then the book: the other way round, a run that closes the
	// period in between would seem to have ended without doing so.
	status, err := a.RunStatus(ctx, input.WorkflowID)
	if err != nil {
		return fmt.Errorf("ask for the run of %s: %w", input.WorkflowID, err)
	}
	if status == enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
		return waitFor(settlement.NotClosed(input.Period, settlement.Running), shortWait)
	}
	_, err = a.DB.ClosedRun(ctx, input.Period)
	if errors.Is(err, settlement.ErrNotClosed) {
		if refused := a.beforeFirst(ctx, input.Period); refused != nil {
			return refused
		}
		return finalError(TypeRefused, fmt.Sprintf("%s has ended (%s) and %s is not closed", input.WorkflowID, status, input.Period))
	}
	if err != nil {
		return err
	}
	endedWell := status == enums.WORKFLOW_EXECUTION_STATUS_COMPLETED || status == enums.WORKFLOW_EXECUTION_STATUS_UNSPECIFIED // forgotten
	if input.Period.Kind == settlement.Weekly && !endedWell {
		return finalError(TypeMails, fmt.Sprintf("%s has ended (%s) after its close: not all mails may have been sent, look at them and send the rest", input.WorkflowID, status))
	}
	return nil
}

// beforeFirst is why the period can have no run, if it lies before all that is settled.
func (a *Activities) beforeFirst(ctx context.Context, period settlement.Period) error {
	err := a.DB.Check(ctx, period, time.Now())
	switch settlement.KindOf(err) {
	case settlement.ErrBeforeFirst, settlement.ErrNoFirstDay:
		return err
	default:
		return nil
	}
}
