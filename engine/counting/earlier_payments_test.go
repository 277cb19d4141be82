package counting_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/internal/dbtest"
	"creatorpay/settlement"
)

// settledEarlier stores a payment by card of the day before the first one, of which
// an earlier system has given back a part.
func (b *bundle) settledEarlier(video, id int64, amount, refunded settlement.Won) (refused []db.Refusal) {
	b.Helper()
	_, refused, err := b.DB.PutEarlierPayments(b.Context(), []daylog.KeptPayment{{
		PaymentID: id, VideoID: video, PaidOn: day - 1, PaidAt: b.Calendar.Start(day - 1).UTC(), Amount: amount, Method: "card", Refunded: refunded,
	}})
	require.NoError(b, err)
	return refused
}

func TestR14_RefundsOfAnEarlierPaymentGoOnFromWhatWasGivenBack(t *testing.T) {
	b := setup(t, 1)
	require.Empty(t, b.settledEarlier(1, 7, 10_000, 2_500))
	b.Pay(
		refundOf(b.Payment(day, 1, 8, 3_000, 0), 7),
		refundOf(b.Payment(day, 1, 9, 1_999, time.Hour), 7),
		refundOf(b.Payment(day+1, 1, 10, 2_501, 0), 7),
		refundOf(b.Payment(day+2, 1, 11, 1, 0), 7),
	)

	b.CloseDay(day)
	b.CloseDay(day + 1)

	require.Equal(t, map[int64]settlement.PaymentFigures{1: {Refunds: 2, Gross: -4_999, Fee: -199, Net: -4_800}}, b.paymentLines(day), "299 of 400 after 7,499, less 100")
	require.Equal(t, map[int64]settlement.PaymentFigures{1: {Refunds: 1, Gross: -2_501, Fee: -101, Net: -2_400}}, b.paymentLines(day+1))
	require.ErrorContains(t, b.close(day+2), string(settlement.RefundBeyondPaid))
}

func TestR15_ARefundOfAnEarlierPaymentOfAnotherVideoIsNamed(t *testing.T) {
	b := setup(t, 1, 2)
	require.Empty(t, b.settledEarlier(2, 7, 10_000, 0))
	b.Pay(refundOf(b.Payment(day, 1, 8, 1, 0), 7))

	require.ErrorContains(t, b.close(day), string(settlement.RefundOfOtherVideo))
}

func TestR13_ACompletedRowOfAnEarlierPaymentIsARepeat(t *testing.T) {
	b := setup(t, 1, 2, 3)
	require.Empty(t, b.settledEarlier(1, 7, 10_000, 0))
	b.Pay(
		b.Payment(day, 1, 7, 10_000, 0),
		b.Payment(day, 2, 7, 10_000, time.Hour),
		b.Payment(day, 1, 6, 1_000, 0), b.Payment(day, 1, 8, 1_000, 0),
		b.Payment(day+1, 3, 7, 10_000, 0),
	)

	b.CloseDay(day, 2)
	b.CloseDay(day + 1)

	require.Equal(t, map[int64]settlement.PaymentFigures{
		1: {Payments: 2, Repeats: 1, Gross: 2_000, Fee: 260, Net: 1_740},
		2: {Repeats: 1},
	}, b.paymentLines(day))
	require.Equal(t, map[int64]settlement.PaymentFigures{3: {Repeats: 1}}, b.paymentLines(day+1))
}

func TestR13_WhatADayHereHasSettledIsNoEarlierPayment(t *testing.T) {
	b := setup(t, 1)
	b.Pay(b.Payment(day, 1, 7, 10_000, 0), refundOf(b.Payment(day, 1, 8, 1, 0), 7))
	b.CloseDay(day)
	b.Pay(b.Payment(day, 1, 9, 10_000, 0)) // late
	b.CloseDay(day + 1)
	for _, id := range []int64{7, 8, 9} {
		refused := b.settledEarlier(1, id, 10_000, 0)
		require.Len(t, refused, 1, id)
		require.Equal(t, "payment_id", refused[0].Column)
		require.Contains(t, refused[0].Reason, "a day that was counted here has a completed row of this payment")
	}
	require.Empty(t, b.settledEarlier(1, 10, 10_000, 0), "another one")
}

func TestR13_APaymentThatWasCountedIsCountedAgainOnceItIsAnEarlierOne(t *testing.T) {
	b := setup(t, 1, 2, 3)
	b.Pay(
		b.Payment(day, 1, 7, 10_000, 0), b.Payment(day, 1, 8, 1_000, 0),
		b.Payment(day, 2, 9, 1_000, 0),
		refundOf(b.Payment(day, 3, 10, 1, 0), 404),
	)
	_, err := dbtest.CloseDay(t.Context(), b.DB, day, 2, 3)
	require.ErrorContains(t, err, string(settlement.RefundOfUnknown))
	b.Exec(`UPDATE runs SET state = ?`, settlement.Failed)
	b.Exec(`DELETE FROM payments WHERE payment_id IN (7, 10)`)
	b.Pay(b.Payment(day, 3, 11, 1_000, 0), b.Payment(day, 2, 12, 1_000, 0)) // for video 2 one more than it had, for all as many

	require.Empty(t, b.settledEarlier(1, 7, 10_000, 0))

	require.NoError(t, b.close(day))
	require.Equal(t, map[int64]settlement.PaymentFigures{
		1: {Payments: 1, Gross: 1_000, Fee: 130, Net: 870},
		2: {Payments: 2, Gross: 2_000, Fee: 260, Net: 1_740},
		3: {Payments: 1, Gross: 1_000, Fee: 130, Net: 870},
	}, b.paymentLines(day))
}
