package db

import (
	"context"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// defaultPostedAtOnce late rows make a transaction of some 25 MB: a sixth of the smallest limit that
// servers have which spread them over machines (docs/scale.md).
const defaultPostedAtOnce = 500_000

// postInParts makes the day post the late rows of the large days, some videos after the others: those of one video
// together. What it posts is fixed by [DB.post] only: a run that ends in between goes on with the rest.
func (db *DB) postInParts(ctx context.Context, day settlement.Day, holder Holder, logs []lateLog) error {
	const mostParts = 10_000
	calendar, err := db.Calendar(ctx)
	if err != nil {
		return err
	}
	for _, log := range logs {
		for _, large := range log.large {
			late, err := log.LateByVideo(ctx, large)
			if err != nil {
				return err
			}
			for _, videos := range settlement.Split(settlement.Borders(late, db.postedAtOnce, mostParts)) {
				if err := db.whileNotCollected(ctx, day, holder, func(tx *sqlx.Tx) error {
					return log.PostRange(ctx, tx, day, large, videos, calendar)
				}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// whileNotCollected works in a transaction of the day's holder, unless it was fixed before what the day posts.
func (db *DB) whileNotCollected(ctx context.Context, day settlement.Day, holder Holder, work func(*sqlx.Tx) error) error {
	period := settlement.DailyPeriod(day)
	return db.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		if _, err := lockRun(ctx, tx, period, holder, "FOR UPDATE"); err != nil {
			return err
		}
		if collected, err := hasCollected(ctx, tx, period); err != nil || collected {
			return err
		}
		return work(tx)
	})
}

// hasCollected tells whether it is fixed what the day posts.
func hasCollected(ctx context.Context, tx *sqlx.Tx, day settlement.Period) (collected bool, err error) {
	err = tx.GetContext(ctx, &collected, `
		SELECT late_collected_at IS NOT NULL
		FROM runs
		WHERE kind = ? AND starts_on = ? AND version = ?`, day.Kind, day.Start, runVersion)
	return collected, err
}

// post makes the day post the late rows of the other days that got some, and fixes what it posts, unless it was
// fixed before. It returns how many rows that are.
func (db *DB) post(ctx context.Context, day settlement.Day, holder Holder, logs []lateLog) (lateRows int64, err error) {
	period := settlement.DailyPeriod(day)
	calendar, err := db.Calendar(ctx)
	if err != nil {
		return 0, err
	}
	if err := db.whileNotCollected(ctx, day, holder, func(tx *sqlx.Tx) error {
		for _, log := range logs {
			if err := log.Post(ctx, tx, day, log.got, settlement.Range{}, calendar); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `
			UPDATE runs
			SET late_collected_at = ?
			WHERE kind = ? AND starts_on = ? AND version = ?`, db.now(), period.Kind, period.Start, runVersion); err != nil {
			return err
		}
		// There are chunks only where the server has lost what was posted before: they lack it.
		_, err := tx.ExecContext(ctx, `
			UPDATE run_chunks
			SET
				state = ?,
				counts = counts + 1
			WHERE kind = ? AND starts_on = ? AND version = ?`, settlement.ChunkPlanned, period.Kind, period.Start, runVersion)
		return err
	}); err != nil {
		return 0, err
	}
	for _, log := range logs {
		rows, err := log.CountPosted(ctx, db.pool, day)
		if err != nil {
			return 0, err
		}
		lateRows += rows
	}
	return lateRows, nil
}
