package db

import (
	"context"
	"fmt"

	"creatorpay/settlement"
)

// LateRows are what became of the rows that came into a chunk's part of a closed
// day after its close.
type LateRows struct {
	Unposted int64 `db:"unposted"` // came, but no day has posted them yet
	Gone     int64 `db:"gone"`     // were posted, and are in the watch log no more
	Changed  int64 `db:"changed"`  // were posted with other figures
}

// LateRowsOf looks for the late rows of the closed day's videos in the range.
func (db *DB) LateRowsOf(ctx context.Context, run Run, videos settlement.Range) (rows LateRows, err error) {
	const sameView = "l.watched_on = p.watched_on AND l.video_id = p.video_id AND l.viewer_id = p.viewer_id AND l.watched_at = p.watched_at AND l.view_id = p.view_id"
	where, args := rangeCondition("l.video_id", videos)
	if err := db.pool.GetContext(ctx, &rows, `
		SELECT COUNT(*) AS unposted
		FROM watch_log l
		LEFT JOIN late_views p ON `+sameView+`
		WHERE l.watched_on = ? AND `+where+` AND l.generation >= ? AND p.view_id IS NULL`,
		append(append([]any{run.StartsOn}, args...), run.LateFrom)...); err != nil {
		return rows, fmt.Errorf("count late rows of %s, %s: %w", run.StartsOn, videos, err)
	}
	where, args = rangeCondition("p.video_id", videos)
	if err := db.pool.GetContext(ctx, &rows, `
		SELECT
			COALESCE(SUM(l.view_id IS NULL), 0) AS gone,
			COALESCE(SUM(l.played_seconds <> p.played_seconds OR l.ad_views <> p.ad_views), 0) AS changed
		FROM late_views p
		LEFT JOIN watch_log l ON `+sameView+` AND l.generation >= ?
		WHERE p.watched_on = ? AND `+where,
		append([]any{run.LateFrom, run.StartsOn}, args...)...); err != nil {
		return rows, fmt.Errorf("compare late rows of %s, %s: %w", run.StartsOn, videos, err)
	}
	return rows, nil
}
