package db

import (
	"context"
	"database/sql"
	"fmt"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// OpenPeriod is a period that is not closed.
type OpenPeriod struct {
	settlement.Period
	State settlement.RunState
}

// OpenPeriods are the periods of the kind that are not closed, in order, from
// the one that holds the first day to the one that holds the last. Whether they
// have ended, or have views, is not looked at.
func (db *DB) OpenPeriods(ctx context.Context, kind settlement.Kind, first, last settlement.Day) ([]OpenPeriod, error) {
	periods, err := settlement.Periods(kind, first, last)
	if err != nil || len(periods) == 0 {
		return nil, err
	}
	var runs []struct {
		StartsOn settlement.Day      `db:"starts_on"`
		State    settlement.RunState `db:"state"`
	}
	if err := db.pool.SelectContext(ctx, &runs, `
		SELECT
			starts_on,
			state
		FROM runs
		WHERE kind = ? AND version = ? AND starts_on >= ? AND starts_on <= ?`,
		kind, runVersion, periods[0].Start, last); err != nil {
		return nil, fmt.Errorf("find open periods: %w", err)
	}
	states := make(map[settlement.Day]settlement.RunState, len(runs))
	for _, run := range runs {
		states[run.StartsOn] = run.State
	}
	var open []OpenPeriod
	for _, period := range periods {
		if state := states[period.Start]; state != settlement.Closed {
			open = append(open, OpenPeriod{Period: period, State: state})
		}
	}
	return open, nil
}

// FirstRun is the first day in the book of runs, if there is any: the chain of
// settled days starts with it, and no day before it is ever settled.
func (db *DB) FirstRun(ctx context.Context) (day settlement.Day, found bool, err error) {
	var first sql.Null[settlement.Day]
	if err := db.pool.GetContext(ctx, &first, `
		SELECT MIN(starts_on)
		FROM runs
		WHERE kind = ? AND version = ?`, settlement.Daily, runVersion); err != nil {
		return 0, false, fmt.Errorf("find first day: %w", err)
	}
	return first.V, first.Valid, nil
}

// HasRows tells whether the day has any view or payment.
func (db *DB) HasRows(ctx context.Context, day settlement.Day) (found bool, err error) {
	err = db.pool.GetContext(ctx, &found, `
		SELECT
			EXISTS (
				SELECT 1
				FROM watch_log
				WHERE watched_on = ?
			) OR EXISTS (
				SELECT 1
				FROM payments
				WHERE paid_on = ?
			)`, day, day)
	if err != nil {
		return false, fmt.Errorf("look for rows of %s: %w", day, err)
	}
	return found, nil
}

// UnsettledBefore are the days before the given one of which the log has rows, in
// order.
func (db *DB) UnsettledBefore(ctx context.Context, log *daylog.Log, first settlement.Day) (days []settlement.Day, err error) {
	partitions, err := log.Partitions(ctx)
	if err != nil {
		return nil, err
	}
	for _, partition := range partitions {
		if partition.Day >= first {
			break
		}
		found, err := log.HasRows(ctx, partition.Day)
		if err != nil {
			return nil, err
		}
		if found {
			days = append(days, partition.Day)
		}
	}
	return days, nil
}

// FirstDay is the first day that has to be settled: the first in the book of
// runs or, before any run, the first that has views or payments.
func (db *DB) FirstDay(ctx context.Context) (day settlement.Day, found bool, err error) {
	if day, found, err := db.FirstRun(ctx); err != nil || found {
		return day, found, err
	}
	partitions, err := db.Log.Partitions(ctx)
	if err != nil {
		return 0, false, err
	}
	for _, partition := range partitions {
		if found, err := db.HasRows(ctx, partition.Day); err != nil || found {
			return partition.Day, found, err
		}
	}
	return 0, false, nil
}
