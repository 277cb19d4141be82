package watchlog

import (
	"context"
	"fmt"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// LateRows are what became of the rows that came into a closed day after its
// close.
type LateRows struct {
	Unposted int64 // came, and no day has posted them yet
	PostedRows
}

// PostedRows are what became of the late rows that a day has posted.
type PostedRows struct {
	Posted  int64 `db:"posted"` // all of them
	Missing int64 `db:"missing"`
	Changed int64 `db:"changed"` // with other figures
}

// sameView joins the watch log l and the late views p.
const sameView = "l.watched_on = p.watched_on AND l.video_id = p.video_id AND l.viewer_id = p.viewer_id AND l.watched_at = p.watched_at AND l.view_id = p.view_id"

// LateRows looks for the late rows of the closed day's videos in the range.
func (l *Log) LateRows(ctx context.Context, day OnTime, videos settlement.Range) (late LateRows, err error) {
	where, args := server.Between("l.video_id", videos)
	if err := l.pool.GetContext(ctx, &late.Unposted, `
		SELECT COUNT(*)
		FROM watch_log l
		LEFT JOIN late_views p ON `+sameView+`
		WHERE l.watched_on = ? AND `+where+` AND l.epoch >= ? AND p.view_id IS NULL`,
		append(append([]any{day.Day}, args...), day.LateFrom)...); err != nil {
		return late, fmt.Errorf("count late rows of %s, %s: %w", day.Day, videos, err)
	}
	late.PostedRows, err = l.PostedRows(ctx, day, videos)
	return late, err
}

// PostedRows looks for the posted late rows of the closed day's videos in the
// range.
func (l *Log) PostedRows(ctx context.Context, day OnTime, videos settlement.Range) (posted PostedRows, err error) {
	where, args := server.Between("p.video_id", videos)
	if err := l.pool.GetContext(ctx, &posted, `
		SELECT
			COUNT(*) AS posted,
			COALESCE(SUM(l.view_id IS NULL), 0) AS missing,
			COALESCE(SUM(l.played_seconds <> p.played_seconds OR l.ad_views <> p.ad_views), 0) AS changed
		FROM late_views p
		LEFT JOIN watch_log l ON `+sameView+` AND l.epoch >= ?
		WHERE p.watched_on = ? AND `+where,
		append([]any{day.LateFrom, day.Day}, args...)...); err != nil {
		return posted, fmt.Errorf("compare late rows of %s, %s: %w", day.Day, videos, err)
	}
	return posted, nil
}
