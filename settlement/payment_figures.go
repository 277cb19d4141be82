package settlement

import "errors"

// PaymentFigures are the payments of one video, or of many, in one period. Gross
// is always Fee + Net (R15). More may be given back than was paid: then they are
// negative, and shown so (R16).
type PaymentFigures struct {
	Payments  int64 `db:"payments" json:"payments"`   // settled ones
	Refunds   int64 `db:"refunds" json:"refunds"`     // settled ones
	Pending   int64 `db:"pending" json:"pending"`     // left out
	Cancelled int64 `db:"cancelled" json:"cancelled"` // left out
	Repeats   int64 `db:"repeats" json:"repeats"`     // further completed rows of a payment or refund, left out
	Gross     Won   `db:"gross" json:"gross"`         // paid less given back
	Fee       Won   `db:"fee" json:"fee"`             // of the payments less what refunds give back of fees
	Net       Won   `db:"net" json:"net"`             // for the creator
}

// Rows is how many rows of the log the figures stand for (R15).
func (f PaymentFigures) Rows() int64 {
	return f.Payments + f.Refunds + f.Pending + f.Cancelled + f.Repeats
}

// Count adds a judged row of an amount from 1 to 2^53. The fee is what a settled
// payment costs, or what a refund gives back of it, from 0 to the amount. It fails
// with [ErrOutOfRange], and leaves the figures as they were. It panics on a row
// that nobody has judged, or that is bad.
func (f *PaymentFigures) Count(verdict PaymentVerdict, amount, fee Won) error {
	switch verdict {
	case PaymentSettles:
		return f.Add(PaymentFigures{Payments: 1, Gross: amount, Fee: fee, Net: amount - fee})
	case PaymentRefunds:
		return f.Add(PaymentFigures{Refunds: 1, Gross: -amount, Fee: -fee, Net: fee - amount})
	case PaymentIsPending:
		return f.Add(PaymentFigures{Pending: 1})
	case PaymentIsCancelled:
		return f.Add(PaymentFigures{Cancelled: 1})
	case PaymentRepeats:
		return f.Add(PaymentFigures{Repeats: 1})
	default:
		panic("settlement: a row of payments is counted without a verdict")
	}
}

// Add adds the figures of another video or period. It fails with [ErrOutOfRange],
// and leaves the figures as they were.
func (f *PaymentFigures) Add(other PaymentFigures) error {
	sum := *f
	if err := errors.Join(
		AddTo(&sum.Payments, other.Payments),
		AddTo(&sum.Refunds, other.Refunds),
		AddTo(&sum.Pending, other.Pending),
		AddTo(&sum.Cancelled, other.Cancelled),
		AddTo(&sum.Repeats, other.Repeats),
		AddTo(&sum.Gross, other.Gross),
		AddTo(&sum.Fee, other.Fee),
		AddTo(&sum.Net, other.Net),
	); err != nil {
		return err
	}
	*f = sum
	return nil
}

// WithoutLeftOut are the figures of what was settled, and nothing of other rows.
func (f PaymentFigures) WithoutLeftOut() PaymentFigures {
	f.Pending, f.Cancelled, f.Repeats = 0, 0, 0
	return f
}

// Figures are all of them, in the order in which people read them.
func (f PaymentFigures) Figures() []Figure {
	return []Figure{
		{Name: "payments", Value: f.Payments},
		{Name: "refunds", Value: f.Refunds},
		{Name: "pending payments", Value: f.Pending},
		{Name: "cancelled payments", Value: f.Cancelled},
		{Name: "repeat payments", Value: f.Repeats},
		{Name: "payments gross", Value: int64(f.Gross), IsWon: true},
		{Name: "payments fee", Value: int64(f.Fee), IsWon: true},
		{Name: "payments net", Value: int64(f.Net), IsWon: true},
	}
}
