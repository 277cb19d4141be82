package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"creatorpay/db"
	"creatorpay/db/server"
	"creatorpay/settlement"
)

var refundsInvariant = Invariant{
	Name:    "refunds",
	Meaning: "each refund gives back the part of its payment that follows the one before, never more than was paid, and its part of the fee (R14, R15); a line has as many as were settled",
	Remedy:  restoreLine,
	Subject: Figures,
	check:   checkRefundsOfLines,
	checkLog: func(ctx context.Context, a *audit) error {
		for _, run := range a.runs[settlement.Daily] {
			if run.Refunds == 0 {
				continue
			}
			chunks := a.chunks[run.Period()]
			found := make([]problems, len(chunks))
			if err := inParallel(ctx, chunks, func(ctx context.Context, i int, chunk db.Chunk) error {
				return a.checkRefunds(ctx, run, chunk.Range, &found[i])
			}); err != nil {
				return err
			}
			a.allFound(run.Period(), slices.Concat(found...))
		}
		return nil
	},
}

// checkRefundsOfLines counts the refunds of each line.
func checkRefundsOfLines(ctx context.Context, a *audit) error {
	type row struct {
		Day     settlement.Day `db:"starts_on"`
		VideoID int64          `db:"video_id"`
		Lines   int64          `db:"in_lines"`
		Settled int64          `db:"settled"`
	}
	return eachRow(ctx, a, `
		SELECT
			starts_on,
			video_id,
			SUM(in_lines) AS in_lines,
			SUM(settled) AS settled
		FROM (
			SELECT starts_on, video_id, refunds AS in_lines, 0 AS settled
			FROM daily_payments
			WHERE starts_on BETWEEN ? AND ? AND refunds > 0
			UNION ALL
			SELECT settled_on, video_id, 0, 1
			FROM payment_refunds
			WHERE settled_on BETWEEN ? AND ?
		) parts
		GROUP BY starts_on, video_id
		HAVING SUM(in_lines) <> SUM(settled)
		ORDER BY starts_on, video_id`, []any{a.first, a.last, a.first, a.last}, func(r row) {
		if _, closed := a.days[r.Day]; closed {
			a.found(settlement.DailyPeriod(r.Day), ofVideo(r.VideoID), "its line has %s, %d settled", settlement.Count(r.Lines, "refund"), r.Settled)
		}
	})
}

var refundColumns = server.ColumnsOf(db.Refund{})

// refundsOf are the refunds of the range's videos that the day settled, by their
// ids.
func (c *closedBooks) refundsOf(ctx context.Context, day settlement.Day, videos settlement.Range) (map[int64]db.Refund, error) {
	where, args := server.Between("video_id", videos)
	refunds := map[int64]db.Refund{}
	err := c.db.InSnapshot(ctx, func(tx *sqlx.Tx) error {
		return server.Each(ctx, tx, func(refund db.Refund) error {
			refunds[refund.PaymentID] = refund
			return nil
		}, `
			SELECT `+refundColumns.List()+`
			FROM payment_refunds
			WHERE settled_on = ? AND `+where, append([]any{day}, args...)...)
	})
	return refunds, err
}

// checkRefunds settles the day's refunds again, after what earlier days gave back.
// All refunds of a payment are of its video.
func (a *audit) checkRefunds(ctx context.Context, run db.Run, videos settlement.Range, problems *problems) error {
	stored, err := a.refundsOf(ctx, run.StartsOn, videos)
	if err != nil {
		return err
	}
	due := make([]settlement.DuePayment, 0, len(stored))
	for _, refund := range stored {
		due = append(due, settlement.DuePayment{
			Payment: settlement.Payment{
				VideoID: refund.VideoID, PaymentID: refund.PaymentID, PaidAt: refund.PaidAt.UnixMilli(), RefundOf: refund.RefundOf,
				Status: settlement.PaymentCompleted, Amount: refund.GivenTo - refund.GivenFrom,
			},
			Late: refund.PaidOn < run.StartsOn,
		})
	}
	payments, err := a.refunded(ctx, run.StartsOn, due, problems)
	if err != nil {
		return err
	}
	settled, bad := settlement.SettleRefunds(due, payments)
	for _, row := range bad {
		problems.found(ofVideo(row.VideoID), "refund %d of payment %d: %s", row.PaymentID, row.RefundOf, row.Problems[0])
	}
	for _, again := range settled {
		was := stored[again.PaymentID]
		var differences []string
		for _, figure := range []struct {
			name      string
			is, shall settlement.Won
		}{
			{"payment", was.Paid, again.Paid}, {"fee of the payment", was.PaidFee, again.Fee},
			{"given back before", was.GivenFrom, again.GivenFrom}, {"given back with it", was.GivenTo, again.GivenTo},
			{"fee given back", was.FeeBack, again.FeeBack},
		} {
			if figure.is != figure.shall {
				differences = append(differences, figure.name+" is "+figure.is.String()+", should be "+figure.shall.String())
			}
		}
		if was.FeeRule != again.FeeRule {
			differences = append(differences, fmt.Sprintf("fee rule is %d, should be %d", was.FeeRule, again.FeeRule))
		}
		if len(differences) > 0 {
			problems.found(ofVideo(was.VideoID), "refund %d of payment %d: %s", was.PaymentID, was.RefundOf, strings.Join(differences, "; "))
		}
	}
	return nil
}

// refunded are the payments that the rows give back of, as far as they are known:
// of each id the row that was settled, by the day or one before it.
func (a *audit) refunded(ctx context.Context, day settlement.Day, due []settlement.DuePayment, problems *problems) (payments []settlement.PaidPayment, err error) {
	ids := make([]int64, len(due))
	for i, row := range due {
		ids[i] = row.RefundOf
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	rows, err := a.db.Payments.Completed(ctx, a.seenBy(day, ids), day, ids)
	if err != nil {
		return nil, err
	}
	type sum struct {
		RefundOf int64          `db:"refund_of"`
		Given    settlement.Won `db:"given"`
	}
	sums, err := selectByIDs[sum](ctx, a, `
		SELECT
			refund_of,
			SUM(given_to - given_from) AS given
		FROM payment_refunds
		WHERE settled_on < ? AND refund_of IN (?)
		GROUP BY refund_of`, day, ids)
	if err != nil {
		return nil, err
	}
	given := make(map[int64]settlement.Won, len(sums))
	for _, sum := range sums {
		given[sum.RefundOf] = sum.Given
	}
	known := map[int64]bool{}
	for _, row := range rows {
		fees, usable := a.feesOn(row.PaidOn)
		if known[row.PaymentID] || !usable {
			continue
		}
		known[row.PaymentID] = true
		payment := settlement.PaidPayment{
			PaymentID: row.PaymentID, VideoID: row.VideoID, Amount: row.Amount, IsRefund: row.RefundOf.Valid,
			Given: given[row.PaymentID], KeptAtRefund: fees.KeptAtRefund, FeeRule: fees.Version,
		}
		if !payment.IsRefund {
			if payment.Fee, err = fees.Fee(row.Method, row.Amount); err != nil {
				problems.found(ofVideo(row.VideoID), "payment %d of %s: %s", row.PaymentID, row.PaidOn, err)
			}
		}
		payments = append(payments, payment)
	}
	return payments, nil
}
