package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"creatorpay/settlement"
)

// Unposted are rows that came late into a closed day and that no day has posted.
type Unposted struct {
	Day  settlement.Day
	Rows int64
}

// DroppablePartitions are the days before the given one whose rows nobody
// needs any more: the day is closed, and so is the one after it, which looks
// back across midnight (R3). Days that hold nothing to settle and come before
// the first closed one are kept too: their rows were never counted.
//
// Rows that came late are needed until a day has posted them, and so is the day
// before them, since they are judged across that midnight, too. The first day
// with such rows is returned: from there on all days are kept, as the log has no
// gaps.
func (db *DB) DroppablePartitions(ctx context.Context, before settlement.Day) (droppable []Partition, unposted *Unposted, err error) {
	present, err := db.Partitions(ctx)
	if err != nil {
		return nil, nil, err
	}
	old := 0
	for old+1 < len(present) && present[old].Day < before && present[old].Closed && present[old+1].Closed {
		old++
	}
	if old == 0 {
		return nil, nil, nil
	}
	rows, err := db.rowsOfPartitions(ctx, present[:old+1])
	if err != nil {
		return nil, nil, err
	}
	droppable = present[:old]
	for i, found := range rows {
		if late := found.unposted(); late > 0 {
			return droppable[:max(0, i-1)], &Unposted{Day: present[i].Day, Rows: late}, nil
		}
		present[i].Rows = found.Present
	}
	return droppable, nil, nil
}

// rowsOfPartitions looks at the rows of partitions of closed days.
func (db *DB) rowsOfPartitions(ctx context.Context, closed []Partition) ([]dayRows, error) {
	days := make([]Run, len(closed))
	for i, partition := range closed {
		var err error
		if days[i], err = db.ClosedRun(ctx, settlement.DailyPeriod(partition.Day)); err != nil {
			return nil, err
		}
	}
	return db.rowsOf(ctx, days)
}

// DropPartitions removes the rows and the partitions of the days that
// [DB.DroppablePartitions] named, oldest first. It fails when their rows have
// become others since, and with a [WatchLogBusyError] while somebody uses the
// watch log.
func (db *DB) DropPartitions(ctx context.Context, droppable []Partition) error {
	if len(droppable) == 0 {
		return nil
	}
	names := make([]string, len(droppable))
	var expected int64
	for i, partition := range droppable {
		names[i] = partition.Name()
		expected += partition.Rows
	}
	list := strings.Join(names, ", ")
	err := db.impatiently(ctx, func(conn *sql.Conn) error {
		// Nobody writes from here on: no row is lost that came after the others
		// were looked at.
		if _, err := conn.ExecContext(ctx, `LOCK TABLES watch_log WRITE`); err != nil {
			return err
		}
		var rows int64
		if err := conn.QueryRowContext(ctx, `
			SELECT COUNT(*)
			FROM watch_log PARTITION (`+list+`)`).Scan(&rows); err != nil {
			return err
		}
		if rows != expected {
			return errors.New("rows came or went while they were looked at: look again")
		}
		if err := alterWatchLog(ctx, conn, `TRUNCATE PARTITION `+list); err != nil {
			return err
		}
		// Dropping them would stretch the next day's partition down over the
		// dropped days; the floor takes their place instead.
		return alterWatchLog(ctx, conn, fmt.Sprintf(`
			REORGANIZE PARTITION %s, %s INTO (
				PARTITION %s VALUES LESS THAN ('%s')
			)`, floorPartition, list, floorPartition, droppable[len(droppable)-1].Day+1))
	})
	if err != nil {
		return fmt.Errorf("drop partitions %s: %w", list, err)
	}
	return nil
}
