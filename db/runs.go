package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/daylog"
	"creatorpay/db/server"
	"creatorpay/settlement"
)

// runVersion is the version of every run so far: what comes late is paid in a
// later day, never by settling a day once more.
const runVersion = 1

// Run is one line of the book of runs: one execution for one period and kind.
type Run struct {
	Kind       settlement.Kind     `db:"kind"`
	StartsOn   settlement.Day      `db:"starts_on"`
	State      settlement.RunState `db:"state"`
	Fence      int64               `db:"fence"`
	WorkflowID string              `db:"workflow_id"`
	Holder     string              `db:"holder"` // id of the workflow run that may write
	PriceRule  int64               `db:"price_rule"`
	FeeRule    int64               `db:"fee_rule"` // 0 if the day began when there were no fees
	WindowMS   int64               `db:"repeat_window_ms"`
	Failure    string              `db:"failure"`
	BeganAt    time.Time           `db:"began_at"`
	EndedAt    *time.Time          `db:"ended_at"`  // nil while it runs
	LateFrom   int64               `db:"late_from"` // of a closed day: rows of this epoch and later came late
	// PaymentsLateFrom is the same of the payments log: 0 while an open day settles
	// payments, and 1, from which on all rows come late, where the day has none.
	PaymentsLateFrom int64 `db:"payments_late_from"`
	// What the last check of the day found in each log: the epoch that it raised, 0
	// without one, and how many rows it counted then.
	CheckedFrom         int64 `db:"checked_from"`
	CheckedRows         int64 `db:"checked_rows"`
	PaymentsCheckedFrom int64 `db:"payments_checked_from"`
	PaymentsCheckedRows int64 `db:"payments_checked_rows"`
	CheckedCounts       int64 `db:"checked_counts"` // how often its chunks had been counted then, all together
	settlement.Totals
}

// Period is the run's period.
func (r Run) Period() settlement.Period {
	return settlement.Period{Kind: r.Kind, Start: r.StartsOn}
}

// OnTime are the rows of the watch log that a daily run counts as its day's own.
func (r Run) OnTime() daylog.OnTime { return daylog.OnTime{Day: r.StartsOn, LateFrom: r.LateFrom} }

// withoutPayments is [Run.PaymentsLateFrom] of days without payments: the first
// epoch of the log.
const withoutPayments = 1

// HasPayments tells whether the open day settles payments, its own or late ones,
// and whether the closed one has settled some. One that began before the payments
// log had any day settles none: what comes for it is late.
func (r Run) HasPayments() bool {
	return r.PaymentsLateFrom != withoutPayments || r.PaymentFigures.Rows() > 0
}

// PaymentsOnTime are the rows of the payments log that a daily run counts as its
// day's own.
func (r Run) PaymentsOnTime() daylog.OnTime {
	return daylog.OnTime{Day: r.StartsOn, LateFrom: r.PaymentsLateFrom}
}

func (r Run) checked() checkedRows { return checkedRows{r.CheckedFrom, r.CheckedRows} }

func (r Run) paymentsChecked() checkedRows {
	return checkedRows{r.PaymentsCheckedFrom, r.PaymentsCheckedRows}
}

// RepeatWindow is the window of R3 that the run uses.
func (r Run) RepeatWindow() time.Duration { return time.Duration(r.WindowMS) * time.Millisecond }

var runColumns = server.ColumnsOf(Run{})

// runKey is the primary key of the book of runs.
type runKey struct {
	Kind     settlement.Kind `db:"kind"`
	StartsOn settlement.Day  `db:"starts_on"`
	Version  int             `db:"version"`
}

func keyOf(period settlement.Period) runKey { return runKey{period.Kind, period.Start, runVersion} }

// Runs are all runs of the kind, by period.
func (db *DB) Runs(ctx context.Context, kind settlement.Kind) ([]Run, error) {
	return db.RunsBetween(ctx, kind, settlement.FirstDay, settlement.LastDay, math.MaxInt32)
}

// RunsBetween are the runs of the kind whose periods start from first to last,
// both included, by period, at most so many.
func (db *DB) RunsBetween(ctx context.Context, kind settlement.Kind, first, last settlement.Day, most int) (runs []Run, err error) {
	if err := db.pool.SelectContext(ctx, &runs, `
		SELECT `+runColumns.List()+`
		FROM runs
		WHERE kind = ? AND starts_on BETWEEN ? AND ? AND version = ?
		ORDER BY starts_on
		LIMIT ?`, kind, first, last, runVersion, most); err != nil {
		return nil, fmt.Errorf("read book of runs: %w", err)
	}
	return runs, nil
}

func findRun(ctx context.Context, from sqlx.QueryerContext, period settlement.Period) (run Run, found bool, err error) {
	found, err = readRun(ctx, from, period, runColumns, &run)
	return run, found, err
}

// readRun reads the columns of the period's run, if there is one.
func readRun(ctx context.Context, from sqlx.QueryerContext, period settlement.Period, columns server.Columns, run any) (found bool, err error) {
	err = sqlx.GetContext(ctx, from, run, `
		SELECT `+columns.List()+`
		FROM runs
		WHERE kind = ? AND starts_on = ? AND version = ?`, period.Kind, period.Start, runVersion)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read book of runs: %w", err)
	}
	return true, nil
}

// Holder is a workflow run. Only the one that holds a run may write its rows.
type Holder struct {
	WorkflowID string
	RunID      string
}

// lockBeginnings locks the one row that every beginning of a day and every close of
// a week lock FOR UPDATE, until the transaction ends.
func lockBeginnings(ctx context.Context, tx *sqlx.Tx, lock string) error {
	var zone string
	err := tx.GetContext(ctx, &zone, `
		SELECT value
		FROM settings
		WHERE name = ?
		`+lock, settingTimeZone)
	if err != nil {
		return fmt.Errorf("lock beginnings: %w", err)
	}
	return nil
}

// TakeOver gives the run to the holder under a new fence: what its former
// holder writes from now on is refused. Call it only for the workflow run that
// Temporal knows as the current one.
func (db *DB) TakeOver(ctx context.Context, period settlement.Period, holder Holder) error {
	_, err := db.pool.ExecContext(ctx, `
		UPDATE runs
		SET
			fence = fence + 1,
			state = ?,
			workflow_id = ?,
			holder = ?,
			failure = '',
			began_at = ?,
			ended_at = NULL
		WHERE kind = ? AND starts_on = ? AND version = ? AND state <> ? AND holder <> ?`,
		settlement.Running, holder.WorkflowID, holder.RunID, db.now(),
		period.Kind, period.Start, runVersion, settlement.Closed, holder.RunID)
	if err != nil {
		return fmt.Errorf("take over run of %s: %w", period, err)
	}
	return nil
}

// guard keeps the run's holder in place until the transaction ends and returns
// the fence. It fails with a [settlement.ErrStale] when the run is closed or held by
// another workflow run, and with a [settlement.ErrLostRun] when there is no such run.
// Every write of a run's rows passes through it.
func guard(ctx context.Context, tx *sqlx.Tx, period settlement.Period, holder Holder) (fence int64, err error) {
	return lockRun(ctx, tx, period, holder, "LOCK IN SHARE MODE")
}

func lockRun(ctx context.Context, tx *sqlx.Tx, period settlement.Period, holder Holder, lock string) (fence int64, err error) {
	var run struct {
		State  settlement.RunState `db:"state"`
		Holder string              `db:"holder"`
		Fence  int64               `db:"fence"`
	}
	err = tx.GetContext(ctx, &run, `
		SELECT
			state,
			holder,
			fence
		FROM runs
		WHERE kind = ? AND starts_on = ? AND version = ?
		`+lock, period.Kind, period.Start, runVersion)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, lostRun(period)
	}
	if err != nil {
		return 0, fmt.Errorf("lock run of %s: %w", period, err)
	}
	if run.State == settlement.Closed || run.Holder != holder.RunID {
		return 0, settlement.Errorf(settlement.ErrStale, period, "%s: another run has taken over or closed the period; this one may not write any more", period)
	}
	return run.Fence, nil
}

// Fail records why the holder's run failed. It fails with a [settlement.ErrStale] when the run is closed or held by
// another workflow run, and with a [settlement.ErrLostRun] when there is no such run.
func (db *DB) Fail(ctx context.Context, period settlement.Period, holder Holder, failure string) error {
	return db.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		if _, err := lockRun(ctx, tx, period, holder, "FOR UPDATE"); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `
			UPDATE runs
			SET
				state = ?,
				failure = ?,
				ended_at = ?
			WHERE kind = ? AND starts_on = ? AND version = ?`,
			settlement.Failed, failure, db.now(), period.Kind, period.Start, runVersion); err != nil {
			return fmt.Errorf("record failure of %s: %w", period, err)
		}
		return nil
	})
}

func lostRun(period settlement.Period) error { return lost(period, "no run of %s") }

func lostPlan(period settlement.Period) error { return lost(period, "no plan of %s") }

func lost(period settlement.Period, what string) error {
	return settlement.Errorf(settlement.ErrLostRun, period,
		"the book of runs has "+what+": the database was restored to a state from before it, or lost it when another server took over", period)
}

// OpenRun is the period's run as the book has it. The period must have begun:
// without a run it fails with a [settlement.ErrLostRun].
func (db *DB) OpenRun(ctx context.Context, period settlement.Period) (Run, error) {
	run, found, err := findRun(ctx, db.pool, period)
	if err == nil && !found {
		err = lostRun(period)
	}
	return run, err
}

// OnTime are the rows of the watch log that count as the day's own.
func (db *DB) OnTime(ctx context.Context, day settlement.Day) (daylog.OnTime, error) {
	run, _, err := findRun(ctx, db.pool, settlement.DailyPeriod(day))
	return daylog.OnTime{Day: day, LateFrom: run.LateFrom}, err
}

// RepeatWindows are the windows of R3 that the runs of the days from first to
// last use; days without a run are missing.
func (db *DB) RepeatWindows(ctx context.Context, first, last settlement.Day) (map[settlement.Day]time.Duration, error) {
	return repeatWindows(ctx, db.pool, first, last)
}

func repeatWindows(ctx context.Context, from sqlx.QueryerContext, first, last settlement.Day) (map[settlement.Day]time.Duration, error) {
	var runs []Run
	if err := sqlx.SelectContext(ctx, from, &runs, `
		SELECT
			starts_on,
			repeat_window_ms
		FROM runs
		WHERE kind = ? AND version = ? AND starts_on BETWEEN ? AND ?`, settlement.Daily, runVersion, first, last); err != nil {
		return nil, fmt.Errorf("read repeat windows: %w", err)
	}
	windows := make(map[settlement.Day]time.Duration, len(runs))
	for _, run := range runs {
		windows[run.StartsOn] = run.RepeatWindow()
	}
	return windows, nil
}
