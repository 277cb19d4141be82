package settlement

import (
	"fmt"
	"time"

	"pgregory.net/rapid"
)

// paymentRow is a row of the log, the day of its paid_at and the day that judges
// it: that day, or a later one that posts it.
type paymentRow struct {
	Payment
	day, judgedOn int
}

func (r paymentRow) due() DuePayment {
	return DuePayment{Payment: r.Payment, Late: r.judgedOn > r.day}
}

const paymentDays = 4

// paymentFees are the fees by day: later ones are others, and keep them at refunds.
var paymentFees = [paymentDays]FeeRule{
	{Methods: MethodFees{{"card", 300, 1}, {"mobile", 4_500, 0}}},
	{Methods: MethodFees{{"card", 300, 1}, {"mobile", 4_500, 0}}},
	{Methods: MethodFees{{"card", 2_000, 0}, {"mobile", 0, 7}}, KeptAtRefund: true},
	{Methods: MethodFees{{"card", 1_234, 5}, {"mobile", 9_999, 0}}},
}

// drawPayments draws a few days of few payments of few videos at few times, so that
// repeats, refunds, late rows and all that is bad are common.
func drawPayments(t *rapid.T) (log []paymentRow) {
	rows := rapid.SliceOfN(rapid.Custom(drawPayment), 0, 40).Draw(t, "log")
	if rapid.Bool().Draw(t, "is long") {
		rows = append(rows, rapid.SliceOfN(rapid.Custom(drawPayment), 20, 40).Draw(t, "more")...)
	}
	keys := map[string]bool{}
	for _, row := range rows {
		key := fmt.Sprint(row.VideoID, row.PaymentID, row.PaidAt, row.Status)
		if !keys[key] {
			log = append(log, row)
		}
		keys[key] = true
	}
	return log
}

// drawPayment draws a row. Payments 1 to 6 have a video each, and others give them
// back, but for a few rows.
func drawPayment(t *rapid.T) paymentRow {
	isOneOf := func(n int, what string) bool { return rapid.IntRange(1, n).Draw(t, what) == n }
	day := rapid.IntRange(0, paymentDays-1).Draw(t, "day")
	payment := rapid.Int64Range(1, 6).Draw(t, "payment")
	row := paymentRow{day: day, judgedOn: day, Payment: Payment{
		VideoID:   payment%3 + 1,
		PaymentID: payment,
		PaidAt:    startOfLogDay(day).UnixMilli() + rapid.Int64Range(0, 2).Draw(t, "paid at")*time.Hour.Milliseconds(),
		Status:    PaymentCompleted,
		Amount:    Won(rapid.Int64Range(1, 1_000).Draw(t, "amount")),
		Method:    rapid.SampledFrom([]string{"card", "mobile"}).Draw(t, "method"),
	}}
	if rapid.Bool().Draw(t, "is a refund") {
		row.PaymentID, row.RefundOf = rapid.Int64Range(10, 25).Draw(t, "refund"), payment
		row.Amount = Won(rapid.Int64Range(1, 100).Draw(t, "given back"))
	}
	if isOneOf(3, "is late") {
		row.judgedOn = rapid.IntRange(day, paymentDays-1).Draw(t, "judged on")
	}
	if isOneOf(8, "is left out") {
		row.Status = rapid.SampledFrom([]PaymentStatus{PaymentPending, PaymentCancelled}).Draw(t, "status")
	}
	if isOneOf(8, "is of any video") {
		row.VideoID = rapid.Int64Range(1, 3).Draw(t, "video")
	}
	if isOneOf(20, "gives back anything") {
		row.RefundOf = rapid.Int64Range(1, 25).Draw(t, "refund of")
	}
	if isOneOf(20, "is bad") {
		row.Method = rapid.SampledFrom([]string{"card", "cash"}).Draw(t, "bad method")
		row.Amount = rapid.SampledFrom([]Won{-1, 0, 1, MaxPayment, MaxPayment + 1}).Draw(t, "bad amount")
		row.Status = rapid.SampledFrom([]PaymentStatus{PaymentCompleted, PaymentCompleted, "refunded"}).Draw(t, "bad status")
	}
	return row
}
