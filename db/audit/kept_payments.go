package audit

import (
	"context"
	"slices"

	"creatorpay/db"
	"creatorpay/settlement"
)

var keptInvariant = Invariant{
	Name:    "kept payments",
	Meaning: "of each day whose payments were dropped, those that it settled are kept, as its lines have them: refunds and repeats are told by them (R13)",
	Remedy:  "a kept payment or a line was changed by hand: put kept_payments or the line back from a backup",
	check: func(ctx context.Context, a *audit) error {
		for _, run := range a.runs[settlement.Daily] {
			if run.StartsOn < a.paymentsFrom && run.Payments > 0 {
				if err := a.checkKept(ctx, run); err != nil {
					return err
				}
			}
		}
		return nil
	},
}

// checkKept takes what is kept of the day's own payments, and its refunds, from
// its lines, without what it posted late: nothing is to be left, and nothing was given
// back before. Of kept rows that
// are further ones of a payment or refund nothing is taken.
func (a *audit) checkKept(ctx context.Context, run db.Run) error {
	type row struct {
		VideoID  int64          `db:"video_id"`
		Payments int64          `db:"payments"`
		Gross    settlement.Won `db:"gross"`
		Fee      settlement.Won `db:"fee"`
	}
	at := slices.IndexFunc(a.seen, func(seen seenPayments) bool { return seen.Day == run.StartsOn })
	if at < 0 {
		a.found(run.Period(), "", "has payments, but no chunk has seen one")
		return nil
	}
	day := run.StartsOn
	return eachRow(ctx, a, `
		SELECT
			video_id,
			SUM(payments) AS payments,
			SUM(gross) AS gross,
			SUM(fee) AS fee
		FROM (
			SELECT video_id, payments, gross, fee
			FROM daily_payments
			WHERE starts_on = ?
			UNION ALL
			SELECT video_id, -payments, -gross, -fee
			FROM payment_adjustments
			WHERE posted_on = ?
			UNION ALL
			SELECT video_id, 0, given_to - given_from, fee_back
			FROM payment_refunds
			WHERE settled_on = ? AND paid_on = ?
			UNION ALL
			SELECT l.video_id, -1, l.refunded - l.amount, -COALESCE(`+feeColumn+`, 0)
			FROM kept_payments l`+joinMethods+`
			WHERE l.payment_id BETWEEN ? AND ? AND l.paid_on = ?
				AND NOT EXISTS (
					SELECT 1
					FROM late_payments e
					WHERE e.payment_id = l.payment_id AND e.posted_on < l.paid_on AND e.status = 'completed'
				)
				AND NOT EXISTS (
					SELECT 1
					FROM payment_refunds r
					WHERE r.payment_id = l.payment_id AND (
						r.settled_on < l.paid_on
						OR r.settled_on = l.paid_on AND r.paid_on = l.paid_on
					)
				)
		) parts
		GROUP BY video_id
		HAVING SUM(payments) <> 0 OR SUM(gross) <> 0 OR SUM(fee) <> 0
		ORDER BY video_id`, []any{day, day, day, day, a.seen[at].First, a.seen[at].Last, day}, func(r row) {
		sum := settlement.PaymentFigures{Payments: r.Payments, Gross: r.Gross, Fee: r.Fee}
		a.found(run.Period(), ofVideo(r.VideoID), "%s", excess(sum.Figures(), "what is kept of its payments"))
	})
}
