package db

import (
	"context"
	"database/sql"
	"fmt"

	"creatorpay/settlement"
)

// NeededAgainError says that a day was not dropped, because rows came into it, or
// into the next one, after it was looked at. Nothing of it is lost.
type NeededAgainError struct{ Day settlement.Day }

func (e *NeededAgainError) Error() string {
	return fmt.Sprintf("%s is not dropped: rows came while it was looked at; look again", e.Day)
}

// DropDay removes a day that [DB.EachDroppable] gave, the first of the log, and
// its rows. It fails with a [NeededAgainError] when rows have come since, and with
// a [WatchLogBusyError] while somebody uses the watch log. Those who write to the
// log wait for an instant: only late rows are counted, by their index.
func (db *DB) DropDay(ctx context.Context, day Droppable) error {
	name := partitionName(day.Day)
	err := db.impatiently(ctx, func(conn *sql.Conn) error {
		// Nobody writes from here on, and whoever has written is done: no row is
		// lost that came after the day was looked at, and none is posted.
		if _, err := conn.ExecContext(ctx, `LOCK TABLES watch_log WRITE`); err != nil {
			return err
		}
		for _, found := range day.found {
			var rows int64
			if err := conn.QueryRowContext(ctx, `
				SELECT COUNT(*)
				FROM watch_log PARTITION (`+partitionName(found.day)+`) `+byEpoch+`
				WHERE epoch >= ?`, found.from).Scan(&rows); err != nil {
				return err
			}
			if rows != found.rows {
				return &NeededAgainError{Day: day.Day}
			}
		}
		if err := alterWatchLog(ctx, conn, `TRUNCATE PARTITION `+name); err != nil {
			return err
		}
		// Dropping it would stretch the next day's partition down over the dropped
		// day; the floor takes its place instead.
		return alterWatchLog(ctx, conn, fmt.Sprintf(`
			REORGANIZE PARTITION %s, %s INTO (
				PARTITION %s VALUES LESS THAN ('%s')
			)`, floorPartition, name, floorPartition, day.Day+1))
	})
	if err != nil {
		return fmt.Errorf("drop %s: %w", day.Day, err)
	}
	return nil
}
