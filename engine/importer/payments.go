package importer

import (
	"cmp"
	"math"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

var (
	paymentColumns = []string{"payment_id", "video_id", "payer_id", "paid_at", "amount", "status"}
	// furtherPaymentColumns may be missing.
	furtherPaymentColumns = []string{"method", "refund_of"}
)

// usualMethod is that of a payment that names none.
const usualMethod = "card"

// problemColumns are those of which the problems speak that a number in its limits
// can have.
var problemColumns = map[settlement.PaymentProblem]string{
	settlement.PaymentOfUnknownStatus: "status",
	settlement.RefundOfItself:         "refund_of",
}

// paymentStore stores rows in the payments log.
type paymentStore struct{ *dayStore[daylog.Payment] }

func newPaymentStore(im *importer, calendar settlement.Calendar) paymentStore {
	return paymentStore{newDayStore(im, calendar, dayLog[daylog.Payment]{
		at:      "paid_at",
		day:     func(payment *daylog.Payment) settlement.Day { return payment.Day },
		compare: comparePayments,
		makeFor: im.db.AddPaymentPartitions,
		append:  im.db.AppendPayments,
	})}
}

func (s paymentStore) parse(line *fields) daylog.Payment {
	at, day := s.instant(line)
	payment := settlement.Payment{
		PaymentID: whole[int64](line, "payment_id", 1, math.MaxInt64),
		VideoID:   whole[int64](line, "video_id", 1, math.MaxInt64),
		PayerID:   whole[int64](line, "payer_id", settlement.Anonymous, math.MaxInt64),
		PaidAt:    at,
		Amount:    settlement.Won(whole(line, "amount", 1, int64(settlement.MaxPayment))),
		Status:    settlement.PaymentStatus(line.value("status")),
		Method:    usualMethod,
	}
	if method := line.optional("method"); method != "" {
		payment.Method = method
		if err := settlement.CheckMethod(method); err != nil {
			line.fail("method", err.Error())
		}
	}
	if line.optional("refund_of") != "" {
		payment.RefundOf = whole[int64](line, "refund_of", 1, math.MaxInt64)
	}
	for _, problem := range payment.Problems() {
		line.fail(problemColumns[problem], string(problem))
	}
	return daylog.Payment{Day: day, Payment: payment}
}

func comparePayments(a, b *daylog.Payment) int {
	return cmp.Or(
		cmp.Compare(a.Day, b.Day),
		cmp.Compare(a.VideoID, b.VideoID),
		cmp.Compare(a.PaymentID, b.PaymentID),
		cmp.Compare(a.PaidAt, b.PaidAt),
		cmp.Compare(a.Status, b.Status),
	)
}
