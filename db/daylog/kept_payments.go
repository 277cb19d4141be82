package daylog

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// KeptPayment is what must be known of a payment that the log does not have: its day
// was dropped, or an earlier system settled it.
type KeptPayment struct {
	PaymentID int64          `db:"payment_id"`
	VideoID   int64          `db:"video_id"`
	PaidOn    settlement.Day `db:"paid_on"`
	PaidAt    time.Time      `db:"paid_at"` // in UTC, of whole milliseconds
	Amount    settlement.Won `db:"amount"`
	Method    string         `db:"method"`
	Refunded  settlement.Won `db:"refunded"` // what an earlier system has given back
}

// keptColumns are those of them that the log has, too.
var keptColumns = server.Columns{"payment_id", "video_id", "paid_on", "paid_at", "amount", "method"}

// keepCompleted stores what must be known of the payments of a day that is
// dropped. Those that came late stand in the table of late rows anyway. Days are
// dropped in order, so a row that is there already is of an earlier day, or of
// this one from a drop that broke off: it stays.
func keepCompleted(ctx context.Context, tx *sqlx.Tx, rows OnTime) error {
	if rows.LateFrom == 0 { // it never closed: nothing of it was settled
		return nil
	}
	there, args := rows.condition()
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO kept_payments (`+keptColumns.List()+`)
		SELECT `+keptColumns.List()+`
		FROM payments PARTITION (`+partitionName(rows.Day)+`)
		WHERE status = ? AND COALESCE(refund_of, 0) = 0 AND `+there+`
		ORDER BY paid_at, video_id
		ON DUPLICATE KEY UPDATE kept_payments.payment_id = VALUES(payment_id)`,
		append([]any{settlement.PaymentCompleted}, args...)...); err != nil {
		return fmt.Errorf("keep what must be known of the payments of %s: %w", rows.Day, err)
	}
	return nil
}

// MayBeKept are those of the payment ids, which are in order, that may be kept:
// hardly any where ids grow from day to day.
func (p *Payments) MayBeKept(ctx context.Context, ids []int64) ([]int64, error) {
	var kept struct {
		First sql.Null[int64] `db:"first_payment"`
		Last  sql.Null[int64] `db:"last_payment"`
	}
	if err := p.pool.GetContext(ctx, &kept, `
		SELECT
			MIN(payment_id) AS first_payment,
			MAX(payment_id) AS last_payment
		FROM kept_payments`); err != nil {
		return nil, fmt.Errorf("find payments that are kept: %w", err)
	}
	if !kept.First.Valid {
		return nil, nil
	}
	return between(kept.First.V, kept.Last.V, ids), nil
}

// Kept are the payments with the ids that are kept, by their ids, as the transaction
// sees them.
func (p *Payments) Kept(ctx context.Context, tx *sqlx.Tx, ids []int64) (map[int64]KeptPayment, error) {
	payments, err := server.SelectByIDs[KeptPayment](ctx, tx, `
		SELECT `+keptColumns.List()+`, refunded
		FROM kept_payments
		WHERE payment_id IN (?)`, ids)
	if err != nil {
		return nil, fmt.Errorf("look up payments that are kept: %w", err)
	}
	kept := make(map[int64]KeptPayment, len(payments))
	for _, payment := range payments {
		kept[payment.PaymentID] = payment
	}
	return kept, nil
}

// Keep stores payments that are not kept yet.
func (p *Payments) Keep(ctx context.Context, tx *sqlx.Tx, payments []KeptPayment) error {
	if err := server.Insert(ctx, tx, "kept_payments", payments); err != nil {
		return fmt.Errorf("keep payments: %w", err)
	}
	return nil
}
