package dbtest

import (
	"context"
	"fmt"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/engine/counting"
	"creatorpay/settlement"
)

// holder holds the runs that are closed here.
var holder = db.Holder{WorkflowID: "dbtest", RunID: "dbtest"}

// BeginDay begins the day's run, collects the late rows that it posts, and plans
// it in chunks that are cut at the borders.
func (b *Books) BeginDay(day settlement.Day, borders ...int64) db.Run {
	b.Helper()
	run, err := beginDay(b.Context(), b.DB, day, borders)
	require.NoError(b, err)
	return run
}

// CloseDay takes the day through all steps of its run, in chunks that are cut at
// the borders.
func (b *Books) CloseDay(day settlement.Day, borders ...int64) settlement.Totals {
	b.Helper()
	totals, err := CloseDay(b.Context(), b.DB, day, borders...)
	require.NoError(b, err)
	return totals
}

// ClosePeriod takes a week or month of closed days through all steps of its run.
func (b *Books) ClosePeriod(period settlement.Period) settlement.Totals {
	b.Helper()
	totals, err := ClosePeriod(b.Context(), b.DB, period)
	require.NoError(b, err)
	return totals
}

// mostRounds is how often the chunks of a day at rest are counted at most: a daily run
// gives up then, too.
const mostRounds = 5

// CloseDay takes the day through all steps of its run, for books that may be cut
// off: called again after an error it goes on, as long as the day is not closed.
// Its chunks are cut at the borders.
func CloseDay(ctx context.Context, database *db.DB, day settlement.Day, borders ...int64) (settlement.Totals, error) {
	run, err := beginDay(ctx, database, day, borders)
	if err != nil {
		return settlement.Totals{}, err
	}
	rule, err := database.Prices.Version(ctx, run.PriceRule)
	if err != nil {
		return settlement.Totals{}, err
	}
	counter, err := counting.New(ctx, database, day, run.RepeatWindow())
	if err != nil {
		return settlement.Totals{}, err
	}
	chunks, err := countChunks(ctx, database, counter, run)
	if err != nil {
		return settlement.Totals{}, err
	}
	for round := 1; run.HasPayments(); round++ { // which chunks may contest
		again, err := database.Recount(ctx, day, holder)
		if err != nil {
			return settlement.Totals{}, err
		}
		if len(again) == 0 {
			break
		}
		if round == mostRounds {
			return settlement.Totals{}, fmt.Errorf("chunks %v of %s are to be counted again in round %d", again, day, round)
		}
		if chunks, err = countChunks(ctx, database, counter, run); err != nil {
			return settlement.Totals{}, err
		}
	}
	for _, chunk := range chunks {
		if _, err := database.SettleChunk(ctx, day, holder, chunk.Number, rule); err != nil {
			return settlement.Totals{}, err
		}
	}
	if err := database.Rank(ctx, run.Period(), holder); err != nil {
		return settlement.Totals{}, err
	}
	return database.CloseDay(ctx, day, holder)
}

func beginDay(ctx context.Context, database *db.DB, day settlement.Day, borders []int64) (db.Run, error) {
	run, err := database.BeginDay(ctx, day, holder, settlement.DefaultRepeatWindow)
	if err != nil {
		return db.Run{}, err
	}
	_, mismatches, err := database.CollectLate(ctx, day, holder)
	if err != nil {
		return db.Run{}, err
	}
	if len(mismatches) > 0 {
		return db.Run{}, fmt.Errorf("collect late views of %s: %v", day, mismatches)
	}
	return run, database.StorePlan(ctx, run.Period(), holder, settlement.Split(borders))
}

// countChunks counts the day's chunks that are planned and returns all of them.
func countChunks(ctx context.Context, database *db.DB, counter *counting.Counter, run db.Run) ([]db.Chunk, error) {
	chunks, err := database.Chunks(ctx, run.Period())
	if err != nil {
		return nil, err
	}
	for _, chunk := range chunks {
		if chunk.State != settlement.ChunkPlanned {
			continue
		}
		if err := countChunk(ctx, database, counter, run, chunk); err != nil {
			return nil, err
		}
	}
	return chunks, nil
}

func countChunk(ctx context.Context, database *db.DB, counter *counting.Counter, run db.Run, chunk db.Chunk) error {
	owners, err := database.Owners(ctx, chunk.Range)
	if err != nil {
		return err
	}
	count, err := counter.Count(ctx, chunk.Range, owners)
	if err != nil {
		return err
	}
	if count.Payments, err = counting.Payments(ctx, database, run, chunk.Range, owners); err != nil {
		return err
	}
	return database.StoreCount(ctx, run.StartsOn, holder, chunk, count, 1)
}

// ClosePeriod takes a week or month of closed days through all steps of its run.
// Like [CloseDay] it can be called again.
func ClosePeriod(ctx context.Context, database *db.DB, period settlement.Period) (settlement.Totals, error) {
	if err := database.BeginPeriod(ctx, period, holder); err != nil {
		return settlement.Totals{}, err
	}
	if err := database.StorePlan(ctx, period, holder, settlement.Split(nil)); err != nil {
		return settlement.Totals{}, err
	}
	if _, err := database.RollUpChunk(ctx, period, holder, 1); err != nil {
		return settlement.Totals{}, err
	}
	if err := database.Rank(ctx, period, holder); err != nil {
		return settlement.Totals{}, err
	}
	if err := database.WriteStatements(ctx, period, holder); err != nil {
		return settlement.Totals{}, err
	}
	return database.ClosePeriod(ctx, period, holder)
}
