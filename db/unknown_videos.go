package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// unknownVideosNamed is how many unknown videos an error names (R10).
const unknownVideosNamed = 20

// CheckVideosKnown fails with [settlement.ErrUnknownVideos] when there are plays
// of unknown videos, the day's own or late ones (R10). Chunks that had such plays
// when they were counted, and whose videos have become known since, are returned
// to be counted again. The day must have been counted: a chunk that is still
// planned is one that had such plays.
func (db *DB) CheckVideosKnown(ctx context.Context, day settlement.Day) (repaired []int, err error) {
	chunks, err := db.Chunks(ctx, settlement.DailyPeriod(day))
	if err != nil {
		return nil, err
	}
	chunks = slices.DeleteFunc(chunks, func(chunk Chunk) bool { return chunk.State != settlement.ChunkPlanned })
	if len(chunks) == 0 {
		return nil, nil
	}
	var rows int64
	var named []string
	for _, chunk := range chunks {
		unknown, err := db.unknownVideos(ctx, day, chunk.Range)
		if err != nil {
			return nil, err
		}
		if len(unknown) == 0 {
			repaired = append(repaired, chunk.Number)
		}
		for _, video := range unknown {
			rows += video.Rows
			if len(named) < unknownVideosNamed {
				named = append(named, fmt.Sprintf("%d (%s)", video.VideoID, settlement.Count(video.Rows, "row")))
			}
		}
	}
	late, err := db.unknownLateVideos(ctx, day)
	if err != nil {
		return nil, err
	}
	for _, video := range late {
		rows += video.Rows
		if len(named) < unknownVideosNamed {
			named = append(named, fmt.Sprintf("%d (%s that came late for %s)", video.VideoID, settlement.Count(video.Rows, "row"), video.WatchedOn))
		}
	}
	if rows == 0 {
		return repaired, nil
	}
	return nil, settlement.Errorf(settlement.ErrUnknownVideos, settlement.DailyPeriod(day),
		"%s has %s of videos that are not in the catalogue: %s", day, settlement.Count(rows, "row"), strings.Join(named, ", "))
}

// unknownVideos are the videos that have plays in the range but are not in the
// catalogue, by id, with the number of those plays.
func (db *DB) unknownVideos(ctx context.Context, day settlement.Day, videos settlement.Range) ([]unknownVideo, error) {
	where, args := server.Between("l.video_id", videos)
	var unknown []unknownVideo
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

// unknownVideo is a video id in the watch log that the catalogue lacks.
type unknownVideo struct {
	VideoID int64 `db:"video_id"`
	Rows    int64 `db:"row_count"`
}

// unknownLateVideos are the late views that the day posts of videos that are not
// in the catalogue, by origin day and video.
func (db *DB) unknownLateVideos(ctx context.Context, postedOn settlement.Day) (unknown []unknownLateVideo, err error) {
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

// unknownLateVideo is a video of late views of one day that the catalogue lacks.
type unknownLateVideo struct {
	WatchedOn settlement.Day `db:"watched_on"`
	unknownVideo
}
