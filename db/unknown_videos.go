package db

import (
	"context"
	"fmt"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// UnknownVideos are the videos that have plays in the range but are not in the
// catalogue, by id, with the number of those plays.
func (db *DB) UnknownVideos(ctx context.Context, day settlement.Day, videos settlement.Range) ([]UnknownVideo, error) {
	where, args := server.Between("l.video_id", videos)
	var unknown []UnknownVideo
	err := db.pool.SelectContext(ctx, &unknown, `
		SELECT
			l.video_id,
			COUNT(*) AS row_count
		FROM watch_log l
		LEFT JOIN videos v ON v.video_id = l.video_id
		WHERE l.watched_on = ? AND v.video_id IS NULL AND `+where+`
		GROUP BY l.video_id
		ORDER BY l.video_id`, append([]any{day}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("name unknown videos of %s: %w", day, err)
	}
	return unknown, nil
}

// UnknownVideo is a video id in the watch log that the catalogue lacks.
type UnknownVideo struct {
	VideoID int64 `db:"video_id"`
	Rows    int64 `db:"row_count"`
}

// UnknownLateViews are the late views that the day posts of videos that are not
// in the catalogue, by origin day and video.
func (db *DB) UnknownLateViews(ctx context.Context, postedOn settlement.Day) (unknown []UnknownLateVideo, err error) {
	err = db.pool.SelectContext(ctx, &unknown, `
		SELECT
			l.watched_on,
			l.video_id,
			COUNT(*) AS row_count
		FROM late_views l
		LEFT JOIN videos v ON v.video_id = l.video_id
		WHERE l.posted_on = ? AND v.video_id IS NULL
		GROUP BY l.watched_on, l.video_id
		ORDER BY l.watched_on, l.video_id`, postedOn)
	if err != nil {
		return nil, fmt.Errorf("name unknown videos of late views that %s posts: %w", postedOn, err)
	}
	return unknown, nil
}

// UnknownLateVideo is a video of late views of one day that the catalogue lacks.
type UnknownLateVideo struct {
	WatchedOn settlement.Day `db:"watched_on"`
	UnknownVideo
}
