package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/generate"
)

// What the contestants store of payments is what the product does: or their times
// would say nothing.
func TestContestantsSettlePaymentsAsTheProductDoes(t *testing.T) {
	r, books := newTestRig(t)
	const videos, today = 50, firstDay + 1
	_, err := generate.Run(t.Context(), r.db, generate.Options{From: firstDay, Days: 2, ViewsPerDay: 1, Videos: videos, Creators: 5, Seed: 1, Skew: generate.Natural}, nil)
	require.NoError(t, err)
	require.NoError(t, r.db.AddPaymentPartitions(t.Context(), firstDay, today))
	for day := firstDay; day <= today; day++ {
		require.NoError(t, r.fillPayments(t.Context(), day, 3000, videos, day == firstDay))
		totals := books.CloseDay(day)
		require.EqualValues(t, 3000, totals.PaymentFigures.Rows())
		require.Equal(t, []int64{2640, 90, 150, 90, 30}, []int64{totals.Payments, totals.Refunds, totals.Pending, totals.Cancelled, totals.Repeats})
	}

	for _, c := range r.own(true) {
		require.NoError(t, r.rehearse(t.Context(), today, c), c.name)
	}
}
