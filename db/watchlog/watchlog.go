// Package watchlog is the log of all plays. It has a partition for each business
// day and is clustered by what the daily job reads. Rows are never changed: they
// are appended, read in key order, and dropped with their day.
//
// Each row carries the epoch in which it was written. A close raises the epoch,
// so that what is written to a closed day can be told from what was counted: it
// came late, and a later day posts it.
package watchlog

import (
	"strings"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Log is the watch log of one database. It is safe for concurrent use.
type Log struct{ pool *server.Pool }

// New is the watch log of the pool's database.
func New(pool *server.Pool) *Log { return &Log{pool: pool} }

// OnTime are the rows of a day that count as its own: all of them while the day
// is open, and of a closed day those that were there when it closed.
type OnTime struct {
	Day      settlement.Day
	LateFrom int64 // rows of this epoch and later came late; 0 while the day is open
}

// condition is the SQL condition that a row of the day is one of them.
func (o OnTime) condition() (condition string, args []any) {
	if o.LateFrom == 0 {
		return "TRUE", nil
	}
	return "epoch < ?", []any{o.LateFrom}
}

// table is where they are. That of a closed day is its partition and nothing
// else: were it missing, the whole table would have none of its rows and say
// nothing.
func (o OnTime) table() string {
	if o.LateFrom == 0 {
		return "watch_log"
	}
	return partition(o.Day)
}

// explainMissing says what it means that the partition of a closed day is
// missing: without its plays repeats would be paid.
func (o OnTime) explainMissing(err error) error {
	if server.ErrorNumber(err) != server.UnknownPartition {
		return err
	}
	return settlement.Errorf(settlement.ErrMissing, settlement.DailyPeriod(o.Day),
		"the plays of %s are needed to tell repeats, but its partition was dropped: put it back from a backup, as the runbook says (docs/operations.md, Old days)", o.Day)
}

// partitionName is the name of the day's partition.
func partitionName(day settlement.Day) string {
	return "p" + strings.ReplaceAll(day.String(), "-", "")
}

// partition is the day's partition as a table of a query.
func partition(day settlement.Day) string { return "watch_log PARTITION (" + partitionName(day) + ")" }

// byEpoch makes the server find a partition's late rows by their index instead
// of reading all rows.
const byEpoch = "FORCE INDEX (watch_log_epoch_idx)"
