package db

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/cespare/xxhash/v2"

	"creatorpay/settlement"
)

// Checksum hashes all that is stored of a play. The sum over a chunk's rows is
// the same in any order.
func Checksum(play settlement.Play) uint64 {
	var row [48]byte
	binary.LittleEndian.PutUint64(row[0:], uint64(play.VideoID))
	binary.LittleEndian.PutUint64(row[8:], uint64(play.ViewerID))
	binary.LittleEndian.PutUint64(row[16:], uint64(play.StartedAt))
	binary.LittleEndian.PutUint64(row[24:], uint64(play.ViewID))
	binary.LittleEndian.PutUint64(row[32:], uint64(play.PlayedSeconds))
	binary.LittleEndian.PutUint64(row[40:], uint64(play.AdViews))
	return xxhash.Sum64(row[:])
}

// readAgain reads the closed day's rows of the range that were on time.
func (db *DB) readAgain(ctx context.Context, day settlement.Day, videos settlement.Range) (rows int64, checksum uint64, err error) {
	err = db.Plays(ctx, day, videos, func(play settlement.Play) error {
		rows++
		checksum += Checksum(play)
		return nil
	})
	return rows, checksum, err
}

// LateRows are what became of the rows that came into a closed day after its
// close.
type LateRows struct {
	Unposted int64 // came, and no day has posted them yet
	PostedRows
}

// PostedRows are what became of the late rows that a day has posted.
type PostedRows struct {
	Posted  int64 `db:"posted"` // all of them
	Gone    int64 `db:"gone"`
	Changed int64 `db:"changed"` // with other figures
}

// sameView joins the watch log l and the late views p.
const sameView = "l.watched_on = p.watched_on AND l.video_id = p.video_id AND l.viewer_id = p.viewer_id AND l.watched_at = p.watched_at AND l.view_id = p.view_id"

// LateRowsOf looks for the late rows of the closed day's videos in the range.
func (db *DB) LateRowsOf(ctx context.Context, day Run, videos settlement.Range) (rows LateRows, err error) {
	where, args := rangeCondition("l.video_id", videos)
	if err := db.pool.GetContext(ctx, &rows.Unposted, `
		SELECT COUNT(*)
		FROM watch_log l
		LEFT JOIN late_views p ON `+sameView+`
		WHERE l.watched_on = ? AND `+where+` AND l.epoch >= ? AND p.view_id IS NULL`,
		append(append([]any{day.StartsOn}, args...), day.LateFrom)...); err != nil {
		return rows, fmt.Errorf("count late rows of %s, %s: %w", day.StartsOn, videos, err)
	}
	rows.PostedRows, err = db.postedRows(ctx, day, videos)
	return rows, err
}

func (db *DB) postedRows(ctx context.Context, day Run, videos settlement.Range) (rows PostedRows, err error) {
	where, args := rangeCondition("p.video_id", videos)
	if err := db.pool.GetContext(ctx, &rows, `
		SELECT
			COUNT(*) AS posted,
			COALESCE(SUM(l.view_id IS NULL), 0) AS gone,
			COALESCE(SUM(l.played_seconds <> p.played_seconds OR l.ad_views <> p.ad_views), 0) AS changed
		FROM late_views p
		LEFT JOIN watch_log l ON `+sameView+` AND l.epoch >= ?
		WHERE p.watched_on = ? AND `+where,
		append([]any{day.LateFrom, day.StartsOn}, args...)...); err != nil {
		return rows, fmt.Errorf("compare late rows of %s, %s: %w", day.StartsOn, videos, err)
	}
	return rows, nil
}
