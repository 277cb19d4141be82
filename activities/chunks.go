package activities

import (
	"context"
	"errors"

	"go.temporal.io/sdk/activity"

	"creatorpay/db"
	"creatorpay/engine/counting"
	"creatorpay/settlement"
)

// PlanDay cuts the day into chunks, once: a plan that is stored already is
// read back. The day has begun, so it is over, and what it posts is fixed: replicas that
// have all that the primary has now can be scanned for it.
func (a *Activities) PlanDay(ctx context.Context, input PlanDayInput) (PlanResult, error) {
	position := a.Replicas.Position(ctx)
	result, err := a.plan(ctx, settlement.DailyPeriod(input.Day), func() ([]settlement.Range, error) {
		videos, err := a.scannedAt(position).RowsToPlan(ctx, input.Day)
		return settlement.Split(settlement.Borders(videos, input.ChunkRows, input.MaxChunks)), err
	})
	result.Position = position
	return result, err
}

// scannedAt are the books, of which the logs are scanned on the replicas that have all
// that the primary had at the position.
func (a *Activities) scannedAt(position string) *db.DB {
	return a.DB.ScannedOn(a.Replicas.At(position))
}

// plan reads the period's plan back, or stores the one that is made here if
// there is none.
func (a *Activities) plan(ctx context.Context, period settlement.Period, cut func() ([]settlement.Range, error)) (result PlanResult, err error) {
	chunks, err := a.DB.Chunks(ctx, period)
	if err != nil {
		return result, err
	}
	if len(chunks) == 0 {
		ranges, err := cut()
		if err != nil {
			return result, err
		}
		if err := a.asHolder(ctx, period, func(holder db.Holder) error {
			return a.DB.StorePlan(ctx, period, holder, ranges)
		}); err != nil {
			return result, err
		}
		if chunks, err = a.DB.Chunks(ctx, period); err != nil {
			return result, err
		}
	}
	for _, chunk := range chunks {
		result.Chunks = append(result.Chunks, PlannedChunk{
			Number: chunk.Number,
			Videos: chunk.String(),
			State:  chunk.State,
			Rows:   chunk.RowsRead(),
		})
	}
	return result, nil
}

// CountChunk counts the chunk's plays by R1 to R3 and, where the day settles any, its
// payments by R13 to R16, and stores the figures of its videos. A chunk that is
// counted already is not counted again. One that a check found to have other rows than
// were counted, be they of unknown videos, is counted where they were found, on the primary: a
// replica may lack some and not know.
func (a *Activities) CountChunk(ctx context.Context, input ChunkInput) (CountChunkResult, error) {
	period := settlement.DailyPeriod(input.Day)
	chunk, err := a.DB.Chunk(ctx, period, input.Chunk)
	if err != nil {
		return CountChunkResult{}, err
	}
	if chunk.State != settlement.ChunkPlanned {
		return CountChunkResult{Rows: chunk.RowsRead()}, nil
	}
	run, err := a.DB.OpenRun(ctx, period)
	if err != nil {
		return CountChunkResult{}, err
	}
	owners, err := a.DB.Owners(ctx, chunk.Range)
	if err != nil {
		return CountChunkResult{}, err
	}
	first := chunk.Counts == 0
	scanned := a.DB
	if first {
		scanned = a.scannedAt(input.Position)
	}
	counter, err := counting.New(ctx, scanned, input.Day, run.RepeatWindow())
	if err != nil {
		return CountChunkResult{}, err
	}
	count := counter.Count
	if first && activity.GetInfo(ctx).Attempt == 1 { // a server may be set so that its joins are in no order
		count = counter.CountKnown
	}
	counted, err := count(ctx, chunk.Range, owners)
	if err != nil {
		return CountChunkResult{}, err
	}
	if counted.Payments, err = a.countPayments(ctx, scanned, run, &chunk, owners); err != nil {
		return CountChunkResult{}, err
	}
	err = a.asHolder(ctx, period, func(holder db.Holder) error {
		return a.DB.StoreCount(ctx, input.Day, holder, chunk, counted, activity.GetInfo(ctx).Attempt)
	})
	if err != nil {
		return CountChunkResult{}, err
	}
	totals, err := counted.Totals()
	if err != nil {
		return CountChunkResult{}, err
	}
	rows, payments := totals.Statistics.Rows()+counted.UnknownRows, totals.OwnPayments()
	recordRows(ctx, MetricRows, rows)
	if payments > 0 {
		recordRows(ctx, MetricPaymentRows, payments)
	}
	recordChunk(ctx, phaseCounted)
	return CountChunkResult{Rows: rows + payments}, nil
}

// countPayments counts the chunk's payments. Only the primary may say that there are bad
// ones: a replica may lack the rows that make them good. Late rows that keep it from
// counting are fixed only when they are judged: it looks whether they, or others that
// these need, have been put right since the day collected them.
func (a *Activities) countPayments(ctx context.Context, scanned *db.DB, run db.Run, chunk *db.Chunk, owners []db.Owner) (*db.PaymentCount, error) {
	count, bad := counting.Payments(ctx, scanned, run, chunk.Range, owners)
	if errors.Is(bad, settlement.ErrBadPayments) && scanned != a.DB {
		count, bad = counting.Payments(ctx, a.DB, run, chunk.Range, owners)
	}
	if !errors.Is(bad, settlement.ErrBadPayments) {
		return count, bad
	}
	var changed bool
	if err := a.asHolder(ctx, run.Period(), func(holder db.Holder) (err error) {
		changed, err = a.DB.CollectPaymentsAgain(ctx, run.StartsOn, holder, chunk)
		return err
	}); err != nil {
		return nil, err
	}
	if !changed {
		return nil, bad
	}
	return counting.Payments(ctx, a.DB, run, chunk.Range, owners)
}

// SettleChunk prices the chunk's counted views by R4 to R7. A chunk that is
// settled already is not settled again, and one that was planned again is left alone.
func (a *Activities) SettleChunk(ctx context.Context, input ChunkInput) (result SettleChunkResult, err error) {
	period := settlement.DailyPeriod(input.Day)
	chunk, err := a.DB.Chunk(ctx, period, input.Chunk)
	if err != nil || chunk.State != settlement.ChunkCounted {
		return SettleChunkResult{Planned: chunk.State == settlement.ChunkPlanned, Amounts: chunk.Amounts}, err
	}
	run, err := a.DB.OpenRun(ctx, period)
	if err != nil {
		return result, err
	}
	rule, err := a.DB.Prices.Version(ctx, run.PriceRule)
	if err != nil {
		return result, err
	}
	err = a.asHolder(ctx, period, func(holder db.Holder) error {
		chunk, err = a.DB.SettleChunk(ctx, input.Day, holder, input.Chunk, rule)
		return err
	})
	if err != nil {
		return result, err
	}
	recordChunk(ctx, phaseSettled)
	return SettleChunkResult{Amounts: chunk.Amounts}, nil
}
