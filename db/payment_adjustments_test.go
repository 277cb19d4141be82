package db

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

// latePayment is a payment of 10,000 won that came late.
func latePayment(posted, paid settlement.Day, creator, video int64) PaymentAdjustment {
	return PaymentAdjustment{PostedOn: posted, PaidOn: paid, VideoID: video, CreatorID: creator, PaymentFigures: sold(paid, video).PaymentFigures}
}

func TestPaymentAdjustments_OfAPeriodAreThoseThatItsDaysPosted(t *testing.T) {
	db := openMigrated(t)
	before, after := latePayment(monday-1, monday-3, 1, 1), latePayment(monday+7, monday, 1, 1)
	own := []PaymentAdjustment{
		latePayment(monday, monday-2, 1, 2), latePayment(monday, monday-1, 1, 2), latePayment(monday+6, monday-4, 1, 2),
		latePayment(monday, monday-1, 1, 3), latePayment(monday, monday-1, 2, 1), latePayment(monday+6, monday, 3, 9),
	}
	postPayments(t, db, before, after, own[5], own[2], own[1], own[4], own[0], own[3])

	for _, test := range []struct {
		period   settlement.Period
		creators settlement.Creators
		want     []PaymentAdjustment
	}{
		{week, settlement.AllCreators, own},
		{week, settlement.Creators{First: 2, Last: 3}, own[4:]},
		{settlement.DailyPeriod(monday), settlement.Creators{First: 1, Last: 1}, []PaymentAdjustment{own[0], own[1], own[3]}},
		{settlement.DailyPeriod(monday + 1), settlement.AllCreators, nil},
	} {
		found, err := db.PaymentAdjustments(t.Context(), test.period, Lines{Creators: test.creators})
		require.NoError(t, err)
		require.Equal(t, test.want, found, "%s %v", test.period, test.creators)
	}
}
