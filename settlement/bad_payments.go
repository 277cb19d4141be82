package settlement

import (
	"fmt"
	"strings"
	"time"
)

// PaymentProblem is why a row of the log of payments keeps its day from closing
// (R15).
type PaymentProblem string

// The problems of a row by itself, see [Payment.Problems].
const (
	PaymentWithoutID       PaymentProblem = "its payment_id is below 1"
	PaymentOfUnknownStatus PaymentProblem = "its status is none of completed, pending and cancelled"
	PaymentTooSmall        PaymentProblem = "its amount is below 1 won"
	PaymentTooLarge        PaymentProblem = "its amount is above 9,007,199,254,740,992 won"
	RefundOfItself         PaymentProblem = "it is a refund of itself"
)

// MethodWithoutFee is the problem of a payment with the fees of its day, see
// [PaymentJudge.Judge].
const MethodWithoutFee PaymentProblem = "the fees of its day have none for its method"

// The problems of a refund with its payment, see [SettleRefunds].
const (
	RefundOfUnknown    PaymentProblem = "the payment that it refunds has not come, or is of a later day"
	RefundOfRefund     PaymentProblem = "what it refunds is a refund"
	RefundOfOtherVideo PaymentProblem = "the payment that it refunds is of another video"
	RefundBeyondPaid   PaymentProblem = "it refunds more than is left of what was paid"
)

// BadPayment is a row that keeps a day from closing, and why.
type BadPayment struct {
	Payment
	Problems []PaymentProblem
}

// String names the row and its problems.
func (b BadPayment) String() string { return b.row() + ": " + b.problems() }

// row names the row, but neither its payer nor its amount: it stands in logs.
func (b BadPayment) row() string {
	text := fmt.Sprintf("payment %d of video %d (%q at %s, method %q", b.PaymentID, b.VideoID, b.Status, time.UnixMilli(b.PaidAt).UTC().Format(time.RFC3339Nano), b.Method)
	if b.RefundOf != 0 {
		text += fmt.Sprintf(", refund of %d", b.RefundOf)
	}
	return text + ")"
}

func (b BadPayment) problems() string {
	problems := make([]string, len(b.Problems))
	for i, problem := range b.Problems {
		problems[i] = string(problem)
	}
	return strings.Join(problems, ", ")
}

// badPaymentsNamed is how many bad rows an error names (R15).
const badPaymentsNamed = 20

// BadPayments counts bad rows and keeps the first ones, so that any number of them
// takes the same memory.
type BadPayments struct {
	rows  int64
	named []BadPayment
}

// Add takes a bad row in.
func (b *BadPayments) Add(bad BadPayment) {
	b.rows++
	if len(b.named) < badPaymentsNamed {
		b.named = append(b.named, bad)
	}
}

// Err is an [ErrBadPayments] of the day that names the first rows, and nil when
// there are none. Problems stand before the rows that have them, so that a text that
// is cut still says what is wrong.
func (b *BadPayments) Err(day Day) error {
	if b.rows == 0 {
		return nil
	}
	text := fmt.Sprintf("%s has %s that cannot be settled: ", day, Count(b.rows, "payment row"))
	for i, bad := range b.named {
		switch problems := bad.problems(); {
		case i == 0:
			text += problems + ": "
		case b.named[i-1].problems() == problems:
			text += ", "
		default:
			text += "; " + problems + ": "
		}
		text += bad.row()
	}
	if more := b.rows - int64(len(b.named)); more > 0 {
		text += fmt.Sprintf("; and %s more", Number(more))
	}
	return Errorf(ErrBadPayments, DailyPeriod(day), "%s", text)
}
