package db

import (
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// Recount counts the rows of the day's partitions, finds the chunks whose rows in one
// of the logs are not as many as were counted (R10, R15), or were counted without
// knowing that another video has completed rows of the same payment (R13), and makes
// them planned again. Those that are planned already are not among them: [DB.CheckVideosKnown] tells
// of them, and payments of unknown videos are in no figure of a chunk. It stores what it counted for the close. Without a plan it fails with a
// [settlement.ErrLostRun].
func (db *DB) Recount(ctx context.Context, day settlement.Day, holder Holder) (again []int, err error) {
	period := settlement.DailyPeriod(day)
	counted, err := db.Chunks(ctx, period)
	if err != nil {
		return nil, err
	}
	if len(counted) == 0 {
		return nil, lostPlan(period)
	}
	views, err := db.checkRows(ctx, db.Log.Log, day, counted)
	if err != nil {
		return nil, err
	}
	if again, err = db.changed(ctx, day, db.Log.Log, views.rows, counted, Chunk.OwnRows); err != nil {
		return nil, err
	}
	run, err := db.OpenRun(ctx, period)
	if err != nil {
		return nil, err
	}
	var payments checkedRows
	var contested []contestedPayment
	var lost []int
	if run.HasPayments() {
		found, err := db.Payments.HasRows(ctx, day)
		if err != nil {
			return nil, err
		}
		// Without rows its epoch stays, as at the close, which counts what comes.
		if found {
			if payments, err = db.checkRows(ctx, db.Payments.Log, day, counted); err != nil {
				return nil, err
			}
		}
		changed, err := db.changed(ctx, day, db.Payments.Log, payments.rows, counted, Chunk.OwnPayments)
		if err != nil {
			return nil, err
		}
		if contested, lost, err = db.contest(ctx, run, counted); err != nil {
			return nil, err
		}
		again = slices.Concat(again, changed, lost)
		slices.Sort(again)
		again = slices.Compact(again)
	}
	again = slices.DeleteFunc(again, func(number int) bool { return counted[number-1].State == settlement.ChunkPlanned })
	return again, db.replan(ctx, period, holder, again, func(tx *sqlx.Tx) error {
		if err := storeChecked(ctx, tx, period, views, payments, counted); err != nil || len(lost) == 0 {
			return err
		}
		return storeContested(ctx, tx, day, contested)
	})
}

// changed are the numbers of the chunks of which the log, which has so many rows of
// the day, has another number than were counted.
func (db *DB) changed(ctx context.Context, day settlement.Day, log *daylog.Log, rows int64, chunks []Chunk, counted func(Chunk) int64) (again []int, err error) {
	difference := rows
	for _, chunk := range chunks {
		difference -= counted(chunk)
	}
	if difference == 0 {
		return nil, nil
	}
	// None is left if the rows came and went between the two looks.
	err = db.pool.OnWriter(ctx, func(from sqlx.QueryerContext) (err error) {
		for _, chunk := range chunks {
			var found int64
			if rows > 0 { // a day without rows may have no partition
				if found, err = log.CountRange(ctx, from, day, chunk.Range); err != nil {
					return err
				}
			}
			if found != counted(chunk) {
				again = append(again, chunk.Number)
			}
		}
		return nil
	})
	return again, err
}

// replan makes chunks planned again, if there are any, and stores what was learned, if
// that is not nil, in one transaction.
func (db *DB) replan(ctx context.Context, period settlement.Period, holder Holder, numbers []int, store func(*sqlx.Tx) error) error {
	err := db.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		// Alone: two that shared the lock could not both write to the run.
		if _, err := lockRun(ctx, tx, period, holder, "FOR UPDATE"); err != nil {
			return err
		}
		if store != nil {
			if err := store(tx); err != nil {
				return err
			}
		}
		if len(numbers) == 0 {
			return nil
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
		return fmt.Errorf("store the check of %s and plan chunks %v again: %w", period, numbers, err)
	}
	return nil
}
