package watchlog

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// daysBelow bounds how many days are named of which rows lie below the log's
// first one.
const daysBelow = 100

// DayRows is how many rows a day has.
type DayRows struct {
	Day  settlement.Day `db:"watched_on"`
	Rows int64          `db:"row_count"`
}

// RowsBelow are the days of which rows lie below the first day of the watch log.
// An import's views of days that were dropped are refused, but a statement of the
// platform's own is not: the floor takes all that is older. One that waited while
// its day was dropped ends there, too. Nobody counts such rows any more.
func (l *Log) RowsBelow(ctx context.Context) (found []DayRows, err error) {
	if err := l.pool.SelectContext(ctx, &found, `
		SELECT
			watched_on,
			COUNT(*) AS row_count
		FROM watch_log PARTITION (`+floorPartition+`)
		GROUP BY watched_on
		ORDER BY watched_on
		LIMIT ?`, daysBelow); err != nil {
		return nil, fmt.Errorf("look for rows below the first day of the watch log: %w", err)
	}
	return found, nil
}

// TakeRowsBelow removes the rows that lie below the first day of the watch log and
// returns how many there were. Before, keep is given a function that reads all of
// them, by day; an error of keep leaves the rows where they are, and so does a row
// that comes meanwhile, with a [settlement.ErrNeeded].
func (l *Log) TakeRowsBelow(ctx context.Context, keep func(read func(each func(View) error) error) error) (rows int64, err error) {
	err = l.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		rows = 0
		if err := keep(func(each func(View) error) error {
			return eachRowBelow(ctx, tx, func(view View) error {
				rows++
				return each(view)
			})
		}); err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `
			DELETE FROM watch_log PARTITION (`+floorPartition+`)`)
		if err != nil {
			return err
		}
		if removed, err := result.RowsAffected(); err != nil || removed == rows {
			return err
		}
		return settlement.Errorf(settlement.ErrNeeded, settlement.Period{}, "a row came meanwhile: all are left where they are; take them again")
	})
	if err != nil {
		return 0, fmt.Errorf("take rows below the first day of the watch log: %w", err)
	}
	return rows, nil
}

// eachRowBelow locks the rows below the first day and hands them over.
func eachRowBelow(ctx context.Context, tx *sqlx.Tx, each func(View) error) error {
	found, err := tx.QueryxContext(ctx, `
		SELECT
			watched_on,
			video_id,
			viewer_id,
			watched_at,
			view_id,
			played_seconds,
			ad_views
		FROM watch_log PARTITION (`+floorPartition+`)
		ORDER BY watched_on, video_id, viewer_id, watched_at, view_id
		FOR UPDATE`)
	if err != nil {
		return err
	}
	defer func() { _ = found.Close() }()
	for found.Next() {
		var view View
		var at time.Time
		if err := found.Scan(&view.Day, &view.VideoID, &view.ViewerID, &at, &view.ViewID, &view.PlayedSeconds, &view.AdViews); err != nil {
			return err
		}
		view.WatchedAt = at.UnixMilli()
		if err := each(view); err != nil {
			return err
		}
	}
	return found.Err()
}
