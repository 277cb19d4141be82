package counting

import (
	"context"
	"slices"
	"time"

	"creatorpay/db"
	"creatorpay/settlement"
)

// settleRefunds looks up what the rows refund and counts them, but for bad ones, which
// it notes. Refunds are few: each payment is found by its id.
func (t *paymentTally) settleRefunds(ctx context.Context, database *db.DB, run db.Run) error {
	// What a bad payment cost is not known, and neither is what its refund gives back.
	slices.Sort(t.badIDs)
	t.refunds = slices.DeleteFunc(t.refunds, func(refund dueRefund) bool {
		_, found := slices.BinarySearch(t.badIDs, refund.RefundOf)
		return found
	})
	if len(t.refunds) == 0 {
		return nil
	}
	due := make([]settlement.DuePayment, len(t.refunds))
	paidOn := make(map[settlement.DuePayment]settlement.Day, len(t.refunds))
	for i, refund := range t.refunds {
		due[i], paidOn[refund.DuePayment] = refund.DuePayment, refund.paidOn
	}
	payments, err := t.payments(ctx, database, run)
	if err != nil {
		return err
	}
	settled, bad := settlement.SettleRefunds(due, payments)
	for _, row := range bad {
		t.bad.Add(row)
	}
	for _, refund := range settled {
		own := paidOn[refund.DuePayment]
		if err := t.take(t.lineOf(refund.VideoID), own, settlement.PaymentRefunds, refund.Amount, refund.FeeBack); err != nil {
			return err
		}
		t.count.Refunds = append(t.count.Refunds, db.Refund{
			PaymentID: refund.PaymentID, RefundOf: refund.RefundOf, VideoID: refund.VideoID,
			SettledOn: t.day, PaidOn: own, PaidAt: time.UnixMilli(refund.PaidAt).UTC(),
			Paid: refund.Paid, PaidFee: refund.Fee, FeeRule: refund.FeeRule, GivenFrom: refund.GivenFrom, GivenTo: refund.GivenTo, FeeBack: refund.FeeBack,
		})
	}
	return nil
}

// payments are those that the refunds give back, as far as they are known.
func (t *paymentTally) payments(ctx context.Context, database *db.DB, run db.Run) (paid []settlement.PaidPayment, err error) {
	videos := make(map[int64]int64, len(t.refunds)) // of refunds, by what they refund
	ids := make([]int64, len(t.refunds))
	for i, refund := range t.refunds {
		ids[i], videos[refund.RefundOf] = refund.RefundOf, refund.VideoID
	}
	slices.Sort(ids)
	found, given, err := database.PaymentsToRefund(ctx, run, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	for id, row := range found {
		payment := settlement.PaidPayment{PaymentID: id, VideoID: row.VideoID, Amount: row.Amount, IsRefund: row.RefundOf.V != 0, Given: given[id]}
		// Nothing is given back of another video's payment: it may be a bad one.
		if !payment.IsRefund && videos[id] == row.VideoID {
			if err := addFees(ctx, database, t.fees, []settlement.Day{row.PaidOn}); err != nil {
				return nil, err
			}
			rule := t.fees[row.PaidOn]
			if payment.Fee, err = rule.Fee(row.Method, row.Amount); err != nil {
				return nil, err
			}
			payment.KeptAtRefund, payment.FeeRule = rule.KeptAtRefund, rule.Version
		}
		paid = append(paid, payment)
	}
	return paid, nil
}
