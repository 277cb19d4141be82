package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// CollectLate fixes which late views the day posts: all that have come into the
// partitions of the closed days among the given number of days before it and
// that no day has posted. It does so once; after that it gives the same late
// rows. Days whose posted late rows are no longer there, or whose other rows are
// not as many as were counted when late ones came, are returned and not adjusted,
// and so are days that got rows after they had been dropped.
func (db *DB) CollectLate(ctx context.Context, day settlement.Day, holder Holder, days int) (lateRows int64, mismatches []Mismatch, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("collect late views for %s: %w", day, err)
		}
	}()
	looked, err := db.daysToLookAt(ctx, day, days)
	if err != nil {
		return 0, nil, err
	}
	var got []lookedAt
	for _, past := range looked {
		came, mismatch, err := db.look(ctx, past)
		switch {
		case err != nil:
			return 0, nil, err
		case mismatch != nil:
			mismatches = append(mismatches, *mismatch)
		case came:
			got = append(got, past)
		}
	}
	below, err := db.rowsBelow(ctx)
	if err != nil {
		return 0, nil, err
	}
	lateRows, err = db.post(ctx, day, holder, got)
	return lateRows, append(mismatches, below...), err
}

// lookedAt is a closed day with a partition.
type lookedAt struct {
	Day      settlement.Day `db:"starts_on"`
	Counted  int64          `db:"counted"`
	Posted   int64          `db:"posted"` // late rows
	LateFrom int64          `db:"late_from"`
}

func (db *DB) daysToLookAt(ctx context.Context, day settlement.Day, days int) (looked []lookedAt, err error) {
	if days == 0 {
		return nil, nil
	}
	present, err := db.Partitions(ctx)
	if err != nil || len(present) == 0 {
		return nil, err
	}
	err = db.pool.SelectContext(ctx, &looked, `
		SELECT
			starts_on,
			views + self_views + repeat_views AS counted,
			(
				SELECT COUNT(*)
				FROM late_views l
				WHERE l.watched_on = r.starts_on
			) AS posted,
			late_from
		FROM runs r
		WHERE kind = ? AND version = ? AND state = ? AND starts_on >= ? AND starts_on < ?
		ORDER BY starts_on`,
		settlement.Daily, runVersion, StateClosed, max(present[0].Day, day-settlement.Day(days)), day)
	return looked, err
}

// look tells whether rows came into the day's partition that no day has posted.
// It reads the late rows by their index and none of the others. Only where the
// late rows are not those that were posted are the others counted, too: a log
// that was restored without its epochs must not be posted as a whole.
func (db *DB) look(ctx context.Context, past lookedAt) (came bool, mismatch *Mismatch, err error) {
	late, err := db.lateRowsIn(ctx, past.Day, past.LateFrom)
	if err != nil {
		return false, nil, err
	}
	// Others may have posted rows since past was read, which is no mismatch.
	gone := max(0, past.Posted-(late.Rows-late.Unposted))
	if late.Unposted == 0 && gone == 0 {
		return false, nil, nil
	}
	var onTime int64
	if err := db.pool.GetContext(ctx, &onTime, `
		SELECT COUNT(*)
		FROM watch_log PARTITION (`+partitionName(past.Day)+`) FORCE INDEX (PRIMARY)
		WHERE epoch < ?`, past.LateFrom); err != nil {
		return false, nil, fmt.Errorf("count rows of %s that were on time: %w", past.Day, err)
	}
	switch {
	case onTime != past.Counted:
		return false, &Mismatch{Day: past.Day, Expected: past.Counted, Found: onTime}, nil
	case gone > 0:
		all := past.Counted + past.Posted
		return false, &Mismatch{Day: past.Day, Expected: all, Found: all - gone}, nil
	}
	return true, nil, nil
}

// lateRows are those of a partition from an epoch on.
type lateRows struct {
	Rows     int64 `db:"row_count"`
	Unposted int64 `db:"unposted"` // that no day has posted
}

func (db *DB) lateRowsIn(ctx context.Context, day settlement.Day, lateFrom int64) (late lateRows, err error) {
	err = db.pool.GetContext(ctx, &late, `
		SELECT
			COUNT(*) AS row_count,
			COALESCE(SUM(p.view_id IS NULL), 0) AS unposted
		FROM watch_log PARTITION (`+partitionName(day)+`) l `+byEpoch+`
		LEFT JOIN late_views p ON `+sameView+`
		WHERE l.epoch >= ?`, lateFrom)
	if err != nil {
		return late, fmt.Errorf("look for late rows of %s: %w", day, err)
	}
	return late, nil
}

// post makes the day post the late views of the days that got some, unless it
// was fixed before what it posts.
func (db *DB) post(ctx context.Context, day settlement.Day, holder Holder, got []lookedAt) (lateRows int64, err error) {
	period := settlement.DailyPeriod(day)
	err = db.inTx(ctx, func(tx *sqlx.Tx) error {
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
			if err := insertLateViews(ctx, tx, day, got); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `
				UPDATE runs
				SET late_collected_at = ?
				WHERE kind = ? AND starts_on = ? AND version = ?`, db.now(), period.Kind, period.Start, runVersion); err != nil {
				return err
			}
		}
		lateRows, err = countLate(ctx, tx, day)
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
		settlement.Daily, runVersion, StateClosed); err != nil {
		return 0, fmt.Errorf("find the day that posts late views next: %w", err)
	}
	return last + 1, nil
}

// insertLateViews leaves alone what another day has posted.
func insertLateViews(ctx context.Context, tx *sqlx.Tx, day settlement.Day, got []lookedAt) error {
	for _, past := range got {
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO late_views (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views, posted_on)
			SELECT
				l.watched_on,
				l.video_id,
				l.viewer_id,
				l.watched_at,
				l.view_id,
				l.played_seconds,
				l.ad_views,
				?
			FROM watch_log PARTITION (`+partitionName(past.Day)+`) l `+byEpoch+`
			WHERE l.epoch >= ?
			ON DUPLICATE KEY UPDATE late_views.view_id = VALUES(view_id)`, day, past.LateFrom); err != nil {
			return fmt.Errorf("post late views of %s: %w", past.Day, err)
		}
	}
	return checkLateInDay(ctx, tx, day, got)
}

// checkLateInDay refuses late views that started on another day than that of
// their partition, as counting does: the other day may have them, too.
func checkLateInDay(ctx context.Context, tx *sqlx.Tx, day settlement.Day, got []lookedAt) error {
	calendar, err := readCalendar(ctx, tx)
	if err != nil {
		return err
	}
	for _, past := range got {
		first, last := calendar.Starts(past.Day)
		var strays []LateView
		if err := tx.SelectContext(ctx, &strays, `
			SELECT `+lateColumns+`
			FROM late_views
			WHERE posted_on = ? AND watched_on = ? AND (watched_at < ? OR watched_at > ?)
			LIMIT 1`, day, past.Day, first.UTC(), last.UTC()); err != nil {
			return fmt.Errorf("look for late views outside of %s: %w", past.Day, err)
		}
		if len(strays) > 0 {
			return NewStrayRowError(past.Day, strays[0].Play().Play)
		}
	}
	return nil
}

// countLate is how many late views the day posts.
func countLate(ctx context.Context, from sqlx.QueryerContext, day settlement.Day) (rows int64, err error) {
	err = sqlx.GetContext(ctx, from, &rows, `
		SELECT COUNT(*)
		FROM late_views
		WHERE posted_on = ?`, day)
	if err != nil {
		return 0, fmt.Errorf("count late views that %s posts: %w", day, err)
	}
	return rows, nil
}
