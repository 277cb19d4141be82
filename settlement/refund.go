package settlement

import "slices"

// PaidPayment is what is known of a payment that is given back: the row of its id
// that an earlier day settled or the same one settles (R13).
type PaidPayment struct {
	PaymentID    int64
	VideoID      int64
	Amount       Won
	Fee          Won   // see [FeeRule.Fee], of the payment's own day
	KeptAtRefund bool  // of the same rule
	FeeRule      int64 // its version
	IsRefund     bool  // the row is a refund, of which nothing can be given back
	Given        Won   // how much of Amount earlier days gave back
}

// Refund is what a row gives back of a payment: the won above GivenFrom, up to and
// including GivenTo, which are its amount.
type Refund struct {
	DuePayment
	Paid      Won   `db:"paid"` // the payment's amount
	Fee       Won   `db:"fee"`  // of the payment
	FeeRule   int64 // see [PaidPayment]
	GivenFrom Won   `db:"given_from"` // what had been given back of the payment before
	GivenTo   Won   `db:"given_to"`   // and with this row, at most Paid
	FeeBack   Won   `db:"fee_back"`   // what it gives back of the fee
}

// SettleRefunds gives back what a day's rows with the verdict [PaymentRefunds] say,
// in the order of [DuePayment.Compare] (R14). The payments are those of their ids
// that are known. The rows of one payment must be given together, those of several
// payments may be. A row that cannot be settled is bad, and changes nothing for
// those that come after it (R15).
func SettleRefunds(rows []DuePayment, payments []PaidPayment) (refunds []Refund, bad []BadPayment) {
	known := make(map[int64]*PaidPayment, len(payments))
	for _, paid := range payments {
		known[paid.PaymentID] = &paid
	}
	for _, row := range slices.SortedFunc(slices.Values(rows), DuePayment.Compare) {
		paid := known[row.RefundOf]
		if problem := paid.problemOf(row); problem != "" {
			bad = append(bad, BadPayment{Payment: row.Payment, Problems: []PaymentProblem{problem}})
			continue
		}
		refunds = append(refunds, paid.refund(row))
	}
	return refunds, bad
}

// problemOf is why the row cannot give back its amount of the payment, which is nil
// if it is not known; empty if it can.
func (p *PaidPayment) problemOf(row DuePayment) PaymentProblem {
	switch {
	case p == nil:
		return RefundOfUnknown
	case p.IsRefund:
		return RefundOfRefund
	case row.VideoID != p.VideoID:
		return RefundOfOtherVideo
	case row.Amount > p.Amount-p.Given:
		return RefundBeyondPaid
	default:
		return ""
	}
}

// refund gives back the row's amount.
func (p *PaidPayment) refund(row DuePayment) Refund {
	refund := Refund{DuePayment: row, Paid: p.Amount, Fee: p.Fee, FeeRule: p.FeeRule, GivenFrom: p.Given, GivenTo: p.Given + row.Amount}
	refund.FeeBack = p.feeBack(refund.GivenTo) - p.feeBack(refund.GivenFrom)
	p.Given = refund.GivenTo
	return refund
}

// feeBack is how much of the fee has been given back once so much of the amount
// has, in all (R14).
func (p *PaidPayment) feeBack(given Won) Won {
	if p.KeptAtRefund {
		return 0
	}
	back, _ := uint128{}.plus(uint64(p.Fee), uint64(given)).over(uint64(p.Amount)) // at most the fee
	return Won(back)
}
