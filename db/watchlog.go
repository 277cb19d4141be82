package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// Plays feeds the day's plays of the range to each, in key order: by video,
// viewer, start and view id. All come from one snapshot, and memory does not
// grow with their number. An error of each ends the scan and is returned. Of a
// closed day, those that came late are left out.
//
// The query leaves the order to the clustered key, and the scan makes sure of
// it row by row: with ORDER BY, MySQL reads a partitioned table through a merge
// of its partitions, which takes twice the time even for one of them.
func (db *DB) Plays(ctx context.Context, day settlement.Day, videos settlement.Range, each func(settlement.Play) error) error {
	where, args := rangeCondition("video_id", videos)
	there, more, err := onTime(ctx, db.pool, day)
	if err != nil {
		return err
	}
	named := []driver.NamedValue{{Ordinal: 1, Value: day.String()}}
	for i, arg := range append(args, more...) {
		named = append(named, driver.NamedValue{Ordinal: i + 2, Value: arg})
	}
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("read watch log: %w", err)
	}
	defer func() { _ = conn.Close() }()
	return conn.Raw(func(raw any) error {
		return scanPlays(ctx, raw.(driver.ConnPrepareContext), `
			SELECT
				video_id,
				viewer_id,
				watched_at,
				view_id,
				played_seconds,
				ad_views
			FROM watch_log FORCE INDEX (PRIMARY)
			WHERE watched_on = ? AND `+where+` AND `+there, named, each)
	})
}

// scanPlays reads the driver's own rows, since database/sql would spend more
// time on reflection than the rules take; and it prepares the query, since
// figures in binary cost server and client less than figures as text.
func scanPlays(ctx context.Context, conn driver.ConnPrepareContext, query string, args []driver.NamedValue, each func(settlement.Play) error) error {
	statement, err := conn.PrepareContext(ctx, query)
	if err != nil {
		return fmt.Errorf("read watch log: %w", err)
	}
	defer func() { _ = statement.Close() }()
	rows, err := statement.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return fmt.Errorf("read watch log: %w", err)
	}
	defer func() { _ = rows.Close() }()
	row := make([]driver.Value, len(rows.Columns()))
	last := settlement.Play{VideoID: math.MinInt64} // before all
	for {
		if err := rows.Next(row); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("read watch log: %w", err)
		}
		play := settlement.Play{
			VideoID:       row[0].(int64),
			ViewerID:      row[1].(int64),
			StartedAt:     row[2].(time.Time).UnixMilli(),
			ViewID:        row[3].(int64),
			PlayedSeconds: row[4].(int64),
			AdViews:       row[5].(int64),
		}
		if !play.Follows(&last) {
			return fmt.Errorf("read watch log: the server gave %+v after %+v, which is not the order of the primary key", play, last)
		}
		last = play
		if err := each(play); err != nil {
			return err
		}
	}
}

// pairsPerQuery bounds the length of one statement.
const pairsPerQuery = 500

// Pair is a viewer of a video.
type Pair struct {
	VideoID  int64 `db:"video_id"`
	ViewerID int64 `db:"viewer_id"`
}

// pairBatch are pairs of one statement.
type pairBatch []Pair

func pairBatches(pairs []Pair) iter.Seq[pairBatch] {
	return func(yield func(pairBatch) bool) {
		for batch := range slices.Chunk(pairs, pairsPerQuery) {
			if !yield(batch) {
				return
			}
		}
	}
}

// condition is the SQL condition that a row is of one of the pairs.
func (b pairBatch) condition() (string, []any) {
	args := make([]any, 0, 2*len(b))
	for _, pair := range b {
		args = append(args, pair.VideoID, pair.ViewerID)
	}
	return "(video_id, viewer_id) IN (" + strings.Repeat("(?, ?), ", len(b)-1) + "(?, ?))", args
}

// LastPlays tells when, in milliseconds, each pair's last play on the day
// started, as far as the day after knows: late plays that nobody had posted by
// then are left out. Pairs without a play on that day are missing from the
// result. It fails with a [GoneError] when the day is closed and its partition is
// gone.
func (db *DB) LastPlays(ctx context.Context, day settlement.Day, pairs []Pair) (map[Pair]int64, error) {
	from, there, more, err := db.playsOnTime(ctx, day)
	if err != nil {
		return nil, err
	}
	last := make(map[Pair]int64)
	for batch := range pairBatches(pairs) {
		condition, args := batch.condition()
		var found []struct {
			Pair
			WatchedAt time.Time `db:"watched_at"`
		}
		if err := db.pool.SelectContext(ctx, &found, `
			SELECT
				video_id,
				viewer_id,
				MAX(watched_at) AS watched_at
			FROM `+from+`
			WHERE watched_on = ? AND `+condition+` AND `+there+`
			GROUP BY video_id, viewer_id
			UNION ALL
			SELECT
				video_id,
				viewer_id,
				MAX(watched_at)
			FROM late_views
			WHERE watched_on = ? AND `+condition+` AND posted_on <= ?
			GROUP BY video_id, viewer_id`,
			slices.Concat([]any{day}, args, more, []any{day}, args, []any{day + 1})...); err != nil {
			return nil, explainGone(fmt.Errorf("look back to %s: %w", day, err), day)
		}
		for _, row := range found {
			last[row.Pair] = max(last[row.Pair], row.WatchedAt.UnixMilli())
		}
	}
	return last, nil
}

// countDay is how many rows the watch log has for the day. Counting the whole
// partition by its primary key is three times faster on MySQL than counting by a
// condition or another key: the server reads it in parallel. The day must have a
// partition.
func countDay(ctx context.Context, from sqlx.QueryerContext, day settlement.Day) (rows int64, err error) {
	err = sqlx.GetContext(ctx, from, &rows, `
		SELECT COUNT(*)
		FROM watch_log PARTITION (`+partitionName(day)+`) FORCE INDEX (PRIMARY)`)
	if err != nil {
		return 0, fmt.Errorf("count rows of %s: %w", day, err)
	}
	return rows, nil
}

// countRange is how many rows the watch log has for the day's videos in the
// range.
func countRange(ctx context.Context, from sqlx.QueryerContext, day settlement.Day, videos settlement.Range) (rows int64, err error) {
	where, args := rangeCondition("video_id", videos)
	err = sqlx.GetContext(ctx, from, &rows, `
		SELECT COUNT(*)
		FROM watch_log
		WHERE watched_on = ? AND `+where, append([]any{day}, args...)...)
	if err != nil {
		return 0, fmt.Errorf("count rows of %s, %s: %w", day, videos, err)
	}
	return rows, nil
}

// UnknownVideos are the videos that have plays in the range but are not in the
// catalogue, by id, with the number of those plays.
func (db *DB) UnknownVideos(ctx context.Context, day settlement.Day, videos settlement.Range) ([]UnknownVideo, error) {
	where, args := rangeCondition("l.video_id", videos)
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
