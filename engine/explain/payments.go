package explain

import (
	"time"

	"creatorpay/db"
	"creatorpay/settlement"
)

// Payments are what became of a video's rows of payments on one day, its own and the late ones that it posted.
type Payments struct {
	settlement.PaymentFigures
	FeeRule FeeRule        `json:"fee_rule" doc:"The version of the fees of the day's own payments; a late one has that of its own day."`
	Late    []LatePayments `json:"late" nullable:"false" doc:"What of the figures is of late rows, by their own, closed day."`
	Settled []Refund       `json:"settled_refunds" nullable:"false" doc:"The refunds, in the order of their own times: the first 1,000 where there are more."`
}

// FeeRule is one version of the fees: a [settlement.FeeRule] as readers are given it. Its methods are those by which payments could be
// settled until then: it may get fees for further ones.
type FeeRule struct {
	Version      int64                 `json:"version"`
	HoldsFrom    settlement.Day        `json:"holds_from" format:"date" doc:"First day whose payments have these fees."`
	Methods      settlement.MethodFees `json:"methods" nullable:"false" doc:"The fees by method of payment."`
	KeptAtRefund bool                  `json:"kept_at_refund" doc:"Whether refunds give back nothing of the fee; else their part of it."`
}

// LatePayments are what the late rows of one closed day came to.
type LatePayments struct {
	PaidOn settlement.Day `json:"paid_on" format:"date" doc:"The closed day of the rows."`
	settlement.PaymentFigures
}

// Refund is what one refund gave back of its payment: the won above GivenFrom, up to and including GivenTo.
type Refund struct {
	PaymentID int64          `json:"payment_id" doc:"Of the refund itself."`
	RefundOf  int64          `json:"refund_of" doc:"The payment that it gives back."`
	PaidOn    settlement.Day `json:"paid_on" format:"date" doc:"The refund's own day, an earlier one if it came late."`
	PaidAt    time.Time      `json:"paid_at" doc:"When it was given back, in UTC."`
	Amount    settlement.Won `json:"amount" doc:"What it gave back, in whole won."`
	Paid      settlement.Won `json:"paid" doc:"The payment's amount, in whole won."`
	PaidFee   settlement.Won `json:"paid_fee" doc:"The payment's fee, in whole won."`
	GivenFrom settlement.Won `json:"given_from" doc:"What had been given back of the payment before, in whole won."`
	GivenTo   settlement.Won `json:"given_to" doc:"And with this refund."`
	FeeRule   int64          `json:"fee_rule" doc:"The version of the fees by which the payment has its fee."`
	FeeBack   settlement.Won `json:"fee_back" doc:"What it gave back of the fee, in whole won: fee x given_to / paid, cut, less the same of given_from; 0 if fees are kept."`
}

// refundsShown bounds the length of an explanation.
const refundsShown = 1000

// payments explain the line of a day that has one.
func (d Day) payments() *Payments {
	explained := &Payments{
		PaymentFigures: d.Payments.PaymentFigures,
		FeeRule:        FeeRule(d.FeeRule),
		Late:           make([]LatePayments, len(d.LatePayments)),
		Settled:        make([]Refund, len(d.Refunds)),
	}
	for i, late := range d.LatePayments {
		explained.Late[i] = LatePayments{late.PaidOn, late.PaymentFigures}
	}
	for i, refund := range d.Refunds {
		explained.Settled[i] = refundOf(refund)
	}
	return explained
}

func refundOf(refund db.Refund) Refund {
	return Refund{
		PaymentID: refund.PaymentID, RefundOf: refund.RefundOf, PaidOn: refund.PaidOn, PaidAt: refund.PaidAt,
		Amount: refund.GivenTo - refund.GivenFrom, Paid: refund.Paid, PaidFee: refund.PaidFee,
		GivenFrom: refund.GivenFrom, GivenTo: refund.GivenTo, FeeRule: refund.FeeRule, FeeBack: refund.FeeBack,
	}
}
