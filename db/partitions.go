package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// Partition is the part of the watch log that holds one day.
type Partition struct {
	Day    settlement.Day
	Rows   int64 // the engine's estimate
	Bytes  int64
	Closed bool // the day is closed
}

// Name is the partition's name in the database.
func (p Partition) Name() string { return partitionName(p.Day) }

// maxPartitions keeps a mistyped year from making thousands of partitions; the
// server's own limit is 8,192.
const maxPartitions = 4000

// floorPartition holds what lies before the first day: nothing. It gives the
// first day's partition its lower border.
const floorPartition = "p0"

var partitionPattern = regexp.MustCompile(`^p(\d{4})(\d{2})(\d{2})$`)

func partitionName(day settlement.Day) string {
	return "p" + strings.ReplaceAll(day.String(), "-", "")
}

// Partitions are the watch log's days in order. They have no gaps.
func (db *DB) Partitions(ctx context.Context) ([]Partition, error) {
	return partitions(ctx, db.pool)
}

func partitions(ctx context.Context, from sqlx.QueryerContext) ([]Partition, error) {
	var rows []struct {
		Name  string `db:"name"`
		Rows  int64  `db:"row_count"`
		Bytes int64  `db:"bytes"`
	}
	if err := sqlx.SelectContext(ctx, from, &rows, `
		SELECT
			PARTITION_NAME AS name,
			COALESCE(TABLE_ROWS, 0) AS row_count,
			COALESCE(DATA_LENGTH, 0) AS bytes
		FROM information_schema.PARTITIONS
		WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'watch_log'
		ORDER BY PARTITION_ORDINAL_POSITION`); err != nil {
		return nil, fmt.Errorf("list partitions: %w", err)
	}
	var closed []settlement.Day
	if err := sqlx.SelectContext(ctx, from, &closed, `
		SELECT starts_on
		FROM runs
		WHERE kind = ? AND version = ? AND state = ?`, settlement.Daily, runVersion, StateClosed); err != nil {
		return nil, fmt.Errorf("list closed days: %w", err)
	}
	isClosed := make(map[settlement.Day]bool, len(closed))
	for _, day := range closed {
		isClosed[day] = true
	}
	days := make([]Partition, 0, len(rows))
	for _, row := range rows {
		date := partitionPattern.FindStringSubmatch(row.Name)
		if date == nil {
			continue
		}
		day, err := settlement.ParseDay(strings.Join(date[1:], "-"))
		if err != nil {
			return nil, fmt.Errorf("partition %s: %w", row.Name, err)
		}
		days = append(days, Partition{Day: day, Rows: row.Rows, Bytes: row.Bytes, Closed: isClosed[day]})
	}
	return days, nil
}

// Span is the first and the last day for which the watch log has room. There are
// no gaps between them.
func (db *DB) Span(ctx context.Context) (first, last settlement.Day, found bool, err error) {
	present, err := db.Partitions(ctx)
	if err != nil || len(present) == 0 {
		return 0, 0, false, err
	}
	return present[0].Day, present[len(present)-1].Day, true, nil
}

// DaysAhead is for how many days after the one in which now lies the watch log has
// room; it is negative if it has none for that day.
func (db *DB) DaysAhead(ctx context.Context, now time.Time) (days int, err error) {
	calendar, err := db.Calendar(ctx)
	if err != nil {
		return 0, err
	}
	_, last, found, err := db.Span(ctx)
	if err != nil || !found {
		return -1, err
	}
	return int(last - calendar.Day(now)), nil
}

// HasPartition tells whether the watch log holds the day's rows, or has room for
// them.
func (db *DB) HasPartition(ctx context.Context, day settlement.Day) (bool, error) {
	return hasPartition(ctx, db.pool, day)
}

// hasPartition asks the table itself: the list of its partitions may lack some
// while they are being changed.
func hasPartition(ctx context.Context, from sqlx.QueryerContext, day settlement.Day) (bool, error) {
	var played bool
	err := sqlx.GetContext(ctx, from, &played, `
		SELECT EXISTS (
			SELECT 1
			FROM watch_log PARTITION (`+partitionName(day)+`)
		)`)
	if serverError(err) == erUnknownPartition {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for the partition of %s: %w", day, err)
	}
	return true, nil
}

// playsOnTime is where the day's plays are, and the SQL condition that they were
// there when it closed. That of a closed day is its partition and nothing else:
// were it gone, the table would have none of its plays and say nothing.
func (db *DB) playsOnTime(ctx context.Context, day settlement.Day) (from, condition string, args []any, err error) {
	from = "watch_log"
	condition, args, err = onTime(ctx, db.pool, day)
	if closed := len(args) > 0; closed {
		from += " PARTITION (" + partitionName(day) + ")"
	}
	return from, condition, args, err
}

// explainGone says what it means that the partition of a closed day is gone.
func explainGone(err error, day settlement.Day) error {
	if serverError(err) == erUnknownPartition {
		return &GoneError{Day: day}
	}
	return err
}

const (
	// layoutAttempts bounds how often [DB.AddPartitions] looks again when others
	// add days at the same time. Each attempt that was lost to them means that
	// another one added some.
	layoutAttempts = 20
	// busyAttempts bounds how often it waits for those who use the log: all that
	// writes to the log waits behind it.
	busyAttempts = 5
)

// AddPartitions makes room for the days from first to last, and for those
// between them and the days that are there, since an empty day is settled too.
// It returns the days that it added. Running it again, or more than once at the
// same time, adds nothing twice. It fails with a [DroppedError] where the days
// have been dropped: nobody would look at rows that come into them.
func (db *DB) AddPartitions(ctx context.Context, first, last settlement.Day) (added []settlement.Day, err error) {
	for attempt := 1; attempt <= layoutAttempts; attempt++ {
		var more []settlement.Day
		more, err = db.addMissing(ctx, first, last)
		added = append(added, more...)
		var busy *WatchLogBusyError
		if waits := errors.As(err, &busy) && attempt < busyAttempts; !waits && !layoutChanged(err) {
			return added, err
		}
	}
	return added, err
}

// addMissing adds what is missing in the layout that it finds. No lock holds
// across DDL, so the layout may change meanwhile: the server then refuses the
// borders, which no longer fit.
func (db *DB) addMissing(ctx context.Context, first, last settlement.Day) ([]settlement.Day, error) {
	present, err := db.Partitions(ctx)
	if err != nil {
		return nil, err
	}
	if err := db.checkNotDropped(ctx, present, first, last); err != nil {
		return nil, err
	}
	from, to := first, last
	if len(present) > 0 {
		from, to = min(from, present[0].Day), max(to, present[len(present)-1].Day)
	}
	if to-from >= maxPartitions {
		return nil, &SpanError{From: from, To: to}
	}
	if len(present) == 0 {
		return db.reorganizeFloor(ctx, from, to)
	}
	below, err := db.reorganizeFloor(ctx, from, present[0].Day-1)
	if err != nil {
		return nil, err
	}
	above, err := db.addAbove(ctx, present[len(present)-1].Day+1, to)
	return append(below, above...), err
}

// checkNotDropped refuses days from first to last of which some are closed and
// lie below the partitions that are present.
func (db *DB) checkNotDropped(ctx context.Context, present []Partition, first, last settlement.Day) error {
	floor := last + 1
	if len(present) > 0 {
		floor = present[0].Day
	}
	if first >= floor {
		return nil
	}
	var dropped sql.Null[settlement.Day]
	if err := db.pool.GetContext(ctx, &dropped, `
		SELECT MAX(starts_on)
		FROM runs
		WHERE kind = ? AND version = ? AND state = ? AND starts_on < ?`,
		settlement.Daily, runVersion, StateClosed, floor); err != nil {
		return fmt.Errorf("look for dropped days: %w", err)
	}
	if !dropped.Valid || first > dropped.V {
		return nil
	}
	// The list of partitions may lack some while they are being changed.
	if found, err := db.HasPartition(ctx, dropped.V); err != nil || found {
		return err
	}
	return &DroppedError{Day: first, Last: dropped.V}
}

// reorganizeFloor cuts the days out of the empty floor below the first day.
func (db *DB) reorganizeFloor(ctx context.Context, from, to settlement.Day) ([]settlement.Day, error) {
	if from > to {
		return nil, nil
	}
	days, definitions := definePartitions(from, to)
	if err := db.alterWatchLog(ctx, fmt.Sprintf(`
		REORGANIZE PARTITION %s INTO (
			PARTITION %s VALUES LESS THAN ('%s'),
			%s
		)`, floorPartition, floorPartition, from, definitions)); err != nil {
		return nil, fmt.Errorf("add partitions %s to %s: %w", from, to, err)
	}
	return days, nil
}

func (db *DB) addAbove(ctx context.Context, from, to settlement.Day) ([]settlement.Day, error) {
	if from > to {
		return nil, nil
	}
	days, definitions := definePartitions(from, to)
	if err := db.alterWatchLog(ctx, fmt.Sprintf(`
		ADD PARTITION (
			%s
		)`, definitions)); err != nil {
		return nil, fmt.Errorf("add partitions %s to %s: %w", from, to, err)
	}
	return days, nil
}

func definePartitions(from, to settlement.Day) (days []settlement.Day, definitions string) {
	var lines []string
	for day := from; day <= to; day++ {
		days = append(days, day)
		lines = append(lines, fmt.Sprintf("PARTITION %s VALUES LESS THAN ('%s')", partitionName(day), day+1))
	}
	return days, strings.Join(lines, ",\n\t\t\t")
}
