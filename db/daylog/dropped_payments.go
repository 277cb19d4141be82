package daylog

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// keptColumns are what must be known of a payment after its day was dropped.
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
		INSERT INTO dropped_payments (`+keptColumns.List()+`)
		SELECT `+keptColumns.List()+`
		FROM payments PARTITION (`+partitionName(rows.Day)+`)
		WHERE status = ? AND COALESCE(refund_of, 0) = 0 AND `+there+`
		ORDER BY paid_at, video_id
		ON DUPLICATE KEY UPDATE dropped_payments.payment_id = VALUES(payment_id)`,
		append([]any{settlement.PaymentCompleted}, args...)...); err != nil {
		return fmt.Errorf("keep what must be known of the payments of %s: %w", rows.Day, err)
	}
	return nil
}
