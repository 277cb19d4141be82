package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// CheckDay tells whether the day may be run at the instant now, by the order of
// R8: it is over, it has a partition, it is not closed, and the day before it
// is closed or it starts the chain. It fails with a [ClosedError],
// [NotOverError], [NoPartitionError], [BeforeFirstDayError] or
// [NotClosedError], and with a [settlement.InvalidError] for a day that no day
// can be.
func (db *DB) CheckDay(ctx context.Context, day settlement.Day, now time.Time) error {
	return checkDay(ctx, db.pool, day, now)
}

func checkDay(ctx context.Context, from sqlx.QueryerContext, day settlement.Day, now time.Time) error {
	if err := day.Validate(); err != nil {
		return err
	}
	run, _, err := findRun(ctx, from, settlement.DailyPeriod(day))
	if err != nil {
		return err
	}
	if run.State == StateClosed {
		return &ClosedError{Period: settlement.DailyPeriod(day)}
	}
	calendar, err := readCalendar(ctx, from)
	if err != nil {
		return err
	}
	if now.Before(calendar.End(day)) {
		return &NotOverError{Day: day, Zone: calendar.Zone()}
	}
	if err := checkChain(ctx, from, day); err != nil {
		return err
	}
	found, err := hasPartition(ctx, from, day)
	if err == nil && !found {
		err = &NoPartitionError{Day: day}
	}
	return err
}

// checkChain makes sure that the day continues the chain of closed days, or
// starts it and is the only day that does.
func checkChain(ctx context.Context, from sqlx.QueryerContext, day settlement.Day) error {
	before, found, err := findRun(ctx, from, settlement.DailyPeriod(day-1))
	if err != nil || found && before.State == StateClosed {
		return err
	}
	var first struct {
		Closed sql.Null[settlement.Day] `db:"closed"`
		Open   sql.Null[settlement.Day] `db:"open"` // of another day
	}
	if err := sqlx.GetContext(ctx, from, &first, `
		SELECT
			MIN(CASE WHEN state = ? THEN starts_on END) AS closed,
			MIN(CASE WHEN state <> ? AND starts_on <> ? THEN starts_on END) AS open
		FROM runs
		WHERE kind = ? AND version = ?`, StateClosed, StateClosed, day, settlement.Daily, runVersion); err != nil {
		return fmt.Errorf("find first settled day: %w", err)
	}
	missing := settlement.DailyPeriod(day - 1)
	switch {
	case first.Closed.Valid && day < first.Closed.V:
		return &BeforeFirstDayError{Day: day, First: first.Closed.V}
	case first.Closed.Valid:
		return &NotClosedError{Period: missing, State: before.State}
	case first.Open.Valid && !found:
		// Another day has begun as the first one: it has to close first.
		missing.Start = first.Open.V
		other, _, err := findRun(ctx, from, missing)
		if err != nil {
			return err
		}
		return &NotClosedError{Period: missing, State: other.State}
	case found:
		return &NotClosedError{Period: missing, State: before.State}
	default:
		return nil
	}
}

// BeginDay enters the day's run in the book, or finds it there, and returns it.
// A new run takes the price rule that holds on the day and the given window;
// one that is there keeps its own. It fails as [DB.CheckDay] does, with a
// [PriceRuleError], and with a [StaleError] when another workflow run holds the
// run.
func (db *DB) BeginDay(ctx context.Context, day settlement.Day, holder Holder, window time.Duration) (run Run, err error) {
	period := settlement.DailyPeriod(day)
	err = db.inTx(ctx, func(tx *sqlx.Tx) error {
		// One begin at a time: two days must not both start the chain.
		if err := lockBeginnings(ctx, tx, "FOR UPDATE"); err != nil {
			return err
		}
		if err := checkDay(ctx, tx, day, db.now()); err != nil {
			return err
		}
		// A day that is in the book keeps its rule: it needs no other, and a new
		// one that is wrong does not stop it.
		_, found, err := findRun(ctx, tx, period)
		if err != nil {
			return err
		}
		if !found {
			rule, err := priceRuleFor(ctx, tx, day)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `
				INSERT INTO runs (kind, starts_on, version, state, fence, workflow_id, holder, price_rule, repeat_window, failure, began_at)
				VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, '', ?)`,
				period.Kind, period.Start, runVersion, StateRunning,
				holder.WorkflowID, holder.RunID, rule.Version, window.Milliseconds(), db.now()); err != nil {
				return err
			}
		}
		if _, err := guard(ctx, tx, period, holder); err != nil {
			return err
		}
		run, _, err = findRun(ctx, tx, period)
		return err
	})
	if err != nil {
		return Run{}, fmt.Errorf("begin: %w", err)
	}
	return run, nil
}
