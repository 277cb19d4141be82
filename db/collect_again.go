package db

import (
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// CollectPaymentsAgain fixes anew which late payments of the chunk's videos the day
// posts, and tells whether they became others: somebody may have put rows right, or
// brought the payment of a refund, after [DB.CollectLate]. A chunk that is counted, or was collected for since it was read, is
// left alone: that is an error, since the caller judged rows which are not those of now. So are days whose rows on time are not as many as were counted. Counts of the chunk that are under way
// elsewhere become void, since they may lack rows that are posted now; the caller's goes on.
func (db *DB) CollectPaymentsAgain(ctx context.Context, day settlement.Day, holder Holder, chunk *Chunk) (changed bool, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("collect late payments for %s again: %w", day, err)
		}
	}()
	before, err := db.Payments.Posted(ctx, day, chunk.Range)
	if err != nil {
		return false, err
	}
	reposts := map[settlement.Day]bool{}
	for _, payment := range before {
		reposts[payment.PaidOn] = true
	}
	logs := []lateLog{{Log: db.Payments.Log, payments: true, reposts: reposts}}
	past, _, err := db.pastDays(ctx, day, logs)
	if err != nil {
		return false, err
	}
	log := &logs[0]
	if _, err := log.lookAt(ctx, past); err != nil { // rows of its mismatches stay as they are posted, as long as the log has them
		return false, err
	}
	calendar, err := db.Calendar(ctx)
	if err != nil {
		return false, err
	}
	// At once: a chunk that is counted in between would lack the rows.
	alone, err := db.whilePlanned(ctx, day, holder, *chunk, func(tx *sqlx.Tx) error {
		for again := range reposts {
			if _, err := log.WithdrawGone(ctx, tx, day, again, chunk.Range); err != nil {
				return err
			}
		}
		if err := log.Withdraw(ctx, tx, day, log.got, chunk.Range); err != nil {
			return err
		}
		return log.Post(ctx, tx, day, log.got, chunk.Range, calendar)
	})
	if err != nil {
		return false, err
	}
	if !alone {
		return false, fmt.Errorf("chunk %d was counted or collected for by another attempt meanwhile: it is looked at again", chunk.Number)
	}
	chunk.Counts++
	after, err := db.Payments.Posted(ctx, day, chunk.Range)
	return !slices.Equal(before, after), err
}

// whilePlanned works in a transaction of the run's holder in which nobody can count
// the chunk, and after which no count of it is stored that had begun. It does nothing, and
// says so, if the chunk was counted or worked on so since it was read.
func (db *DB) whilePlanned(ctx context.Context, day settlement.Day, holder Holder, chunk Chunk, work func(*sqlx.Tx) error) (done bool, err error) {
	period := settlement.DailyPeriod(day)
	err = db.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		done = false
		if _, err := guard(ctx, tx, period, holder); err != nil {
			return err
		}
		now, err := findChunk(ctx, tx, period, chunk.Number, "FOR UPDATE")
		if err != nil || now.State != settlement.ChunkPlanned || now.Counts != chunk.Counts {
			return err
		}
		if err := work(tx); err != nil {
			return err
		}
		done = true
		_, err = tx.ExecContext(ctx, `
			UPDATE run_chunks
			SET counts = counts + 1
			WHERE kind = ? AND starts_on = ? AND version = ? AND chunk = ?`, period.Kind, period.Start, runVersion, chunk.Number)
		return err
	})
	return done && err == nil, err
}
