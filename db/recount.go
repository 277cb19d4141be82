package db

import (
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// Recount finds the chunks whose rows in one of the logs are not as many as were
// counted (R10, R15), or were counted without knowing that another video has
// completed rows of the same payment (R13), and makes them planned again.
func (db *DB) Recount(ctx context.Context, day settlement.Day, holder Holder) (again []int, err error) {
	period := settlement.DailyPeriod(day)
	counted, err := db.Chunks(ctx, period)
	if err != nil {
		return nil, err
	}
	rows, err := db.Log.Count(ctx, db.pool, day)
	if err != nil {
		return nil, err
	}
	if again, err = db.changed(ctx, day, db.Log.Log, rows, counted, Chunk.OwnRows); err != nil {
		return nil, err
	}
	run, err := db.OpenRun(ctx, period)
	if err != nil {
		return nil, err
	}
	var store func(*sqlx.Tx) error
	if run.HasPayments() {
		rows, err := db.paymentRows(ctx, db.pool, day)
		if err != nil {
			return nil, err
		}
		changed, err := db.changed(ctx, day, db.Payments.Log, rows, counted, Chunk.OwnPayments)
		if err != nil {
			return nil, err
		}
		contested, lost, err := db.contest(ctx, run, counted)
		if err != nil {
			return nil, err
		}
		if len(lost) > 0 {
			store = func(tx *sqlx.Tx) error { return storeContested(ctx, tx, day, contested) }
		}
		again = slices.Concat(again, changed, lost)
		slices.Sort(again)
		again = slices.Compact(again)
	}
	if len(again) == 0 {
		return nil, nil
	}
	return again, db.replan(ctx, period, holder, again, store)
}

// paymentRows is how many rows the payments log has for the day. It may have no
// partition for it.
func (db *DB) paymentRows(ctx context.Context, from sqlx.QueryerContext, day settlement.Day) (rows int64, err error) {
	found, err := db.Payments.HasPartition(ctx, from, day)
	if err != nil || !found {
		return 0, err
	}
	return db.Payments.Count(ctx, from, day)
}

// changed are the numbers of the chunks of which the log, which has so many rows of
// the day, has another number than were counted.
func (db *DB) changed(ctx context.Context, day settlement.Day, log *daylog.Log, rows int64, chunks []Chunk, counted func(Chunk) int64) (again []int, err error) {
	for _, chunk := range chunks {
		rows -= counted(chunk)
	}
	if rows == 0 {
		return nil, nil
	}
	// None is left if the rows came and went between the two looks.
	for _, chunk := range chunks {
		rows, err := log.CountRange(ctx, db.pool, day, chunk.Range)
		if err != nil {
			return nil, err
		}
		if rows != counted(chunk) {
			again = append(again, chunk.Number)
		}
	}
	return again, nil
}

// replan makes chunks planned again and stores what was learned, if that is not
// nil, in one transaction.
func (db *DB) replan(ctx context.Context, period settlement.Period, holder Holder, numbers []int, store func(*sqlx.Tx) error) error {
	err := db.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		if _, err := guard(ctx, tx, period, holder); err != nil {
			return err
		}
		if store != nil {
			if err := store(tx); err != nil {
				return err
			}
		}
		query, args, err := sqlx.In(`
			UPDATE run_chunks
			SET state = ?
			WHERE kind = ? AND starts_on = ? AND version = ? AND chunk IN (?)`,
			settlement.ChunkPlanned, period.Kind, period.Start, runVersion, numbers)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, query, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("plan chunks %v of %s again: %w", numbers, period, err)
	}
	return nil
}
