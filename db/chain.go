package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// Check tells whether the period, a day, week or month, may be run at the instant now, as
// [DB.CheckDay] and [DB.CheckPeriod] do.
func (db *DB) Check(ctx context.Context, period settlement.Period, now time.Time) error {
	if period.Kind == settlement.Daily {
		return db.CheckDay(ctx, period.Start, now)
	}
	return db.CheckPeriod(ctx, period, now)
}

// CheckDay tells whether the day may be run at the instant now, by the order of
// R8: it is over, it has a partition, it is not closed, and the day before it
// is closed or it starts the chain. It fails with a
// [settlement.ErrClosed], [settlement.ErrNotOver], [settlement.ErrNoPartition],
// [settlement.ErrNoFirstDay], [settlement.ErrBeforeFirst] or [settlement.ErrNotClosed], and with a
// [settlement.ErrInvalid] for a day that no day can be, and for a first day whose
// payments, or those of later days, were imported as earlier ones.
func (db *DB) CheckDay(ctx context.Context, day settlement.Day, now time.Time) error {
	return db.checkDay(ctx, db.pool, day, now)
}

func (db *DB) checkDay(ctx context.Context, from sqlx.QueryerContext, day settlement.Day, now time.Time) error {
	if err := day.Validate(); err != nil {
		return err
	}
	run, _, err := findRun(ctx, from, settlement.DailyPeriod(day))
	if err != nil {
		return err
	}
	if run.State == settlement.Closed {
		return closedError(settlement.DailyPeriod(day))
	}
	calendar, err := readCalendar(ctx, from)
	if err != nil {
		return err
	}
	if now.Before(calendar.End(day)) {
		return settlement.Errorf(settlement.ErrNotOver, settlement.DailyPeriod(day), "%s is not over yet in %s: run it when it is", day, calendar.Zone())
	}
	if err := checkChain(ctx, from, day); err != nil {
		return err
	}
	found, err := db.Log.HasPartition(ctx, from, day)
	if err != nil || found {
		return err
	}
	_, settled, err := firstClosedDay(ctx, from)
	if err != nil {
		return err
	}
	begins, err := db.Log.BeginsAfter(ctx, from, day)
	if err != nil {
		return err
	}
	kind := settlement.ErrNoPartition
	if begins && !settled {
		kind = settlement.ErrNoFirstDay
	}
	return settlement.Errorf(kind, settlement.DailyPeriod(day), "the watch log has no partition for %s", day)
}

// checkChain makes sure that the day continues the chain of closed days, or
// starts it and is the only day that does.
func checkChain(ctx context.Context, from sqlx.QueryerContext, day settlement.Day) error {
	before, found, err := findRun(ctx, from, settlement.DailyPeriod(day-1))
	if err != nil || found && before.State == settlement.Closed {
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
		WHERE kind = ? AND version = ?`, settlement.Closed, settlement.Closed, day, settlement.Daily, runVersion); err != nil {
		return fmt.Errorf("find first settled day: %w", err)
	}
	missing := settlement.DailyPeriod(day - 1)
	switch {
	case first.Closed.Valid && day < first.Closed.V:
		return beforeFirst(day, first.Closed.V)
	case first.Closed.Valid:
		return settlement.NotClosed(missing, before.State)
	case first.Open.Valid && !found:
		// Another day has begun as the first one: it has to close first.
		missing.Start = first.Open.V
		other, _, err := findRun(ctx, from, missing)
		if err != nil {
			return err
		}
		return settlement.NotClosed(missing, other.State)
	case found:
		return settlement.NotClosed(missing, before.State)
	default:
		return checkEarlierPayments(ctx, from, day)
	}
}

func closedError(period settlement.Period) error {
	return settlement.Errorf(settlement.ErrClosed, period, "%s is closed and is never run again", period)
}

func beforeFirst(day, first settlement.Day) error {
	return settlement.Errorf(settlement.ErrBeforeFirst, settlement.DailyPeriod(day),
		"%s lies before %s, the first day that was settled: ordinals run on from there, so no earlier day can be settled", day, first)
}

// BeginDay enters the day's run in the book, or finds it there, and returns it.
// A new run takes the price rule and the fee rule that hold on the day, and the
// given window; one that is there keeps its own. It settles payments if the payments
// log has any day by then, or when the run begins again. It fails as [DB.CheckDay] does,
// with a [settlement.ErrPrices] or [settlement.ErrFees], and with a
// [settlement.ErrStale] when another workflow run holds the run.
func (db *DB) BeginDay(ctx context.Context, day settlement.Day, holder Holder, window time.Duration) (run Run, err error) {
	period := settlement.DailyPeriod(day)
	err = db.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		// One begin at a time: two days must not both start the chain.
		if err := lockBeginnings(ctx, tx, "FOR UPDATE"); err != nil {
			return err
		}
		if err := db.checkDay(ctx, tx, day, db.now()); err != nil {
			return err
		}
		// A day that is in the book keeps its rules: it needs no others, and a new
		// one that is wrong does not stop it.
		_, found, err := findRun(ctx, tx, period)
		if err != nil {
			return err
		}
		if !found {
			priceRule, err := db.Prices.on(ctx, tx, day)
			if err != nil {
				return err
			}
			feeRule, err := db.Fees.on(ctx, tx, day)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `
				INSERT INTO runs (kind, starts_on, version, state, fence, workflow_id, holder, price_rule, fee_rule, repeat_window_ms, failure, began_at, payments_late_from)
				VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, '', ?, NOT `+db.Payments.AnyDay()+`)`,
				period.Kind, period.Start, runVersion, settlement.Running,
				holder.WorkflowID, holder.RunID, priceRule.Version, feeRule.Version, window.Milliseconds(), db.now()); err != nil {
				return err
			}
		}
		if _, err := guard(ctx, tx, period, holder); err != nil {
			return err
		}
		if found {
			// The check finds what was counted without them.
			if _, err := tx.ExecContext(ctx, `
				UPDATE runs
				SET payments_late_from = 0
				WHERE kind = ? AND starts_on = ? AND version = ? AND `+db.Payments.AnyDay(), period.Kind, period.Start, runVersion); err != nil {
				return err
			}
		}
		run, _, err = findRun(ctx, tx, period)
		return err
	})
	if err != nil {
		return Run{}, fmt.Errorf("begin: %w", err)
	}
	return run, nil
}
