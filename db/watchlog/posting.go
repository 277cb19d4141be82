package watchlog

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// Arrived are the late rows of a closed day.
type Arrived struct {
	Rows     int64 `db:"row_count"`
	Unposted int64 `db:"unposted"` // that no day has posted
}

// Arrived looks for the late rows of a closed day, which it finds by their
// index: it reads no others.
func (l *Log) Arrived(ctx context.Context, day OnTime) (late Arrived, err error) {
	err = l.pool.GetContext(ctx, &late, `
		SELECT
			COUNT(*) AS row_count,
			COALESCE(SUM(p.view_id IS NULL), 0) AS unposted
		FROM `+partition(day.Day)+` l `+byEpoch+`
		LEFT JOIN late_views p ON `+sameView+`
		WHERE l.epoch >= ?`, day.LateFrom)
	if err != nil {
		return late, fmt.Errorf("look for late rows of %s: %w", day.Day, err)
	}
	return late, nil
}

// CountOnTime reads all rows of a closed day and counts those that did not come
// late.
func (l *Log) CountOnTime(ctx context.Context, day OnTime) (rows int64, err error) {
	condition, args := day.condition()
	if err := l.pool.GetContext(ctx, &rows, `
		SELECT COUNT(*)
		FROM `+day.table()+` FORCE INDEX (PRIMARY)
		WHERE `+condition, args...); err != nil {
		return 0, fmt.Errorf("count rows of %s that were on time: %w", day.Day, err)
	}
	return rows, nil
}

// Post makes a day post the late rows of the closed ones, except for those that
// another day has posted. It fails with a [settlement.ErrBadRow] where one did
// not start on its partition's day, as counting does: the other day may have it,
// too.
func Post(ctx context.Context, tx *sqlx.Tx, postedOn settlement.Day, closed []OnTime, calendar settlement.Calendar) error {
	for _, day := range closed {
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
			FROM `+partition(day.Day)+` l `+byEpoch+`
			WHERE l.epoch >= ?
			ON DUPLICATE KEY UPDATE late_views.view_id = VALUES(view_id)`, postedOn, day.LateFrom); err != nil {
			return fmt.Errorf("post late views of %s: %w", day.Day, err)
		}
	}
	for _, day := range closed {
		first, last := calendar.Starts(day.Day)
		var strays []LateView
		if err := tx.SelectContext(ctx, &strays, `
			SELECT `+lateColumns.List()+`
			FROM late_views
			WHERE posted_on = ? AND watched_on = ? AND (watched_at < ? OR watched_at > ?)
			LIMIT 1`, postedOn, day.Day, first.UTC(), last.UTC()); err != nil {
			return fmt.Errorf("look for late views outside of %s: %w", day.Day, err)
		}
		if len(strays) > 0 {
			return StrayRow(day.Day, strays[0].Play().Play)
		}
	}
	return nil
}

// CountPosted is how many late views the day posts.
func CountPosted(ctx context.Context, from sqlx.QueryerContext, postedOn settlement.Day) (rows int64, err error) {
	err = sqlx.GetContext(ctx, from, &rows, `
		SELECT COUNT(*)
		FROM late_views
		WHERE posted_on = ?`, postedOn)
	if err != nil {
		return 0, fmt.Errorf("count late views that %s posts: %w", postedOn, err)
	}
	return rows, nil
}

// SumPosted is how many late views the day posts, and how many of them count.
func SumPosted(ctx context.Context, from sqlx.QueryerContext, postedOn settlement.Day) (sum settlement.Late, err error) {
	err = sqlx.GetContext(ctx, from, &sum, `
		SELECT
			COUNT(*) AS late_rows,
			COALESCE(SUM(verdict = ?), 0) AS late_views
		FROM late_views
		WHERE posted_on = ?`, LateCounted, postedOn)
	if err != nil {
		return sum, fmt.Errorf("add up late views that %s posts: %w", postedOn, err)
	}
	return sum, nil
}

// StrayRow is the error of a play that did not start on the day of its partition.
func StrayRow(day settlement.Day, play settlement.Play) error {
	return settlement.Errorf(settlement.ErrBadRow, settlement.DailyPeriod(day),
		"watch log of %s, video %d: viewer %d's play started at %s, outside of its partition's day: move it to the day in which it started",
		day, play.VideoID, play.ViewerID, time.UnixMilli(play.StartedAt).UTC().Format(time.RFC3339Nano))
}
