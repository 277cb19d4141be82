package daylog

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// CompletedPayment is what is known of a completed row of a payment.
type CompletedPayment struct {
	KeptPayment
	RefundOf sql.Null[int64] `db:"refund_of"`
	JudgedOn settlement.Day  `db:"judged_on"` // its own day or, where it came late, the one that posts it
	Late     int             `db:"late"`      // 1 if it did, else 0
}

// Wanted are payment ids that the day's own rows may have.
type Wanted struct {
	OnTime
	IDs []int64
}

// Wants are the ids, any of which the day may have.
func (o OnTime) Wants(ids []int64) Wanted { return Wanted{o, ids} }

// WantsBetween are those of the ids, which are in order, that a day may have which
// has none below first and none above last.
func (o OnTime) WantsBetween(first, last int64, ids []int64) Wanted {
	return o.Wants(between(first, last, ids))
}

// between are those of the ids, which are in order, from first to last.
func between(first, last int64, ids []int64) []int64 {
	from, _ := slices.BinarySearch(ids, first)
	to, hasLast := slices.BinarySearch(ids, last)
	if hasLast {
		to++
	}
	return ids[from:max(from, to)]
}

// Completed are the completed rows with these payment ids, refunds among them,
// that were on time on one of the days that may have them, that came late and are
// posted by the day until or an earlier one, or that are payments of a dropped day
// or of one before the first.
// Rows of one id stand together, in the order in which they were judged: the first
// one was settled. Refunds of dropped days are missing. Rows are found by their
// ids; no others are read.
func (p *Payments) Completed(ctx context.Context, days []Wanted, until settlement.Day, ids []int64) (found []CompletedPayment, err error) {
	look := func(ids []int64, query string, args ...any) error {
		rows, err := server.SelectByIDs[CompletedPayment](ctx, p.pool, query, ids, args...)
		if err != nil {
			return fmt.Errorf("look up completed payments: %w", err)
		}
		found = append(found, rows...)
		return nil
	}
	// Each day by itself: in several partitions the server would look for each id of
	// each day in each of them.
	for _, day := range days {
		there, args := day.condition()
		if err := look(day.IDs, `
			SELECT `+keptColumns.List()+`, 0 AS refunded, NULLIF(refund_of, 0) AS refund_of, paid_on AS judged_on, 0 AS late
			FROM payments FORCE INDEX (payments_payment_id_idx)
			WHERE paid_on = ? AND `+there+` AND status = ? AND payment_id IN (?)`,
			slices.Concat([]any{day.Day}, args, []any{settlement.PaymentCompleted})...); err != nil {
			return nil, err
		}
	}
	if err := look(ids, `
		SELECT `+keptColumns.List()+`, 0 AS refunded, NULLIF(refund_of, 0) AS refund_of, posted_on AS judged_on, 1 AS late
		FROM late_payments
		WHERE posted_on <= ? AND status = ? AND payment_id IN (?)`, until, settlement.PaymentCompleted); err != nil {
		return nil, err
	}
	// Last, since a day that is dropped meanwhile is kept here first; what was found
	// twice so is one.
	if err := look(ids, `
		SELECT `+keptColumns.List()+`, refunded, NULL AS refund_of, paid_on AS judged_on, 0 AS late
		FROM kept_payments
		WHERE payment_id IN (?)`); err != nil {
		return nil, err
	}
	slices.SortFunc(found, CompletedPayment.compare)
	return slices.Compact(found), nil
}

// compare is the order in which rows of one payment id are judged.
func (p CompletedPayment) compare(other CompletedPayment) int {
	return cmp.Or(
		cmp.Compare(p.PaymentID, other.PaymentID), cmp.Compare(p.JudgedOn, other.JudgedOn), cmp.Compare(p.Late, other.Late),
		p.PaidAt.Compare(other.PaidAt), cmp.Compare(p.VideoID, other.VideoID),
	)
}
