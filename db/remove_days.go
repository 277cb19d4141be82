package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"creatorpay/settlement"
)

// HasRowsError names days that are not removed from the watch log because they
// have rows.
type HasRowsError struct{ Days []settlement.Day }

// daysNamed is how many days the error names.
const daysNamed = 20

func (e *HasRowsError) Error() string {
	var named []string
	for _, day := range e.Days[:min(len(e.Days), daysNamed)] {
		named = append(named, day.String())
	}
	if more := len(e.Days) - len(named); more > 0 {
		named = append(named, fmt.Sprintf("and %d more", more))
	}
	return fmt.Sprintf("no day is removed, because views are stored for %s", strings.Join(named, ", "))
}

// DaysAfter are the days of the watch log after the given one.
func (db *DB) DaysAfter(ctx context.Context, after settlement.Day) (days []settlement.Day, err error) {
	present, err := db.Partitions(ctx)
	for _, partition := range present {
		if partition.Day > after {
			days = append(days, partition.Day)
		}
	}
	return days, err
}

// RemoveEmptyDays takes room from the last days of the watch log: from all of them
// or, with a [HasRowsError], from none.
func (db *DB) RemoveEmptyDays(ctx context.Context, last []settlement.Day) error {
	var used HasRowsError
	names := make([]string, len(last))
	for i, day := range last {
		names[i] = partitionName(day)
		played, err := db.HasPlays(ctx, day)
		if err != nil {
			return err
		}
		if played {
			used.Days = append(used.Days, day)
		}
	}
	if len(used.Days) > 0 {
		return &used
	}
	list := strings.Join(names, ", ")
	err := db.impatiently(ctx, func(conn *sql.Conn) error {
		// Nobody writes from here on: what came since is seen.
		if _, err := conn.ExecContext(ctx, `LOCK TABLES watch_log WRITE`); err != nil {
			return err
		}
		var came settlement.Day
		switch err := conn.QueryRowContext(ctx, `
			SELECT watched_on
			FROM watch_log PARTITION (`+list+`)
			LIMIT 1`).Scan(&came); {
		case err == nil:
			return &HasRowsError{Days: []settlement.Day{came}}
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		return alterWatchLog(ctx, conn, `DROP PARTITION `+list)
	})
	if err != nil {
		return fmt.Errorf("remove %s to %s: %w", last[0], last[len(last)-1], err)
	}
	return nil
}
