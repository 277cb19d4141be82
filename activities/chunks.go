package activities

import (
	"context"

	"go.temporal.io/sdk/activity"

	"creatorpay/db"
	"creatorpay/settlement"
)

// PlanDayInput says how the day is cut into chunks.
type PlanDayInput struct {
	Day       settlement.Day `json:"day"`
	ChunkRows int64          `json:"chunk_rows"` // rows that a chunk is to have, about
	MaxChunks int            `json:"max_chunks"`
}

// PlannedChunk is a chunk of the day's plan and what has been done of it.
type PlannedChunk struct {
	Number int    `json:"number"` // 1, 2, 3 ... in key order
	Videos string `json:"videos"` // its range, for people
	State  string `json:"state"`
	Rows   int64  `json:"rows"` // counted so far
}

// PlanDayResult is the day's plan in key order.
type PlanDayResult struct {
	Chunks []PlannedChunk `json:"chunks"`
}

// PlanDay cuts the day into chunks, once: a plan that is stored already is
// read back.
func (a *Activities) PlanDay(ctx context.Context, input PlanDayInput) (result PlanDayResult, err error) {
	defer keepAlive(ctx)()
	period := settlement.DailyPeriod(input.Day)
	chunks, err := a.DB.Chunks(ctx, period)
	if err != nil {
		return result, classify(err)
	}
	if len(chunks) == 0 {
		if chunks, err = a.storePlan(ctx, input); err != nil {
			return result, classify(err)
		}
	}
	for _, chunk := range chunks {
		result.Chunks = append(result.Chunks, PlannedChunk{
			Number: chunk.Number,
			Videos: chunk.String(),
			State:  chunk.State,
			Rows:   chunk.Rows(),
		})
	}
	return result, nil
}

func (a *Activities) storePlan(ctx context.Context, input PlanDayInput) ([]db.Chunk, error) {
	period := settlement.DailyPeriod(input.Day)
	videos, err := a.DB.RowsToPlan(ctx, input.Day)
	if err != nil {
		return nil, err
	}
	if err := a.asHolder(ctx, period, func(holder db.Holder) error {
		return a.DB.StorePlan(ctx, period, holder, settlement.Split(settlement.Borders(videos, input.ChunkRows, input.MaxChunks)))
	}); err != nil {
		return nil, err
	}
	return a.DB.Chunks(ctx, period)
}

// ChunkInput names one chunk of a day.
type ChunkInput struct {
	Day   settlement.Day `json:"day"`
	Chunk int            `json:"chunk"`
}

// CountChunkResult is what the chunk's counted state holds.
type CountChunkResult struct {
	Rows int64 `json:"rows"` // read, those of unknown videos too
}

// CountChunk counts the chunk's plays by R1 to R3 and stores the figures of its
// videos. A chunk that is counted already is not counted again.
func (a *Activities) CountChunk(ctx context.Context, input ChunkInput) (CountChunkResult, error) {
	defer keepAlive(ctx)()
	period := settlement.DailyPeriod(input.Day)
	chunk, err := a.DB.Chunk(ctx, period, input.Chunk)
	if err != nil {
		return CountChunkResult{}, classify(err)
	}
	if chunk.State != db.ChunkPlanned {
		return CountChunkResult{Rows: chunk.Rows()}, nil
	}
	run, err := a.DB.OpenRun(ctx, period)
	if err != nil {
		return CountChunkResult{}, classify(err)
	}
	owners, err := a.DB.Owners(ctx, chunk.Range)
	if err != nil {
		return CountChunkResult{}, classify(err)
	}
	counter, err := NewCounter(ctx, a.DB, input.Day, run.RepeatWindow())
	if err != nil {
		return CountChunkResult{}, classify(err)
	}
	count, err := counter.Count(ctx, chunk.Range, owners)
	if err != nil {
		return CountChunkResult{}, classify(err)
	}
	err = a.asHolder(ctx, period, func(holder db.Holder) error {
		return a.DB.StoreCount(ctx, input.Day, holder, chunk, count, activity.GetInfo(ctx).Attempt)
	})
	if err != nil {
		return CountChunkResult{}, classify(err)
	}
	rows := count.Totals().Rows() + count.UnknownRows
	recordChunk(ctx, db.ChunkCounted, rows)
	return CountChunkResult{Rows: rows}, nil
}

// SettleChunk prices the chunk's counted views by R4 to R7. A chunk that is
// settled already is not settled again.
func (a *Activities) SettleChunk(ctx context.Context, input ChunkInput) (db.Amounts, error) {
	defer keepAlive(ctx)()
	period := settlement.DailyPeriod(input.Day)
	chunk, err := a.DB.Chunk(ctx, period, input.Chunk)
	if err != nil {
		return db.Amounts{}, classify(err)
	}
	if chunk.State == db.ChunkSettled {
		return chunk.Amounts, nil
	}
	run, err := a.DB.OpenRun(ctx, period)
	if err != nil {
		return db.Amounts{}, classify(err)
	}
	rule, err := a.DB.PriceRule(ctx, run.PriceRule)
	if err != nil {
		return db.Amounts{}, classify(err)
	}
	err = a.asHolder(ctx, period, func(holder db.Holder) error {
		chunk, err = a.DB.SettleChunk(ctx, input.Day, holder, input.Chunk, rule)
		return err
	})
	if err != nil {
		return db.Amounts{}, classify(err)
	}
	recordChunk(ctx, db.ChunkSettled, 0)
	return chunk.Amounts, nil
}
