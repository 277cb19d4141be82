package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// CloseDay seals the day (R11) and returns its totals. All chunks must be
// settled, and the rows in the partition of each log must be as many as were
// counted (R10, R15), and those of payments must have been checked as they are counted (R13): otherwise it fails with a
// [settlement.ErrRowsArrived] and the day stays open. It fails with a [settlement.ErrLostLate] where a server that took over lacks what
// [DB.CollectLate] had fixed. The rows are those that the check counted where none has come since, which
// the same transaction looks for, and are counted in it where some have. The epoch of a log of which
// the day has rows is raised before, that of the watch log always, so every row is
// either counted or late, whoever writes it and however: it fails with a
// [settlement.ErrBusy] while somebody's transaction on the log is open. Closing a day again that the same holder closed gives the same totals.
func (db *DB) CloseDay(ctx context.Context, day settlement.Day, holder Holder) (totals settlement.Totals, err error) {
	period := settlement.DailyPeriod(day)
	before, err := countings(ctx, db.pool, period)
	if err != nil {
		return settlement.Totals{}, err
	}
	run, err := db.raiseEpochs(ctx, period)
	if err != nil {
		return settlement.Totals{}, fmt.Errorf("close %s: %w", day, err)
	}
	return db.closeRun(ctx, period, holder, func(tx *sqlx.Tx, totals settlement.Totals) error {
		// What was counted after the epoch was raised may carry it.
		after, err := countings(ctx, tx, period)
		if err == nil && after != before {
			err = errors.New("it was counted again meanwhile")
		}
		if err != nil {
			return err
		}
		switch collected, err := hasCollected(ctx, tx, period); {
		case err != nil:
			return err
		case !collected:
			return settlement.Errorf(settlement.ErrLostLate, period, "the book of runs does not have what late rows %s posts", day)
		}
		rows, err := run.checked().now(ctx, tx, db.Log.Log, day)
		if err != nil {
			return err
		}
		if rows != totals.Statistics.Rows() {
			return settlement.Errorf(settlement.ErrRowsArrived, period, "%s has %s, %d counted", day, settlement.Count(rows, "row"), totals.Statistics.Rows())
		}
		if err := db.checkLate(ctx, tx, day, totals.Late); err != nil {
			return err
		}
		if run.settles {
			if err := db.checkPayments(ctx, tx, run, totals, after); err != nil {
				return err
			}
			if err := dropPaymentIDs(ctx, tx, day); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `
			UPDATE runs
			SET
				late_from = ?,
				payments_late_from = ?
			WHERE kind = ? AND starts_on = ? AND version = ?`, run.LateFrom, run.PaymentsLateFrom, period.Kind, period.Start, runVersion)
		return err
	})
}

// checkLate makes sure that each late view that the day posts was judged once
// and is in its adjustments.
func (db *DB) checkLate(ctx context.Context, tx *sqlx.Tx, day settlement.Day, judged settlement.Late) error {
	posted, err := db.Log.SumPosted(ctx, tx, day)
	if err != nil {
		return err
	}
	var adjusted int64 // rows
	if err := tx.GetContext(ctx, &adjusted, `
		SELECT COALESCE(SUM(`+RowsOfLine+`), 0)
		FROM adjustments
		WHERE posted_on = ?`, day); err != nil {
		return err
	}
	if posted != judged || adjusted != judged.LateRows {
		return settlement.Errorf(settlement.ErrLateRows, settlement.DailyPeriod(day),
			"%s posts %+v, its chunks judged %+v, its adjustments stand for %s: a late view or an adjustment was changed by hand; put it back",
			day, posted, judged, settlement.Count(adjusted, "row"))
	}
	return nil
}

// raised is the run of a day that closes, with the epochs from which on rows of the
// day are late.
type raised struct {
	Run
	settles bool // the day settles payments
}

// raiseEpochs raises the epochs of the logs unless the day is closed already. To raise
// one, all who write to the log must be waited for: that of payments stays where
// the day has none, since all that come later are late, whatever their epoch.
func (db *DB) raiseEpochs(ctx context.Context, day settlement.Period) (run raised, err error) {
	run.Run, _, err = findRun(ctx, db.pool, day)
	run.settles = run.HasPayments()
	if err != nil || run.State == settlement.Closed {
		return run, err
	}
	if run.LateFrom, err = db.Log.RaiseEpoch(ctx); err != nil || !run.settles {
		return run, err
	}
	found, err := db.Payments.HasRows(ctx, day.Start)
	switch {
	case err != nil:
	case found:
		run.PaymentsLateFrom, err = db.Payments.RaiseEpoch(ctx)
	default:
		run.PaymentsLateFrom = withoutPayments
		run.PaymentsCheckedFrom = 0 // what a check counted holds only up to a raised epoch
	}
	return run, err
}

// countings is how often the period's chunks have been counted, all together.
func countings(ctx context.Context, from sqlx.QueryerContext, period settlement.Period) (times int64, err error) {
	err = sqlx.GetContext(ctx, from, &times, `
		SELECT COALESCE(SUM(counts), 0)
		FROM run_chunks
		WHERE kind = ? AND starts_on = ? AND version = ?`, period.Kind, period.Start, runVersion)
	if err != nil {
		return 0, fmt.Errorf("read how often %s was counted: %w", period, err)
	}
	return times, nil
}

// closeRun ranks and seals the period under a lock that nobody else who writes to it gets
// past, if all its chunks are settled and check agrees with their sum.
func (db *DB) closeRun(ctx context.Context, period settlement.Period, holder Holder, check func(*sqlx.Tx, settlement.Totals) error) (totals settlement.Totals, err error) {
	err = db.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		run, found, err := findRun(ctx, tx, period)
		if err != nil {
			return err
		}
		if found && run.State == settlement.Closed && run.Holder == holder.RunID {
			totals = run.Totals
			return nil
		}
		fence, err := lockRun(ctx, tx, period, holder, "FOR UPDATE")
		if err != nil {
			return err
		}
		if totals, err = sumChunks(ctx, tx, period); err != nil {
			return err
		}
		if err := check(tx, totals); err != nil {
			return err
		}
		at := db.now()
		if err := markClosed(ctx, tx, period, fence, totals, at); err != nil {
			return err
		}
		// Once more: a server that took over may not have what the run's own step stored.
		if err := rank(ctx, tx, period); err != nil {
			return err
		}
		if err := seal(ctx, tx, period); err != nil {
			return err
		}
		if period.Kind != settlement.Weekly {
			return nil
		}
		return endAfterOtherWeeks(ctx, tx, period, at) // last: imports wait for it, and a seal takes seconds
	})
	if err != nil {
		return settlement.Totals{}, fmt.Errorf("close %s: %w", period, err)
	}
	return totals, nil
}

// endAfterOtherWeeks moves the end of a week that closes at the given time behind those of all that
// have closed, whatever the clocks of the machines that closed them say. Until the
// transaction ends no other week closes, so that they stay in this order for ever:
// it is the one in which negative weeks are carried. Nor are fees added
// ([DB.AddFeeMethods]).
func endAfterOtherWeeks(ctx context.Context, tx *sqlx.Tx, week settlement.Period, at time.Time) error {
	if err := lockBeginnings(ctx, tx, "FOR UPDATE"); err != nil {
		return err
	}
	var last sql.Null[time.Time]
	if err := tx.GetContext(ctx, &last, `
		SELECT MAX(ended_at)
		FROM runs
		WHERE kind = ? AND starts_on <> ? AND version = ? AND state = ?`, week.Kind, week.Start, runVersion, settlement.Closed); err != nil {
		return fmt.Errorf("find the week that closed last: %w", err)
	}
	if !last.Valid || at.After(last.V) {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `
		UPDATE runs
		SET ended_at = ?
		WHERE kind = ? AND starts_on = ? AND version = ?`, last.V.Add(time.Millisecond), week.Kind, week.Start, runVersion); err != nil {
		return fmt.Errorf("end %s after the week that closed last: %w", week, err)
	}
	return nil
}

// markClosed seals the period's run, which is locked under the fence.
func markClosed(ctx context.Context, tx *sqlx.Tx, period settlement.Period, fence int64, totals settlement.Totals, at time.Time) error {
	_, err := tx.NamedExecContext(ctx, `
		UPDATE runs
		SET
			state = :state,
			`+totalsColumns.Assigned()+`,
			failure = '',
			ended_at = :ended_at
		WHERE kind = :kind AND starts_on = :starts_on AND version = :version AND fence = :fence`,
		struct {
			runKey
			State   settlement.RunState `db:"state"`
			Fence   int64               `db:"fence"`
			EndedAt time.Time           `db:"ended_at"`
			settlement.Totals
		}{keyOf(period), settlement.Closed, fence, at, totals})
	return err
}

// sumChunks adds up the chunks and makes sure that there are some and that each
// one is settled: otherwise it fails with a [settlement.ErrLostRun] or an [settlement.ErrUnsettled].
func sumChunks(ctx context.Context, tx *sqlx.Tx, period settlement.Period) (sum settlement.Totals, err error) {
	all, err := chunks(ctx, tx, period)
	if err != nil {
		return sum, err
	}
	if len(all) == 0 {
		return sum, lostPlan(period)
	}
	for _, chunk := range all {
		if chunk.State != settlement.ChunkDone {
			return sum, settlement.Errorf(settlement.ErrUnsettled, period, "chunk %d is %s, not %s", chunk.Number, chunk.State, settlement.ChunkDone)
		}
		if err := sum.Add(chunk.Totals); err != nil {
			return sum, fmt.Errorf("add up to chunk %d (%s): %w", chunk.Number, chunk, err)
		}
	}
	// What views earn is never negative: where all of a period fits, so do the sums
	// over its creators, videos and days that its statements show.
	if _, err := sum.Amounts.Total(); err != nil {
		return sum, fmt.Errorf("add up videos and ads: %w", err)
	}
	if _, err := sum.Total(); err != nil {
		return sum, fmt.Errorf("add up videos, ads and payments: %w", err)
	}
	return sum, nil
}
