package db

import (
	"context"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// unjudgedUntil is until when, on a closed day, late views of signed-in viewers could
// be told from repeats only by the plays of the day before, which was dropped. It is the
// zero time where that day is still there, or never was.
func (db *DB) unjudgedUntil(ctx context.Context, from sqlx.QueryerContext, day settlement.Day) (until time.Time, err error) {
	if dropped, err := db.dropped(ctx, from, db.Log.Log, day-1); err != nil || !dropped {
		return until, err
	}
	// The day that posts a late view judges it by its own window, or by that of the view's.
	windows, err := repeatWindows(ctx, from, day, settlement.LastDay)
	if err != nil {
		return until, err
	}
	var longest time.Duration
	for _, window := range windows {
		longest = max(longest, window)
	}
	calendar, err := readCalendar(ctx, from)
	if err != nil || longest == 0 {
		return until, err
	}
	return calendar.Start(day).Add(longest), nil
}

// dropped tells whether the log has had the closed day and has dropped it, which keeps its layout otherwise until
// the transaction ends. A drop that broke off, which the next one completes, has left a partition without
// any of the rows that were counted. A day that is not closed is never dropped.
func (db *DB) dropped(ctx context.Context, from sqlx.QueryerContext, log *daylog.Log, day settlement.Day) (bool, error) {
	run, _, err := findRun(ctx, from, settlement.DailyPeriod(day))
	if err != nil || run.State != settlement.Closed {
		return false, err
	}
	rows, counted := run.OnTime(), run.Statistics.Rows()
	if log == db.Payments.Log {
		rows, counted = run.PaymentsOnTime(), run.OwnPayments()
	}
	found, some, err := log.Holds(ctx, from, rows)
	return err == nil && !some && (!found || counted > 0), err
}

// unjudged is how many late views of the closed day no day has posted, and none can: see
// [DB.unjudgedUntil].
func (db *DB) unjudged(ctx context.Context, day settlement.Day, lateFrom int64) (views int64, err error) {
	until, err := db.unjudgedUntil(ctx, db.pool, day)
	if err != nil || until.IsZero() {
		return 0, err
	}
	return db.Log.UnpostedOfViewersBefore(ctx, daylog.OnTime{Day: day, LateFrom: lateFrom}, until)
}
