package counting_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/engine/counting"
	"creatorpay/internal/dbtest"
	"creatorpay/settlement"
)

func TestFeeShares_AreThePaymentsOfEachFeeWithoutRepeatsAndRefunds(t *testing.T) {
	b := setup(t, 1, 2)
	transfer := b.Payment(day, 1, 10, 3_333, 0)
	transfer.Method = "transfer"
	b.Pay(
		b.Payment(day, 1, 7, 10_000, time.Hour),
		b.Payment(day, 1, 7, 9_000, 2*time.Hour),
		refundOf(b.Payment(day, 1, 9, 5_000, 3*time.Hour), 7),
		b.Payment(day, 1, 8, 1_017, time.Hour),
		transfer,
		b.Payment(day, 2, 11, 1_000, time.Hour),
	)
	b.CloseDay(day)
	run, err := b.DB.ClosedRun(t.Context(), settlement.DailyPeriod(day))
	require.NoError(t, err)

	shares, err := counting.FeeShares(t.Context(), b.DB, run, db.Owner{VideoID: 1, CreatorID: dbtest.Viewer + 1})

	require.NoError(t, err)
	require.Equal(t, []counting.FeeShare{
		{
			Version: 1, MethodFee: settlement.MethodFee{Method: "card", BasisPoints: 300, Fixed: 100}, Payments: 2, Amount: 11_017, Cost: 531,
			First: counting.FirstPayment{PaymentID: 7, Amount: 10_000, Exact: "400.0000", Cost: 400},
		},
		{
			Version: 1, MethodFee: settlement.MethodFee{Method: "transfer", BasisPoints: 150, Fixed: 200}, Payments: 1, Amount: 3_333, Cost: 250,
			First: counting.FirstPayment{PaymentID: 10, Amount: 3_333, Exact: "249.9950", Cost: 250},
		},
	}, shares)
}
