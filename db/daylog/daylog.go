// Package daylog is the logs of what happened on each business day: all plays,
// and all payments. A log has a partition for each day and is clustered by what
// the daily job reads. No run changes a row: rows are appended, read in key order, and
// dropped with their day. Only an operator's restore puts them right.
//
// Each row carries the epoch in which it was written. A close raises the epoch of
// the log, so that what is written to a closed day can be told from what was
// counted: it came late, and a later day posts it. So does the check before it: what
// came between the two can be told, too.
package daylog

import (
	"context"
	"strings"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Log is one log of one database, whatever its rows are. It is safe for
// concurrent use.
type Log struct {
	description
	pool     *server.Pool
	replicas server.OnReplicas // asked for many rows; nil without any
}

// readMany reads many rows: from a replica, or from the primary, which has the last
// word. The function may be called several times, and begins anew each time.
func (l *Log) readMany(ctx context.Context, from func(*server.Pool) error) error {
	if l.replicas != nil && l.replicas(ctx, from) {
		return nil
	}
	return from(l.pool)
}

// Name is what the log is called in messages: "watch log".
func (l *Log) Name() string { return l.name }

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

// partitionName is the name of the day's partition.
func partitionName(day settlement.Day) string {
	return "p" + strings.ReplaceAll(day.String(), "-", "")
}
