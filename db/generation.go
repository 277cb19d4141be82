package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

const settingGeneration = "generation"

// barrierSeconds is how long a close waits for the open transactions on the
// watch log. Everybody else who wants the log waits behind it, so it is short:
// the close is tried again.
const barrierSeconds = 2

// WatchLogBusyError says that a day could not close because somebody holds the
// watch log.
type WatchLogBusyError struct{}

func (e *WatchLogBusyError) Error() string {
	return fmt.Sprintf("a transaction on the watch log is still open after %d s (or a backup holds it): commit or end it; the close is tried again meanwhile", barrierSeconds)
}

// raiseGeneration makes all rows that are written to the watch log from now on
// carry a number that no row had before, and returns it. The transactions that
// have written to the log have ended then: what they wrote can be seen. It fails
// with a [WatchLogBusyError] when one does not end.
func (db *DB) raiseGeneration(ctx context.Context) (generation int64, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("raise generation of the watch log: %w", err)
		}
	}()
	// Committed first: a number that may have become the default is never
	// allotted again. Rows carry the default at most, so a setting that was lost
	// or restored from an older backup goes on from there.
	if err := db.inTx(ctx, func(tx *sqlx.Tx) (err error) {
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO settings (name, value)
			SELECT
				?,
				CAST(COLUMN_DEFAULT AS UNSIGNED) + 1
			FROM information_schema.COLUMNS
			WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'watch_log' AND COLUMN_NAME = 'generation'
			ON DUPLICATE KEY UPDATE value = GREATEST(CAST(settings.value AS UNSIGNED) + 1, CAST(VALUES(value) AS UNSIGNED))`, settingGeneration); err != nil {
			return err
		}
		generation, err = newestGeneration(ctx, tx, "")
		return err
	}); err != nil {
		return 0, err
	}
	return generation, db.inTx(ctx, func(tx *sqlx.Tx) error {
		// The lock keeps another close from going between the two, and the
		// default from ever falling.
		newest, err := newestGeneration(ctx, tx, "FOR UPDATE")
		if err != nil {
			return err
		}
		if newest != generation {
			return errors.New("another close was faster")
		}
		return db.setDefaultGeneration(ctx, generation)
	})
}

func newestGeneration(ctx context.Context, tx *sqlx.Tx, lock string) (generation int64, err error) {
	err = tx.GetContext(ctx, &generation, `
		SELECT value
		FROM settings
		WHERE name = ?
		`+lock, settingGeneration)
	return generation, err
}

// setDefaultGeneration changes only the table's definition, but to do so it
// waits until nobody uses the table.
func (db *DB) setDefaultGeneration(ctx context.Context, generation int64) error {
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() {
		// Nobody else is to get the session's short patience.
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	}()
	if _, err := conn.ExecContext(ctx, fmt.Sprintf("SET SESSION lock_wait_timeout = %d", barrierSeconds)); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, fmt.Sprintf("ALTER TABLE watch_log ALTER COLUMN generation SET DEFAULT %d", generation))
	if serverError(err) == erLockWaitTimeout {
		return &WatchLogBusyError{}
	}
	return err
}

// onTime is the SQL condition that a row of the day was there when the day
// closed. While the day is open all rows are, and none is looked at.
func onTime(ctx context.Context, from sqlx.QueryerContext, day settlement.Day) (condition string, args []any, err error) {
	run, _, err := findRun(ctx, from, settlement.DailyPeriod(day))
	if err != nil || run.State != StateClosed {
		return "TRUE", nil, err
	}
	return "generation < ?", []any{run.LateFrom}, nil
}
