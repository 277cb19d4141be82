package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"creatorpay/settlement"
)

// Borders finds the videos at which the day's log can be cut into chunks of
// about rowsPerChunk rows: each border is the first video of the next chunk. A
// video is never cut, so a chunk is longer where one video has more rows than
// that. There are fewer than maxChunks borders: a bigger day gets bigger
// chunks.
func (db *DB) Borders(ctx context.Context, day settlement.Day, rowsPerChunk int64, maxChunks int) ([]int64, error) {
	var borders []int64
	first, found, err := db.firstVideo(ctx, day, 0)
	for err == nil && found {
		if len(borders) == maxChunks-1 {
			// Too many: join neighbours and go on with chunks twice as long.
			borders = everySecond(borders)
			rowsPerChunk *= 2
		}
		var next int64
		next, found, err = db.videoAfterRows(ctx, day, first, rowsPerChunk)
		if err != nil || !found {
			break
		}
		if next == first {
			// One video fills the chunk by itself: it ends with that video.
			next, found, err = db.firstVideo(ctx, day, first+1)
			if err != nil || !found {
				break
			}
		}
		borders = append(borders, next)
		first = next
	}
	if err != nil {
		return nil, fmt.Errorf("plan chunks of %s: %w", day, err)
	}
	return borders, nil
}

func everySecond(borders []int64) []int64 {
	kept := borders[:0]
	for i := 1; i < len(borders); i += 2 {
		kept = append(kept, borders[i])
	}
	return kept
}

// firstVideo is the smallest video id from on that has a play on the day.
func (db *DB) firstVideo(ctx context.Context, day settlement.Day, from int64) (video int64, found bool, err error) {
	return db.videoAfterRows(ctx, day, from, 0)
}

// videoAfterRows is the video of the row that comes after the given number of
// rows, counted in key order from the first row of video from.
func (db *DB) videoAfterRows(ctx context.Context, day settlement.Day, from, rows int64) (video int64, found bool, err error) {
	err = db.pool.GetContext(ctx, &video, `
		SELECT video_id
		FROM watch_log
		WHERE watched_on = ? AND video_id >= ?
		ORDER BY video_id
		LIMIT 1 OFFSET ?`, day, from, rows)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return video, err == nil, err
}
