package daylog

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// RaiseEpoch makes all rows that are written to the log from now on carry a
// number that no row had before, and returns it. The transactions that have
// written to the log have ended then: what they wrote can be seen. It fails with
// a [settlement.ErrBusy] when one does not end.
func (l *Log) RaiseEpoch(ctx context.Context) (epoch int64, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("raise the epoch of the %s: %w", l.name, err)
		}
	}()
	// Committed first: a number that may have become the default is never
	// allotted again. Rows carry the default at most, so a setting that was lost
	// or restored from an older backup goes on from there.
	if err := l.pool.InTx(ctx, func(tx *sqlx.Tx) (err error) {
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO settings (name, value)
			SELECT
				?,
				CAST(COLUMN_DEFAULT AS UNSIGNED) + 1
			FROM information_schema.COLUMNS
			WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '`+l.table+`' AND COLUMN_NAME = 'epoch'
			ON DUPLICATE KEY UPDATE value = GREATEST(CAST(settings.value AS UNSIGNED) + 1, CAST(VALUES(value) AS UNSIGNED))`, l.epochSetting); err != nil {
			return err
		}
		epoch, err = l.newestEpoch(ctx, tx, "")
		return err
	}); err != nil {
		return 0, err
	}
	return epoch, l.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		// The lock keeps others from coming between the two, and the default from
		// ever falling.
		newest, err := l.newestEpoch(ctx, tx, "FOR UPDATE")
		if err != nil {
			return err
		}
		if newest != epoch {
			return settlement.Errorf(settlement.ErrBusy, settlement.Period{}, "somebody else raised the epoch of the %s at the same time", l.name)
		}
		return l.alter(ctx, fmt.Sprintf("ALTER COLUMN epoch SET DEFAULT %d", epoch))
	})
}

// NewestRow is the highest epoch that a row of the day has, 0 if it has none. The
// server reads one row, the last one of the index of epochs. The day must have a partition.
func (l *Log) NewestRow(ctx context.Context, from sqlx.QueryerContext, day settlement.Day) (epoch int64, err error) {
	err = sqlx.GetContext(ctx, from, &epoch, `
		SELECT COALESCE(MAX(epoch), 0)
		FROM `+l.partition(day)+` `+l.byEpoch())
	if err != nil {
		return 0, fmt.Errorf("look for the newest row of %s: %w", day, err)
	}
	return epoch, nil
}

func (l *Log) newestEpoch(ctx context.Context, tx *sqlx.Tx, lock string) (epoch int64, err error) {
	err = tx.GetContext(ctx, &epoch, `
		SELECT value
		FROM settings
		WHERE name = ?
		`+lock, l.epochSetting)
	return epoch, err
}
