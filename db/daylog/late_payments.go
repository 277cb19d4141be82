package daylog

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// LatePayment is a row of the log of payments that came after its day had closed.
type LatePayment struct {
	PaidOn    settlement.Day            `db:"paid_on"` // the closed day
	VideoID   int64                     `db:"video_id"`
	PaymentID int64                     `db:"payment_id"`
	PaidAt    time.Time                 `db:"paid_at"`
	Status    settlement.PaymentStatus  `db:"status"`
	PayerID   int64                     `db:"payer_id"`
	Amount    settlement.Won            `db:"amount"`
	Method    string                    `db:"method"`
	RefundOf  sql.Null[int64]           `db:"refund_of"`
	PostedOn  settlement.Day            `db:"posted_on"`
	Verdict   settlement.PaymentVerdict `db:"verdict"` // empty: its video is unknown, or the day that posts it is not counted yet
}

// Payment is the row as the rules see it.
func (p LatePayment) Payment() settlement.Payment {
	return settlement.Payment{
		VideoID: p.VideoID, PaymentID: p.PaymentID, PaidAt: p.PaidAt.UnixMilli(), Status: p.Status,
		PayerID: p.PayerID, Amount: p.Amount, Method: p.Method, RefundOf: p.RefundOf.V,
	}
}

func (p LatePayment) stray() error { return StrayPayment(p.PaidOn, p.Payment()) }

// SumPosted is how many late rows the day posts, by verdict.
func (p *Payments) SumPosted(ctx context.Context, from sqlx.QueryerContext, postedOn settlement.Day) (map[settlement.PaymentVerdict]int64, error) {
	var sums []struct {
		Verdict settlement.PaymentVerdict `db:"verdict"`
		Rows    int64                     `db:"row_count"`
	}
	if err := sqlx.SelectContext(ctx, from, &sums, `
		SELECT
			verdict,
			COUNT(*) AS row_count
		FROM late_payments
		WHERE posted_on = ?
		GROUP BY verdict`, postedOn); err != nil {
		return nil, fmt.Errorf("add up late payments that %s posts: %w", postedOn, err)
	}
	rows := make(map[settlement.PaymentVerdict]int64, len(sums))
	for _, sum := range sums {
		rows[sum.Verdict] = sum.Rows
	}
	return rows, nil
}
