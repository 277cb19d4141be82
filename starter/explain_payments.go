package main

import (
	"fmt"
	"time"

	"creatorpay/engine/counting"
	"creatorpay/engine/explain"
	"creatorpay/settlement"
)

// paymentsText shows what became of the video's payments: their figures, what of
// them came late, and what each refund gave back.
func (e explained) paymentsText() string {
	out := newTable("Payments, late ones among them", "")
	rightAligned(out, 2)
	for _, figure := range e.Payments.Figures() {
		value := settlement.Number(figure.Value)
		if figure.IsWon {
			value = figure.String()
		}
		out.AppendRow([]any{figure.Name, value})
	}
	text := rendered(out)
	if len(e.Payments.Late) > 0 {
		text += "\n" + latePaymentsText(e.Payments.Late)
	}
	if len(e.Payments.Settled) > 0 {
		text += "\n" + refundsText(e.Payments.Settled)
	}
	if more := e.Payments.Refunds - int64(len(e.Payments.Settled)); more > 0 {
		text += fmt.Sprintf("and %s\n", settlement.Count(more, "more refund"))
	}
	return text
}

func latePaymentsText(late []explain.LatePayments) string {
	out := newTable("Late rows of", "Payments", "Refunds", "Left out", "Gross", "Fee", "Net")
	rightAligned(out, 2, 3, 4, 5, 6, 7)
	for _, of := range late {
		out.AppendRow([]any{
			of.PaidOn, settlement.Number(of.Payments), settlement.Number(of.Refunds),
			settlement.Number(of.Pending + of.Cancelled + of.Repeats), of.Gross, of.Fee, of.Net,
		})
	}
	return rendered(out)
}

func refundsText(refunds []explain.Refund) string {
	out := newTable("Refund", "At", "Of payment", "Paid", "Its fee", "Given back from", "To", "Of the fee")
	rightAligned(out, 1, 3, 4, 5, 6, 7, 8)
	for _, refund := range refunds {
		out.AppendRow([]any{
			refund.PaymentID, refund.PaidAt.Format(time.RFC3339Nano), refund.RefundOf, refund.Paid, refund.PaidFee,
			refund.GivenFrom, refund.GivenTo, refund.FeeBack,
		})
	}
	return rendered(out)
}

func feeRuleText(rule explain.FeeRule) string {
	refund := "a refund gives back its part of the fee"
	if rule.KeptAtRefund {
		refund = "a refund gives back nothing of the fee"
	}
	return fmt.Sprintf("fees: version %d, which holds from %s: %s; %s\n", rule.Version, rule.HoldsFrom, rule.Methods, refund)
}

// feeSharesText shows what the payments in the log cost, and how one of each fee
// came to it.
func feeSharesText(shares []counting.FeeShare) string {
	out := newTable("Fees", "Each costs", "Payments", "Amount", "Fee", "Such as payment", "Of", "Exactly", "Costs")
	rightAligned(out, 1, 3, 4, 5, 6, 7, 8, 9)
	for _, share := range shares {
		out.AppendRow([]any{
			fmt.Sprintf("version %d", share.Version), share.MethodFee, settlement.Number(share.Payments), share.Amount, share.Cost,
			share.First.PaymentID, share.First.Amount, share.First.Exact, share.First.Cost,
		})
	}
	return filled(out)
}
