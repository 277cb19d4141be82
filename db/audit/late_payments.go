package audit

import (
	"context"
	"fmt"

	"creatorpay/settlement"
)

var latePaymentsInvariant = Invariant{
	Name:    "late payments",
	Meaning: "the late rows of payments that each day posted are its adjustments, by the fees of their own day, and part of its lines (R16)",
	Remedy:  "a late row of payments, an adjustment or a line was changed by hand: recompute the day to see what it should be, and put it back from a backup",
	Subject: Figures,
	check: func(ctx context.Context, a *audit) error {
		if err := checkLatePayments(ctx, a); err != nil {
			return err
		}
		return checkAdjusted(ctx, a)
	},
}

// feeColumn is the fee of the payment l, by the method fees m: exact, since 0.0001
// is, where a division would be rounded as the session says.
const feeColumn = `LEAST(l.amount, FLOOR((CAST(l.amount AS DECIMAL(20)) * m.basis_points + CAST(m.fixed AS DECIMAL(20)) * 10000 + 5000) * 0.0001))`

// joinMethods finds the method fees m of the payment l of a closed day d.
const joinMethods = `
				JOIN (
					SELECT
						starts_on,
						IF(fee_rule > 0, fee_rule, (
							SELECT MAX(version)
							FROM fee_rules
							WHERE holds_from = (SELECT MAX(holds_from) FROM fee_rules WHERE holds_from <= starts_on)
						)) AS fee_rule
					FROM runs
					WHERE kind = 'daily'
				) d ON d.starts_on = l.paid_on
				LEFT JOIN fee_methods m ON m.method = l.method AND m.version = d.fee_rule`

// checkLatePayments takes the late rows from the adjustments: nothing is to be left.
func checkLatePayments(ctx context.Context, a *audit) error {
	type row struct {
		postedLate
		PaidOn settlement.Day `db:"paid_on"`
		settlement.PaymentFigures
	}
	return eachRow(ctx, a, `
		SELECT
			posted_on,
			video_id,
			paid_on,
			SUM(unjudged) AS unjudged,
			`+sums(paymentColumns)+`
		FROM (
			SELECT
				posted_on,
				video_id,
				paid_on,
				0 AS unjudged,
				`+paymentColumns.List()+`
			FROM payment_adjustments
			WHERE posted_on BETWEEN ? AND ?
			UNION ALL
			SELECT
				posted_on,
				video_id,
				paid_on,
				verdict = '', -- then what it adds to each of the figures
				-(verdict = 'settled'),
				-(verdict = 'refund'),
				-(verdict = 'pending'),
				-(verdict = 'cancelled'),
				-(verdict = 'repeat'),
				-won,
				-cost,
				cost - won
			FROM (
				SELECT
					l.posted_on,
					l.video_id,
					l.paid_on,
					l.verdict,
					CASE l.verdict WHEN 'settled' THEN l.amount WHEN 'refund' THEN -l.amount ELSE 0 END AS won,
					CASE l.verdict WHEN 'settled' THEN COALESCE(`+feeColumn+`, 0) WHEN 'refund' THEN -COALESCE(r.fee_back, 0) ELSE 0 END AS cost
				FROM late_payments l`+joinMethods+`
				LEFT JOIN payment_refunds r ON r.payment_id = l.payment_id AND r.settled_on = l.posted_on
				WHERE l.posted_on BETWEEN ? AND ?
			) late
		) parts
		GROUP BY posted_on, video_id, paid_on
		HAVING
			SUM(unjudged) <> 0
			OR `+anySum(paymentColumns)+`
			OR posted_on <= paid_on
		ORDER BY posted_on, video_id, paid_on`,
		[]any{a.first, a.last, a.first, a.last}, func(r row) {
			a.foundLate(r.postedLate, latePaymentsOf(r.VideoID, r.PaidOn), excess(r.Figures(), "its late rows"))
		})
}

// checkAdjusted looks for adjustments that are no part of their line.
func checkAdjusted(ctx context.Context, a *audit) error {
	type row struct {
		PostedOn settlement.Day `db:"posted_on"`
		VideoID  int64          `db:"video_id"`
		Rows     int64          `db:"adjusted"`
	}
	return eachRow(ctx, a, `
		SELECT
			a.posted_on,
			a.video_id,
			a.payments + a.refunds + a.pending + a.cancelled + a.repeats AS adjusted
		FROM (
			SELECT posted_on, video_id, `+sums(paymentColumns)+`
			FROM payment_adjustments
			WHERE posted_on BETWEEN ? AND ?
			GROUP BY posted_on, video_id
		) a
		LEFT JOIN daily_payments p ON p.starts_on = a.posted_on AND p.video_id = a.video_id
		WHERE p.video_id IS NULL
			OR a.payments > p.payments
			OR a.refunds > p.refunds
			OR a.pending > p.pending
			OR a.cancelled > p.cancelled
			OR a.repeats > p.repeats
		ORDER BY a.posted_on, a.video_id`, []any{a.first, a.last}, func(r row) {
		if _, closed := a.days[r.PostedOn]; closed {
			a.found(settlement.DailyPeriod(r.PostedOn), ofVideo(r.VideoID), "%s adjusted, which are not all in its line of payments", settlement.Count(r.Rows, "late row"))
		}
	})
}

// latePaymentsOf is where a finding about the late payments of a video lies.
func latePaymentsOf(video int64, paidOn settlement.Day) string {
	return fmt.Sprintf("%s, late payments of %s", ofVideo(video), paidOn)
}
