package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// CollectLate fixes which late views the day posts: all that have come into the
// partitions of the closed days among the given number of days before it and
// that no day has posted. It does so once; after that it gives the same late
// rows. Days whose posted late rows are no longer there, or whose other rows are
// not as many as were counted when late ones came, are returned and not adjusted,
// and so are days that got rows after they had been dropped.
func (db *DB) CollectLate(ctx context.Context, day settlement.Day, holder Holder, days int) (lateRows int64, mismatches []settlement.Mismatch, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("collect late views for %s: %w", day, err)
		}
	}()
	looked, err := db.daysToLookAt(ctx, day, days)
	if err != nil {
		return 0, nil, err
	}
	var got []daylog.OnTime
	for _, past := range looked {
		came, mismatch, err := db.look(ctx, past)
		switch {
		case err != nil:
			return 0, nil, err
		case mismatch != nil:
			mismatches = append(mismatches, *mismatch)
		case came:
			got = append(got, past.onTime())
		}
	}
	below, err := db.Log.RowsBelow(ctx)
	if err != nil {
		return 0, nil, err
	}
	for _, dropped := range below {
		mismatches = append(mismatches, settlement.Mismatch{Day: dropped.Day, Found: dropped.Rows, Dropped: true})
	}
	lateRows, err = db.post(ctx, day, holder, got)
	return lateRows, mismatches, err
}

// lookedAt is a closed day with a partition.
type lookedAt struct {
	Day      settlement.Day `db:"starts_on"`
	Counted  int64          `db:"counted"`
	Posted   int64          `db:"posted"` // late rows
	LateFrom int64          `db:"late_from"`
}

func (d lookedAt) onTime() daylog.OnTime { return daylog.OnTime{Day: d.Day, LateFrom: d.LateFrom} }

func (db *DB) daysToLookAt(ctx context.Context, day settlement.Day, days int) (looked []lookedAt, err error) {
	if days == 0 {
		return nil, nil
	}
	first, _, found, err := db.Log.Span(ctx)
	if err != nil || !found {
		return nil, err
	}
	err = db.pool.SelectContext(ctx, &looked, `
		SELECT
			starts_on,
			`+RowsOfLine+` AS counted,
			(
				SELECT COUNT(*)
				FROM late_views l
				WHERE l.watched_on = r.starts_on
			) AS posted,
			late_from
		FROM runs r
		WHERE kind = ? AND version = ? AND state = ? AND starts_on >= ? AND starts_on < ?
		ORDER BY starts_on`,
		settlement.Daily, runVersion, settlement.Closed, max(first, day-settlement.Day(days)), day)
	return looked, err
}

// look tells whether rows came into the day's partition that no day has posted.
// It reads the late rows by their index and none of the others. Only where the
// late rows are not those that were posted are the others counted, too: a log
// that was restored without its epochs must not be posted as a whole.
func (db *DB) look(ctx context.Context, past lookedAt) (came bool, mismatch *settlement.Mismatch, err error) {
	late, err := db.Log.Arrived(ctx, past.onTime())
	if err != nil {
		return false, nil, err
	}
	// Others may have posted rows since past was read, which is no mismatch.
	missing := max(0, past.Posted-(late.Rows-late.Unposted))
	if late.Unposted == 0 && missing == 0 {
		return false, nil, nil
	}
	onTime, err := db.Log.CountOnTime(ctx, past.onTime())
	if err != nil {
		return false, nil, err
	}
	switch {
	case onTime != past.Counted:
		return false, &settlement.Mismatch{Day: past.Day, Expected: past.Counted, Found: onTime}, nil
	case missing > 0:
		all := past.Counted + past.Posted
		return false, &settlement.Mismatch{Day: past.Day, Expected: all, Found: all - missing}, nil
	}
	return true, nil, nil
}

// post makes the day post the late views of the days that got some, unless it
// was fixed before what it posts.
func (db *DB) post(ctx context.Context, day settlement.Day, holder Holder, got []daylog.OnTime) (lateRows int64, err error) {
	period := settlement.DailyPeriod(day)
	calendar, err := db.Calendar(ctx)
	if err != nil {
		return 0, err
	}
	err = db.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		if _, err := lockRun(ctx, tx, period, holder, "FOR UPDATE"); err != nil {
			return err
		}
		var collected sql.Null[time.Time]
		if err := tx.GetContext(ctx, &collected, `
			SELECT late_collected_at
			FROM runs
			WHERE kind = ? AND starts_on = ? AND version = ?`, period.Kind, period.Start, runVersion); err != nil {
			return err
		}
		if !collected.Valid {
			if err := db.Log.Post(ctx, tx, day, got, calendar); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `
				UPDATE runs
				SET late_collected_at = ?
				WHERE kind = ? AND starts_on = ? AND version = ?`, db.now(), period.Kind, period.Start, runVersion); err != nil {
				return err
			}
		}
		lateRows, err = db.Log.CountPosted(ctx, tx, day)
		return err
	})
	return lateRows, err
}

// NextToCollectLate is the day that posts what comes late from now on: the first one
// that is not closed, or the one after it if that one has collected them already.
// Some day must be closed.
func (db *DB) NextToCollectLate(ctx context.Context) (settlement.Day, error) {
	var last settlement.Day
	if err := db.pool.GetContext(ctx, &last, `
		SELECT MAX(starts_on)
		FROM runs
		WHERE kind = ? AND version = ? AND (state = ? OR late_collected_at IS NOT NULL)`,
		settlement.Daily, runVersion, settlement.Closed); err != nil {
		return 0, fmt.Errorf("find the day that posts late views next: %w", err)
	}
	return last + 1, nil
}
