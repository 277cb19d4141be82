package importer

import (
	"context"
	"math"
	"time"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

var (
	earlierPaymentColumns = []string{"payment_id", "video_id", "paid_at", "amount"}
	// furtherEarlierPaymentColumns may be missing.
	furtherEarlierPaymentColumns = []string{"method", "refunded"}
)

func (im *importer) parseEarlierPayment(line *fields) daylog.KeptPayment {
	at, day := im.instant(line, "paid_at")
	payment := daylog.KeptPayment{
		PaymentID: whole[int64](line, "payment_id", 1, math.MaxInt64),
		VideoID:   whole[int64](line, "video_id", 1, math.MaxInt64),
		PaidOn:    day,
		PaidAt:    time.UnixMilli(at).UTC(),
		Amount:    line.payment("amount"),
		Method:    line.method("method"),
	}
	if line.optional("refunded") != "" {
		payment.Refunded = settlement.Won(whole(line, "refunded", 0, int64(payment.Amount)))
	}
	return payment
}

// storeEarlierPayments stores what an earlier system settled.
func (im *importer) storeEarlierPayments(ctx context.Context, items []item[daylog.KeptPayment]) (outcome, error) {
	return storeInOrder(ctx, im, items, im.db.PutEarlierPayments)
}
