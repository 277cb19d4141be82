package db

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// unjudgedUntil is until when, on a closed day, late views of signed-in viewers could
// be told from repeats only by the plays of the day before, which was dropped. It is the
// zero time where that day is still there, or never was.
func (db *DB) unjudgedUntil(ctx context.Context, from sqlx.QueryerContext, day settlement.Day) (until time.Time, err error) {
	found, err := db.Log.HasPartition(ctx, from, day-1)
	if err != nil || found {
		return until, err
	}
	var dropped bool
	if err := sqlx.GetContext(ctx, from, &dropped, `
		SELECT EXISTS (
			SELECT 1
			FROM runs
			WHERE kind = ? AND starts_on = ? AND version = ? AND state = ?
		)`, settlement.Daily, day-1, runVersion, settlement.Closed); err != nil {
		return until, fmt.Errorf("look whether %s was dropped: %w", day-1, err)
	}
	if !dropped {
		return until, nil
	}
	// The day that posts a late view judges it by its own window, or by that of the view's.
	windows, err := db.RepeatWindows(ctx, day, settlement.LastDay)
	if err != nil {
		return until, err
	}
	var longest time.Duration
	for _, window := range windows {
		longest = max(longest, window)
	}
	calendar, err := db.Calendar(ctx)
	if err != nil || longest == 0 {
		return until, err
	}
	return calendar.Start(day).Add(longest), nil
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
