package daylog

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Partition is the part of a log that holds one day.
type Partition struct {
	Day   settlement.Day
	Rows  int64 // the engine's estimate
	Bytes int64
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

// Partitions are the log's days in order. A gap, which two adds at a time can leave, is
// filled by the next [Log.Add].
func (l *Log) Partitions(ctx context.Context) ([]Partition, error) { return l.partitions(ctx, l.pool) }

func (l *Log) partitions(ctx context.Context, from sqlx.QueryerContext) ([]Partition, error) {
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
		WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '`+l.table+`'
		ORDER BY PARTITION_ORDINAL_POSITION`); err != nil {
		return nil, fmt.Errorf("list partitions: %w", err)
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
		days = append(days, Partition{Day: day, Rows: row.Rows, Bytes: row.Bytes})
	}
	return days, nil
}

// Span is the first and the last day for which the log has room. Days between them may
// be missing as [Log.Partitions] says.
func (l *Log) Span(ctx context.Context) (first, last settlement.Day, found bool, err error) {
	present, err := l.Partitions(ctx)
	if err != nil || len(present) == 0 {
		return 0, 0, false, err
	}
	return present[0].Day, present[len(present)-1].Day, true, nil
}

// AnyDay is the SQL condition that the log has any day.
func (l *Log) AnyDay() string {
	return `EXISTS (
					SELECT 1
					FROM information_schema.PARTITIONS
					WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '` + l.table + `' AND PARTITION_NAME <> '` + floorPartition + `'
				)`
}

// Has tells whether the log holds the day's rows, or has room for
// them.
func (l *Log) Has(ctx context.Context, day settlement.Day) (bool, error) {
	return l.HasPartition(ctx, l.pool, day)
}

// HasPartition tells the same within a transaction, and keeps the layout of the
// log until that ends. It asks the table itself: the list of its partitions may
// lack some while they are being changed.
func (l *Log) HasPartition(ctx context.Context, from sqlx.QueryerContext, day settlement.Day) (bool, error) {
	found, _, err := l.Holds(ctx, from, OnTime{Day: day})
	return found, err
}

// BeginsAfter tells within a transaction whether the log's days begin after the given one,
// or there are none yet.
func (l *Log) BeginsAfter(ctx context.Context, from sqlx.QueryerContext, day settlement.Day) (bool, error) {
	days, err := l.partitions(ctx, from)
	return len(days) == 0 || days[0].Day > day, err
}

// Holds tells as [Log.HasPartition] does whether the day has a partition, and whether any of the rows is
// in it.
func (l *Log) Holds(ctx context.Context, from sqlx.QueryerContext, of OnTime) (found, rows bool, err error) {
	there, args := of.condition()
	err = sqlx.GetContext(ctx, from, &rows, `
		SELECT EXISTS (
			SELECT 1
			FROM `+l.partition(of.Day)+`
			WHERE `+there+`
		)`, args...)
	if server.ErrorNumber(err) == server.UnknownPartition {
		return false, false, nil
	}
	if err != nil {
		return false, false, fmt.Errorf("look for the partition of %s: %w", of.Day, err)
	}
	return true, rows, nil
}
