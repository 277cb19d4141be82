package watchlog

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Plays feeds the day's plays of the range to each, in key order: by video,
// viewer, start and view id. All come from one snapshot, and memory does not
// grow with their number. An error of each ends the scan and is returned.
//
// The query leaves the order to the clustered key, and the scan makes sure of
// it row by row: with ORDER BY, MySQL reads a partitioned table through a merge
// of its partitions, which takes twice the time even for one of them.
func (l *Log) Plays(ctx context.Context, rows OnTime, videos settlement.Range, each func(settlement.Play) error) error {
	where, args := server.Between("video_id", videos)
	there, more := rows.condition()
	named := []driver.NamedValue{{Ordinal: 1, Value: rows.Day.String()}}
	for i, arg := range append(args, more...) {
		named = append(named, driver.NamedValue{Ordinal: i + 2, Value: arg})
	}
	conn, err := l.pool.Conn(ctx)
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
