package db

import (
	"context"
	"errors"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// checkedRows are the rows of an open day's partition as a check has found them: it
// raised the epoch of the log, and then counted. Whatever comes later, and whatever had
// not been committed, has that epoch or a later one. While no row of the partition
// has, it has as many as the check counted, unless rows were deleted, moved from or to
// another day, or written with an epoch of their own.
type checkedRows struct {
	from int64 // the epoch; 0 where none was raised, and nothing is known of what came
	rows int64
}

// checkRows counts the rows that the log has for the day, which must have a partition,
// under a new epoch. Where somebody's transaction on the log stays open it counts
// without, and the close has to count again.
func (db *DB) checkRows(ctx context.Context, log *daylog.Log, day settlement.Day, chunks []Chunk) (checked checkedRows, err error) {
	checked.from, err = log.RaiseEpoch(ctx)
	if errors.Is(err, settlement.ErrBusy) {
		checked.from, err = 0, nil
	}
	if err == nil {
		checked.rows, err = log.CountInRanges(ctx, day, RangesOf(chunks))
	}
	return checked, err
}

// storeChecked makes it what the run's last check of the chunks found. A check that was
// overtaken may store what it found after another one: that holds as well, of the counts
// that it saw.
func storeChecked(ctx context.Context, tx *sqlx.Tx, period settlement.Period, views, payments checkedRows, chunks []Chunk) error {
	var counts int
	for _, chunk := range chunks {
		counts += chunk.Counts
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE runs
		SET
			checked_from = ?,
			checked_rows = ?,
			payments_checked_from = ?,
			payments_checked_rows = ?,
			checked_counts = ?
		WHERE kind = ? AND starts_on = ? AND version = ?`,
		views.from, views.rows, payments.from, payments.rows, counts, period.Kind, period.Start, runVersion)
	return err
}

// now is how many rows the log has for the day. They are counted only where they may be
// others than the check counted. The epoch must have been raised since, so that all that
// came before can be seen.
func (c checkedRows) now(ctx context.Context, tx *sqlx.Tx, log *daylog.Log, day settlement.Day) (rows int64, err error) {
	newest, err := log.NewestRow(ctx, tx, day)
	if err != nil {
		return 0, err
	}
	if newest < c.from {
		return c.rows, nil
	}
	return log.Count(ctx, tx, day)
}
