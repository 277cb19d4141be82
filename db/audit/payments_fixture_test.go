package audit

import (
	"time"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// sell stores the day's own payments:
//
//	05-27  101 of video 1, 103 of video 6 by transfer, 102 pending
//	05-28  104 refunds a part of 101, a repeat of 103, 105 cancelled
//	05-30  109 refunds most of 103
//	05-31  110 of the videos 6 and 2, in this order
func (b books) sell(day settlement.Day) {
	b.Helper()
	switch day {
	case monday:
		transfer := b.Payment(day, 6, 103, 20_000, time.Hour)
		transfer.Method = "transfer"
		b.Pay(b.Payment(day, 1, 101, 10_000, time.Hour), transfer, withStatus(b.Payment(day, 6, 102, 700, time.Hour), settlement.PaymentPending))
	case monday + 1:
		b.Pay(refundOf(101, b.Payment(day, 1, 104, 4_000, time.Hour)), b.Payment(day, 6, 103, 20_000, time.Hour),
			withStatus(b.Payment(day, 6, 105, 700, time.Hour), settlement.PaymentCancelled))
	case monday + 3:
		b.Pay(refundOf(103, b.Payment(day, 6, 109, 15_000, time.Hour)))
	case monday + 4:
		b.Pay(b.Payment(day, 6, 110, 3_000, time.Hour), b.Payment(day, 2, 110, 3_000, 2*time.Hour))
	}
}

// sellLate stores rows of the day that 05-30 posts: 107 of video 2, 108 refunds the
// rest of 103, and a repeat of 101.
func (b books) sellLate(day settlement.Day) {
	b.Helper()
	b.Pay(b.Payment(day, 2, 107, 5_000, time.Hour), refundOf(103, b.Payment(day, 6, 108, 5_000, 2*time.Hour)), b.Payment(day, 1, 101, 10_000, 3*time.Hour))
}

func refundOf(payment int64, row daylog.Payment) daylog.Payment {
	row.RefundOf = payment
	return row
}

func withStatus(row daylog.Payment, status settlement.PaymentStatus) daylog.Payment {
	row.Status = status
	return row
}
