package daylog

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"creatorpay/settlement"
)

// CompletedPayment is what is known of a completed row of a payment.
type CompletedPayment struct {
	PaymentID int64           `db:"payment_id"`
	VideoID   int64           `db:"video_id"`
	PaidOn    settlement.Day  `db:"paid_on"`
	PaidAt    time.Time       `db:"paid_at"`
	Amount    settlement.Won  `db:"amount"`
	Method    string          `db:"method"`
	RefundOf  sql.Null[int64] `db:"refund_of"`
	JudgedOn  settlement.Day  `db:"judged_on"` // its own day or, where it came late, the one that posts it
	Late      bool            `db:"late"`
}

// idsPerQuery bounds the length of one statement.
const idsPerQuery = 500

// Completed are the completed rows with these payment ids, refunds among them,
// that were on time on one of the days, that came late and are posted by the day
// until or an earlier one, or that are payments of a dropped day. Rows of one id
// stand together, in the order in which they were judged: the first one was
// settled. Refunds of dropped days are missing. Rows are found by their ids; no
// others are read.
func (p *Payments) Completed(ctx context.Context, days []OnTime, until settlement.Day, ids []int64) (found []CompletedPayment, err error) {
	there, dayArgs := p.anyOf(days)
	for batch := range slices.Chunk(ids, idsPerQuery) {
		wanted := "payment_id IN (" + strings.Repeat("?, ", len(batch)-1) + "?)"
		idArgs := make([]any, len(batch))
		for i, id := range batch {
			idArgs[i] = id
		}
		var rows []CompletedPayment
		// A day that is being dropped may give a row twice, which UNION makes one.
		if err := p.pool.SelectContext(ctx, &rows, `
			SELECT `+keptColumns.List()+`, refund_of, paid_on AS judged_on, FALSE AS late
			FROM payments FORCE INDEX (payments_payment_id_idx)
			WHERE `+wanted+` AND `+there+` AND status = ?
			UNION
			SELECT `+keptColumns.List()+`, refund_of, posted_on, TRUE
			FROM late_payments
			WHERE `+wanted+` AND posted_on <= ? AND status = ?
			UNION
			SELECT `+keptColumns.List()+`, NULL, paid_on, FALSE
			FROM dropped_payments
			WHERE `+wanted+`
			ORDER BY payment_id, judged_on, late, paid_at, video_id`,
			slices.Concat(idArgs, dayArgs, []any{settlement.PaymentCompleted}, idArgs, []any{until, settlement.PaymentCompleted}, idArgs)...); err != nil {
			return nil, fmt.Errorf("look up completed payments: %w", err)
		}
		found = append(found, rows...)
	}
	return found, nil
}

// anyOf is the SQL condition that a row is one of the days' own.
func (d *description) anyOf(days []OnTime) (condition string, args []any) {
	conditions := make([]string, 0, len(days)+1)
	for _, day := range days {
		there, more := day.condition()
		conditions = append(conditions, d.day+" = ? AND "+there)
		args = append(append(args, day.Day), more...)
	}
	return "(" + strings.Join(append(conditions, "FALSE"), " OR ") + ")", args
}
