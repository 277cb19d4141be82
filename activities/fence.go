package activities

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/sdk/activity"

	"creatorpay/db"
	"creatorpay/settlement"
)

// holderOf is the workflow run that this activity belongs to.
func holderOf(ctx context.Context) db.Holder {
	execution := activity.GetInfo(ctx).WorkflowExecution
	return db.Holder{WorkflowID: execution.ID, RunID: execution.RunID}
}

// asHolder runs a write as the workflow run that this activity belongs to. When
// another one holds the period, Temporal says which of the two is current: the
// current one takes over under a new fence and writes, the other is refused. So
// a reset or a second start goes on from any point, and an activity that
// outlived its terminated run changes nothing.
func (a *Activities) asHolder(ctx context.Context, period settlement.Period, write func(db.Holder) error) error {
	if err := period.Validate(); err != nil {
		return err
	}
	holder := holderOf(ctx)
	err := write(holder)
	if !errors.Is(err, settlement.ErrStale) {
		return err
	}
	current, askErr := a.CurrentRun(ctx, holder.WorkflowID)
	if askErr != nil {
		return fmt.Errorf("ask for the current run of %s: %w", holder.WorkflowID, askErr)
	}
	if current != holder.RunID {
		return err
	}
	if err := a.DB.TakeOver(ctx, period, holder); err != nil {
		return err
	}
	return write(holder)
}

// fail records why the run failed, also one that failed before it wrote anything: what the book has of the run before it
// would be taken for its own. A closed period stays closed, and a run that another one has followed, or that
// never began, leaves no trace.
func (a *Activities) fail(ctx context.Context, period settlement.Period, failure string) error {
	err := a.asHolder(ctx, period, func(holder db.Holder) error {
		return a.DB.Fail(ctx, period, holder, failure)
	})
	if kind := settlement.KindOf(err); kind == settlement.ErrStale || kind == settlement.ErrLostRun {
		return nil
	}
	return err
}
