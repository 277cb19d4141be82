package db

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// CheckPeriod tells whether the week or month may be run at the instant now: it
// is not closed, and all its days are (R8). Days before the first that was ever
// settled have nothing to add and are not waited for. It fails with a
// [settlement.ErrClosed], with a [settlement.ErrNotBegun] if it lies in the
// future, with a [settlement.ErrBeforeFirst] if it has no day to add, or, for the
// first day that is missing, with a [settlement.ErrNotClosed]; and with a
// [settlement.ErrInvalid] for anything but a week or month.
func (db *DB) CheckPeriod(ctx context.Context, period settlement.Period, now time.Time) error {
	_, err := checkPeriod(ctx, db.pool, period, now)
	return err
}

// checkPeriod returns the runs of the period's days.
func checkPeriod(ctx context.Context, from sqlx.QueryerContext, period settlement.Period, now time.Time) ([]Run, error) {
	if err := period.Validate(); err != nil {
		return nil, err
	}
	if period.Kind == settlement.Daily {
		return nil, settlement.Invalid("%s is a day: give a week or month", period)
	}
	run, _, err := findRun(ctx, from, period)
	if err != nil {
		return nil, err
	}
	if run.State == settlement.Closed {
		return nil, closedError(period)
	}
	calendar, err := readCalendar(ctx, from)
	if err != nil {
		return nil, err
	}
	if now.Before(calendar.Start(period.Start)) {
		return nil, settlement.Errorf(settlement.ErrNotBegun, period, "%s has not begun yet in %s: is the date right?", period, calendar.Zone())
	}
	return closedDays(ctx, from, period)
}

// ClosedDays are the runs of the period's days, in order, from the first day
// that was ever settled on. A day that is not closed is a [settlement.ErrNotClosed].
func (db *DB) ClosedDays(ctx context.Context, period settlement.Period) ([]Run, error) {
	return closedDays(ctx, db.pool, period)
}

// closedDays are the runs of the period's days, in order, from the first day
// that was ever settled on.
func closedDays(ctx context.Context, from sqlx.QueryerContext, period settlement.Period) ([]Run, error) {
	first, began, err := firstClosedDay(ctx, from)
	if err != nil {
		return nil, err
	}
	var runs []Run
	if err := sqlx.SelectContext(ctx, from, &runs, `
		SELECT `+runColumns.List()+`
		FROM runs
		WHERE kind = ? AND version = ? AND starts_on >= ? AND starts_on < ?
		ORDER BY starts_on`, settlement.Daily, runVersion, period.Start, period.End()); err != nil {
		return nil, fmt.Errorf("read runs of %s: %w", period, err)
	}
	states := make(map[settlement.Day]settlement.RunState, len(runs))
	for _, run := range runs {
		states[run.StartsOn] = run.State
	}
	if began && period.End() <= first {
		return nil, beforeFirst(period.End()-1, first)
	}
	for _, day := range period.Days() {
		if began && day < first {
			continue
		}
		if states[day] != settlement.Closed {
			return nil, settlement.NotClosed(settlement.DailyPeriod(day), states[day])
		}
	}
	return runs, nil
}

// BeginPeriod enters the run of a week or month in the book, or finds it there.
// It takes over the rules and the window of the period's last day. It fails as
// [DB.CheckPeriod] does, and with a [settlement.ErrStale] when another workflow run holds
// the run.
func (db *DB) BeginPeriod(ctx context.Context, period settlement.Period, holder Holder) error {
	err := db.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		days, err := checkPeriod(ctx, tx, period, db.now())
		if err != nil {
			return err
		}
		last := days[len(days)-1]
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO runs (kind, starts_on, version, state, fence, workflow_id, holder, price_rule, fee_rule, repeat_window_ms, failure, began_at)
			VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, '', ?)
			ON DUPLICATE KEY UPDATE kind = VALUES(kind)`,
			period.Kind, period.Start, runVersion, settlement.Running,
			holder.WorkflowID, holder.RunID, last.PriceRule, last.FeeRule, last.WindowMS, db.now()); err != nil {
			return err
		}
		_, err = guard(ctx, tx, period, holder)
		return err
	})
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	return nil
}

// LinesToPlan are the videos with the daily lines that each may have in the
// period, by id.
func (db *DB) LinesToPlan(ctx context.Context, period settlement.Period) (videos []settlement.VideoRows, err error) {
	if err := db.pool.SelectContext(ctx, &videos, `
		SELECT
			video_id,
			? AS row_count
		FROM videos
		ORDER BY video_id`, len(period.Days())); err != nil {
		return nil, fmt.Errorf("plan %s: %w", period, err)
	}
	return videos, nil
}

// ClosePeriod seals a week or month (R11) and returns its totals. Its chunks
// must be settled, and its videos and statements must both come to exactly the
// sum of its closed days (R8): otherwise it fails with a [settlement.ErrNotTheSum].
// Closing a period again that the same holder closed gives the same totals.
func (db *DB) ClosePeriod(ctx context.Context, period settlement.Period, holder Holder) (totals settlement.Totals, err error) {
	return db.closeRun(ctx, period, holder, func(tx *sqlx.Tx, totals settlement.Totals) error {
		if err := checkSums(ctx, tx, period, totals); err != nil || totals.PaymentFigures == (settlement.PaymentFigures{}) {
			return err
		}
		return checkCreators(ctx, tx, `
			SELECT creator_id, video_amount AS won FROM period_videos WHERE kind = ? AND starts_on = ?
			UNION ALL
			SELECT creator_id, ad_amount FROM period_videos WHERE kind = ? AND starts_on = ?
			UNION ALL
			SELECT creator_id, net FROM period_videos WHERE kind = ? AND starts_on = ?`,
			period.Kind, period.Start, period.Kind, period.Start, period.Kind, period.Start)
	})
}

func checkSums(ctx context.Context, tx *sqlx.Tx, period settlement.Period, chunks settlement.Totals) error {
	days, err := closedDays(ctx, tx, period)
	if err != nil {
		return err
	}
	var sum settlement.Totals
	for _, day := range days {
		if err := sum.Add(day.Totals); err != nil {
			return fmt.Errorf("add up days to %s: %w", day.StartsOn, err)
		}
	}
	videos, err := sumVideos(ctx, tx, period, settlement.Range{})
	if err != nil {
		return err
	}
	if videos != sum || chunks != sum {
		return notTheSum(period, "videos", videos, sum)
	}
	statements, err := sumStatements(ctx, tx, period)
	if err != nil {
		return err
	}
	// Creators of whom nothing counted have no statement, but may have views and
	// payments that were left out.
	sum.LateRows, sum.LatePayments = 0, 0
	for _, of := range []*settlement.Totals{&sum, &statements} {
		of.Statistics, of.PaymentFigures = of.Statistics.WithoutLeftOut(), of.PaymentFigures.WithoutLeftOut()
	}
	if statements == (settlement.Totals{}) && sum != statements {
		return settlement.Errorf(settlement.ErrUnsettled, period, "the database has none of the statements of %s", period)
	}
	if statements != sum {
		return notTheSum(period, "statements", statements, sum)
	}
	return nil
}

// notTheSum says that a period is not the sum of its closed days (R8); of is what
// was added up: videos or statements.
func notTheSum(period settlement.Period, of string, totals, days settlement.Totals) error {
	return settlement.Errorf(settlement.ErrNotTheSum, period,
		"%s is not the sum of its closed days: its %s come to %+v, its days to %+v; verify its days before anything is paid", period, of, totals, days)
}
