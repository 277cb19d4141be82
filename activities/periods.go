package activities

import (
	"context"
	"errors"

	"go.temporal.io/sdk/activity"

	"creatorpay/db"
	"creatorpay/settlement"
)

// BeginPeriod enters the run of a week or month in the book under a new fence,
// or takes it over from a former workflow run. It is retried while a day of the
// period is not closed and nothing else has become of it than the run shows. A
// period that is closed already stays as it is (R11): the run of a week that was
// reset after its close goes on with the mails.
func (a *Activities) BeginPeriod(ctx context.Context, input BeginPeriodInput) (result BeginPeriodResult, err error) {
	err = a.asHolder(ctx, input.Period, func(holder db.Holder) error {
		return a.DB.BeginPeriod(ctx, input.Period, holder)
	})
	if errors.Is(err, settlement.ErrClosed) {
		run, err := a.DB.ClosedRun(ctx, input.Period)
		return BeginPeriodResult{Closed: true, Totals: run.Totals}, err
	}
	if unclosed, waits := mayWait(err, input.Wait); waits {
		result.Waiting, err = a.await(activity.GetInfo(ctx).Attempt, unclosed, input.Shown)
		return result, err
	}
	return result, err
}

// PlanPeriod cuts the period into chunks, once: a plan that is stored already is
// read back.
func (a *Activities) PlanPeriod(ctx context.Context, input PlanPeriodInput) (PlanResult, error) {
	return a.plan(ctx, input.Period, func() ([]settlement.Range, error) {
		lines, err := a.DB.LinesToPlan(ctx, input.Period)
		return settlement.Split(settlement.Borders(lines, input.ChunkLines, input.MaxChunks)), err
	})
}

// RollUpChunk adds up the closed days of the chunk's videos (R8). A chunk that
// is rolled up already is not rolled up again.
func (a *Activities) RollUpChunk(ctx context.Context, input PeriodChunkInput) (settlement.Totals, error) {
	var chunk db.Chunk
	err := a.asHolder(ctx, input.Period, func(holder db.Holder) (err error) {
		chunk, err = a.DB.RollUpChunk(ctx, input.Period, holder, input.Chunk)
		return err
	})
	if err != nil {
		return settlement.Totals{}, err
	}
	recordChunk(ctx, phaseRolledUp)
	return chunk.Totals, nil
}

// RankPeriod stores the Top 5 of the week or month (R9).
func (a *Activities) RankPeriod(ctx context.Context, input PeriodInput) error {
	return a.asHolder(ctx, input.Period, func(holder db.Holder) error {
		return a.DB.Rank(ctx, input.Period, holder)
	})
}

// WriteStatements makes the period's statements, and for a week the deliveries
// of their mails.
func (a *Activities) WriteStatements(ctx context.Context, input PeriodInput) error {
	return a.asHolder(ctx, input.Period, func(holder db.Holder) error {
		return a.DB.WriteStatements(ctx, input.Period, holder)
	})
}

// ClosePeriod checks that the week or month is the sum of its closed days, and
// seals it (R8, R11).
func (a *Activities) ClosePeriod(ctx context.Context, input PeriodInput) (totals settlement.Totals, err error) {
	err = a.asHolder(ctx, input.Period, func(holder db.Holder) error {
		totals, err = a.DB.ClosePeriod(ctx, input.Period, holder)
		return err
	})
	return totals, err
}

// FailPeriod records in the book of runs that the run failed.
func (a *Activities) FailPeriod(ctx context.Context, input FailPeriodInput) error {
	return a.fail(ctx, input.Period, input.Failure)
}
