package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/daylog"
	"creatorpay/db/server"
	"creatorpay/settlement"
)

// unknownVideosNamed is how many unknown videos an error names (R10).
const unknownVideosNamed = 20

// CheckVideosKnown fails with [settlement.ErrUnknownVideos] when there are plays
// or payments of unknown videos, the day's own or late ones (R10, R15). Chunks that
// had such rows when they were counted, and whose videos have become known since,
// are returned to be counted again. The day must have been counted: a chunk that is
// planned is one that had such rows, or that a try of the check whose answer was lost has
// planned anew; it is counted again as well. Rows that a chunk left out are looked for when
// it is counted again ([DB.Recount]).
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
	name := func(form string, video unknownVideo, more ...any) {
		rows += video.Rows
		if len(named) < unknownVideosNamed {
			named = append(named, fmt.Sprintf(form, append([]any{video.VideoID, settlement.Count(video.Rows, video.log.row)}, more...)...))
		}
	}
	for _, chunk := range chunks {
		known := true
		for _, log := range unknownIn {
			unknown, err := db.unknownVideos(ctx, log, day, chunk.Range)
			if err != nil {
				return nil, err
			}
			known = known && len(unknown) == 0
			for _, video := range unknown {
				name("%d (%s)", video)
			}
		}
		if known {
			repaired = append(repaired, chunk.Number)
		}
	}
	for _, log := range unknownIn {
		late, err := db.unknownLateVideos(ctx, log, day)
		if err != nil {
			return nil, err
		}
		for _, video := range late {
			name("%d (%s that came late for %s)", video.unknownVideo, video.Day)
		}
	}
	if rows == 0 {
		return repaired, nil
	}
	return nil, settlement.Errorf(settlement.ErrUnknownVideos, settlement.DailyPeriod(day),
		"%s has %s of videos that are not in the catalogue: %s", day, settlement.Count(rows, "row"), strings.Join(named, ", "))
}

// WithdrawUnknown takes back what the day posts of late rows of unknown videos that somebody has taken out of the logs since,
// or given their right video, and tells whether there were any. Nothing was counted of them.
func (db *DB) WithdrawUnknown(ctx context.Context, day settlement.Day, holder Holder) (withdrawn bool, err error) {
	period := settlement.DailyPeriod(day)
	err = db.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		withdrawn = false
		if _, err := lockRun(ctx, tx, period, holder, "FOR UPDATE"); err != nil {
			return err
		}
		for i, log := range []*daylog.Log{db.Log.Log, db.Payments.Log} {
			unknown, err := db.unknownLateVideos(ctx, unknownIn[i], day)
			if err != nil {
				return err
			}
			for _, video := range unknown {
				rows, err := log.WithdrawGone(ctx, tx, day, video.Day, settlement.OneVideo(video.VideoID))
				if err != nil {
					return err
				}
				withdrawn = withdrawn || rows > 0
			}
		}
		if !withdrawn {
			return nil
		}
		// A count that is under way would store them again.
		_, err := tx.ExecContext(ctx, `
			UPDATE run_chunks
			SET counts = counts + 1
			WHERE kind = ? AND starts_on = ? AND version = ? AND state = ?`, period.Kind, period.Start, runVersion, settlement.ChunkPlanned)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("withdraw late rows of unknown videos that %s posts: %w", day, err)
	}
	return withdrawn, nil
}

// unknownLog is a log in which unknown videos are looked for.
type unknownLog struct {
	table, day, late string
	row              string // what one of its rows is called
}

// unknownIn are the watch log and the payments log.
var unknownIn = [2]unknownLog{
	{"watch_log", "watched_on", "late_views", "row"},
	{"payments", "paid_on", "late_payments", "payment row"},
}

// unknownVideos are the videos that have rows in the range but are not in the
// catalogue, by id, with the number of those rows.
func (db *DB) unknownVideos(ctx context.Context, log unknownLog, day settlement.Day, videos settlement.Range) ([]unknownVideo, error) {
	where, args := server.Between("l.video_id", videos)
	var unknown []unknownVideo
	err := db.pool.SelectContext(ctx, &unknown, `
		SELECT
			l.video_id,
			COUNT(*) AS row_count
		FROM `+log.table+` l
		LEFT JOIN videos v ON v.video_id = l.video_id
		WHERE l.`+log.day+` = ? AND v.video_id IS NULL AND `+where+`
		GROUP BY l.video_id
		ORDER BY l.video_id`, append([]any{day}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("name unknown videos of %s: %w", day, err)
	}
	for i := range unknown {
		unknown[i].log = log
	}
	return unknown, nil
}

// unknownVideo is a video id in a log that the catalogue lacks.
type unknownVideo struct {
	VideoID int64 `db:"video_id"`
	Rows    int64 `db:"row_count"`
	log     unknownLog
}

// unknownLateVideos are the late rows that the day posts of videos that are not
// in the catalogue, by origin day and video.
func (db *DB) unknownLateVideos(ctx context.Context, log unknownLog, postedOn settlement.Day) (unknown []unknownLateVideo, err error) {
	err = db.pool.SelectContext(ctx, &unknown, `
		SELECT
			l.`+log.day+` AS origin,
			l.video_id,
			COUNT(*) AS row_count
		FROM `+log.late+` l
		LEFT JOIN videos v ON v.video_id = l.video_id
		WHERE l.posted_on = ? AND v.video_id IS NULL
		GROUP BY l.`+log.day+`, l.video_id
		ORDER BY l.`+log.day+`, l.video_id`, postedOn)
	if err != nil {
		return nil, fmt.Errorf("name unknown videos of late rows that %s posts: %w", postedOn, err)
	}
	for i := range unknown {
		unknown[i].log = log
	}
	return unknown, nil
}

// unknownLateVideo is a video of late rows of one day that the catalogue lacks.
type unknownLateVideo struct {
	Day settlement.Day `db:"origin"`
	unknownVideo
}
