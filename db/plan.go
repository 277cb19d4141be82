package db

import (
	"context"
	"fmt"

	"creatorpay/settlement"
)

// enoughToEstimate is from how many rows on a day stands in for the one after
// it. Counting fewer costs less than a second; and a day of this size already
// makes several chunks, so that even a far bigger one is shared out.
const enoughToEstimate = 1_000_000

// RowsToPlan are the day's videos with the rows that each is expected to have,
// by id: what the day before had, and for videos above all of those, such as
// new uploads, what the watch log has. Without a day before that is big enough
// all is counted. Estimates only make chunks uneven, never wrong.
func (db *DB) RowsToPlan(ctx context.Context, day settlement.Day) ([]settlement.VideoRows, error) {
	var expected []settlement.VideoRows
	if err := db.pool.SelectContext(ctx, &expected, `
		SELECT
			video_id,
			views + self_views + repeat_views AS row_count
		FROM daily_statistics
		WHERE day = ?
		ORDER BY video_id`, day-1); err != nil {
		return nil, fmt.Errorf("plan %s by the day before: %w", day, err)
	}
	var total, last int64
	for _, video := range expected {
		total += video.Rows
		last = video.VideoID
	}
	if total < enoughToEstimate {
		expected, last = nil, 0
	}
	var counted []settlement.VideoRows
	if err := db.pool.SelectContext(ctx, &counted, `
		SELECT
			video_id,
			COUNT(*) AS row_count
		FROM watch_log
		WHERE watched_on = ? AND video_id > ?
		GROUP BY video_id
		ORDER BY video_id`, day, last); err != nil {
		return nil, fmt.Errorf("plan %s by its rows: %w", day, err)
	}
	return append(expected, counted...), nil
}

// HasPlays tells whether the watch log has any row of the day.
func (db *DB) HasPlays(ctx context.Context, day settlement.Day) (found bool, err error) {
	err = db.pool.GetContext(ctx, &found, `
		SELECT EXISTS (
			SELECT 1
			FROM watch_log
			WHERE watched_on = ?
		)`, day)
	if err != nil {
		return false, fmt.Errorf("look for plays of %s: %w", day, err)
	}
	return found, nil
}
