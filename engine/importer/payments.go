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

// problemColumns are the columns of the problems that a row can have whose numbers are
// all within their limits.
var problemColumns = map[settlement.PaymentProblem]string{
	settlement.PaymentOfUnknownStatus: "status",
	settlement.RefundOfItself:         "refund_of",
}

// paymentStore stores rows in the payments log.
type paymentStore struct{ *dayStore[daylog.Payment] }

func newPaymentStore(im *importer) paymentStore {
	return paymentStore{newDayStore(im, dayLog[daylog.Payment]{
		at:      "paid_at",
		day:     func(payment *daylog.Payment) settlement.Day { return payment.Day },
		compare: comparePayments,
		makeFor: im.db.AddPaymentPartitions,
		append:  im.db.AppendPayments,
	})}
}

func (s paymentStore) parse(line *fields) daylog.Payment {
	at, day := s.instant(line, s.log.at)
	payment := settlement.Payment{
		PaymentID: whole[int64](line, "payment_id", 1, math.MaxInt64),
		VideoID:   whole[int64](line, "video_id", 1, math.MaxInt64),
		PayerID:   whole[int64](line, "payer_id", settlement.Anonymous, math.MaxInt64),
		PaidAt:    at,
		Amount:    line.payment("amount"),
		Status:    settlement.PaymentStatus(line.value("status")),
		Method:    line.method("method"),
	}
	if line.optional("refund_of") != "" {
		payment.RefundOf = whole[int64](line, "refund_of", 1, math.MaxInt64)
	}
	for _, problem := range payment.Problems() {
		line.fail(problemColumns[problem], string(problem))
	}
	return daylog.Payment{Day: day, Payment: payment}
}

// payment reads the amount of a payment.
func (f *fields) payment(column string) settlement.Won {
	return settlement.Won(whole(f, column, 1, int64(settlement.MaxPayment)))
}

// method reads how something was paid, in a column that may be missing.
func (f *fields) method(column string) string {
	method := f.optional(column)
	if method == "" {
		return usualMethod
	}
	if err := settlement.CheckMethod(method); err != nil {
		f.fail(column, err.Error())
	}
	return method
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
