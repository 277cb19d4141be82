package settlement

import "cmp"

// PaymentStatus is what a row of the log says of its payment (R13).
type PaymentStatus string

// The statuses of a row. What becomes of a payment later is a further row.
const (
	PaymentCompleted PaymentStatus = "completed" // paid or, with RefundOf, given back
	PaymentPending   PaymentStatus = "pending"
	PaymentCancelled PaymentStatus = "cancelled"
)

// MaxPayment is the greatest amount of a row: up to it, every whole number is
// exact also in JSON and in spreadsheets.
const MaxPayment Won = 1 << 53

// Payment is one row of the log of payments. Rows of a day with the same video,
// payment id, paid_at and status are one row.
type Payment struct {
	VideoID   int64
	PaymentID int64 // of a refund: its own
	PaidAt    int64 // milliseconds since 1970-01-01 UTC
	Status    PaymentStatus
	PayerID   int64 // or [Anonymous]
	Amount    Won   // from 1 to [MaxPayment], of a refund what is given back
	Method    string
	RefundOf  int64 // the id of the payment that is given back; 0: the row is no refund
}

// Follows tells whether the row comes after the other one in key order: by video,
// payment id, paid_at and status.
func (p *Payment) Follows(other *Payment) bool {
	switch {
	case p.VideoID != other.VideoID:
		return p.VideoID > other.VideoID
	case p.PaymentID != other.PaymentID:
		return p.PaymentID > other.PaymentID
	case p.PaidAt != other.PaidAt:
		return p.PaidAt > other.PaidAt
	default:
		return p.Status > other.Status
	}
}

// Problems are what is wrong with the row by itself, all of it: nobody can tell
// what it means, and it keeps its day from closing.
func (p *Payment) Problems() (problems []PaymentProblem) {
	if p.PaymentID < 1 {
		problems = append(problems, PaymentWithoutID)
	}
	switch p.Status {
	case PaymentCompleted, PaymentPending, PaymentCancelled:
	default:
		problems = append(problems, PaymentOfUnknownStatus)
	}
	if p.Amount < 1 {
		problems = append(problems, PaymentTooSmall)
	}
	if p.Amount > MaxPayment {
		problems = append(problems, PaymentTooLarge)
	}
	if p.RefundOf != 0 && p.RefundOf == p.PaymentID {
		problems = append(problems, RefundOfItself)
	}
	return problems
}

// DuePayment is a row that a day has to judge: one of its own, or a late one that
// it posts (R16).
type DuePayment struct {
	Payment
	Late bool
}

// Compare is the order in which a day settles completed rows: its own ones first,
// then by paid_at and payment id. Of the rows of one payment the first one is
// settled, with the smallest video id at the same paid_at (R13).
func (p DuePayment) Compare(other DuePayment) int {
	if p.Late != other.Late {
		if other.Late {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(p.PaidAt, other.PaidAt), cmp.Compare(p.PaymentID, other.PaymentID), cmp.Compare(p.VideoID, other.VideoID))
}
