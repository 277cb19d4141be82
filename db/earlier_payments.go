package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/daylog"
	"creatorpay/db/server"
	"creatorpay/settlement"
)

// The reasons for which an earlier payment is refused.
const (
	refusedEarlierConflict = "this payment is known with other figures"
	refusedNotEarlier      = "must lie before %s, the first day that is settled here: what was paid from then on is a payment as any other"
	refusedSettled         = "a day that was counted here has a completed row of this payment or refund: a payment that was settled here is none of an earlier system"
)

// PutEarlierPayments stores payments from before the first day in the book of runs,
// which an earlier system settled: so they can be refunded, and a further completed
// row of one is a repeat (R13). It returns how many were there already, which are
// left alone. Refused are payments that are there with other figures, that are of no
// day before the first one, whose method has no fee then, and of which a day has
// counted a row. A day that failed counts the chunks again in which one was. It fails
// with a [settlement.ErrNotClosed] while a day is being counted.
func (db *DB) PutEarlierPayments(ctx context.Context, payments []daylog.KeptPayment) (there int64, refused []Refusal, err error) {
	ids := idsOf(payments)
	err = db.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		there, refused = 0, nil
		last, err := holdCounts(ctx, tx)
		if err != nil {
			return err
		}
		kept, err := db.Payments.Kept(ctx, tx, ids)
		if err != nil {
			return err
		}
		refuses, err := db.refusesEarlier(ctx, ids)
		if err != nil {
			return err
		}
		var added []daylog.KeptPayment
		for i, payment := range payments {
			stored, known := kept[payment.PaymentID]
			if known && stored == payment {
				there++
				continue
			}
			column, reason := "payment_id", refusedEarlierConflict
			if !known {
				if column, reason, err = refuses(payment); err != nil {
					return err
				}
			}
			if reason != "" {
				refused = append(refused, Refusal{i, column, reason})
				continue
			}
			added = append(added, payment)
			kept[payment.PaymentID] = payment // for a later line of the same payment
		}
		if err := db.Payments.Keep(ctx, tx, added); err != nil || last.State != settlement.Failed {
			return err
		}
		return countAgain(ctx, tx, last.Day, added)
	})
	if err != nil {
		return 0, nil, fmt.Errorf("store earlier payments: %w", err)
	}
	return there, refused, nil
}

// countAgain plans the chunks of the open day again that may have settled one of the
// payments, whose row was taken out of the log: the number of rows need not show it. The
// others that are planned are counted knowing them, too.
func countAgain(ctx context.Context, tx *sqlx.Tx, open settlement.Day, payments []daylog.KeptPayment) error {
	if len(payments) == 0 {
		return nil
	}
	// A count that is under way may have looked for them already: it is not stored.
	if _, err := tx.ExecContext(ctx, `
		UPDATE run_chunks
		SET counts = counts + 1
		WHERE kind = ? AND starts_on = ? AND version = ? AND state = ?`, settlement.Daily, open, runVersion, settlement.ChunkPlanned); err != nil {
		return fmt.Errorf("void counts of %s: %w", open, err)
	}
	ids := idsOf(payments)
	if err := server.ExecByIDs(ctx, tx, `
		UPDATE run_chunks
		SET state = ?
		WHERE kind = ? AND starts_on = ? AND version = ? AND first_payment <= ? AND last_payment >= ?
			AND EXISTS (
				SELECT 1
				FROM kept_payments
				WHERE payment_id IN (?) AND payment_id BETWEEN first_payment AND last_payment
			)`, ids, settlement.ChunkPlanned, settlement.Daily, open, runVersion, ids[len(ids)-1], ids[0]); err != nil {
		return fmt.Errorf("plan chunks of %s again: %w", open, err)
	}
	return nil
}

// idsOf are the ids of the payments, in order and each once.
func idsOf(payments []daylog.KeptPayment) []int64 {
	ids := make([]int64, len(payments))
	for i, payment := range payments {
		ids[i] = payment.PaymentID
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// lastDay is the last day in the book, the only one that can be open.
type lastDay struct {
	Day   settlement.Day      `db:"starts_on"`
	State settlement.RunState `db:"state"`
}

// holdCounts keeps days from being counted until the transaction ends: a payment must
// not be settled while it becomes one that is settled already. It fails while the last
// day is running, and returns that day otherwise, if there is one.
func holdCounts(ctx context.Context, tx *sqlx.Tx) (last lastDay, err error) {
	if err := lockBeginnings(ctx, tx, "FOR UPDATE"); err != nil {
		return last, err
	}
	err = tx.GetContext(ctx, &last, `
		SELECT
			starts_on,
			state
		FROM runs
		WHERE kind = ? AND version = ?
		ORDER BY starts_on DESC
		LIMIT 1
		LOCK IN SHARE MODE`, settlement.Daily, runVersion)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return last, fmt.Errorf("look for a day that is running: %w", err)
	}
	if last.State == settlement.Running {
		running := settlement.Errorf(settlement.ErrNotClosed, settlement.DailyPeriod(last.Day),
			"%s is being counted: try again when it is closed or has failed", last.Day)
		running.State = last.State
		return last, running
	}
	return last, nil
}

// refusesEarlier tells which column of an earlier payment with one of the ids, which
// are in order and each there once, cannot be stored, and why; the reason is empty if
// all can.
func (db *DB) refusesEarlier(ctx context.Context, ids []int64) (func(daylog.KeptPayment) (column, reason string, err error), error) {
	first, begun, err := db.FirstRun(ctx)
	if err != nil {
		return nil, err
	}
	settled, err := db.SettledPayments(ctx, settlement.LastDay, ids)
	if err != nil {
		return nil, err
	}
	fees := map[settlement.Day]settlement.FeeRule{}
	return func(payment daylog.KeptPayment) (column, reason string, err error) {
		if begun && payment.PaidOn >= first {
			return "paid_at", fmt.Sprintf(refusedNotEarlier, first), nil
		}
		if _, found := settled[payment.PaymentID]; found {
			return "payment_id", refusedSettled, nil
		}
		rule, found := fees[payment.PaidOn]
		if !found {
			rule, err = db.FeesOf(ctx, payment.PaidOn)
			fees[payment.PaidOn] = rule
		}
		if err == nil {
			_, err = rule.Fee(payment.Method, payment.Amount)
		}
		if errors.Is(err, settlement.ErrFees) {
			return "method", err.Error(), nil
		}
		return "", "", err
	}, nil
}

// earlierPaymentsNamed is how many earlier payments an error names.
const earlierPaymentsNamed = 10

// checkEarlierPayments makes sure that all earlier payments lie before the first day:
// completed rows of the others would be repeats, and nobody would be paid for them.
func checkEarlierPayments(ctx context.Context, from sqlx.QueryerContext, first settlement.Day) error {
	var ids []int64
	if err := sqlx.SelectContext(ctx, from, &ids, `
		SELECT payment_id
		FROM kept_payments
		WHERE paid_on >= ?
		ORDER BY payment_id
		LIMIT ?`, first, earlierPaymentsNamed); err != nil {
		return fmt.Errorf("look for earlier payments of %s: %w", first, err)
	}
	if len(ids) == 0 {
		return nil
	}
	named := make([]string, len(ids))
	for i, id := range ids {
		named[i] = fmt.Sprint(id)
	}
	return settlement.Errorf(settlement.ErrInvalid, settlement.DailyPeriod(first),
		"%s is to be the first day that is settled here, but earlier payments of it or of later days were imported, such as %s: begin with a later day, or delete them from kept_payments and import them as payments",
		first, strings.Join(named, ", "))
}
