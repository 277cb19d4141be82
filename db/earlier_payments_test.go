package db

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// putEarlier stores a payment that an earlier system settled on the day.
func putEarlier(t *testing.T, db *DB, id int64, day settlement.Day) {
	t.Helper()
	_, refused, err := db.PutEarlierPayments(t.Context(), []daylog.KeptPayment{{
		PaymentID: id, VideoID: 1, PaidOn: day, PaidAt: seoul.Start(day).UTC(), Amount: 100, Method: "card",
	}})
	require.NoError(t, err)
	require.Empty(t, refused)
}

func TestBeginDay_OfTheFirstDayIsRefusedWhileEarlierPaymentsReachIntoIt(t *testing.T) {
	db := openWithRoom(t)
	putEarlier(t, db, 7, monday)
	putEarlier(t, db, 9, monday+1)
	putEarlier(t, db, 8, monday+2)

	err := beginError(t, db, monday+1)

	require.ErrorIs(t, err, settlement.ErrInvalid)
	require.ErrorContains(t, err, "2024-05-07 is to be the first day that is settled here, but earlier payments of it or of later days were imported, such as 8, 9:")
	begin(t, db, monday+3)
}

// It did not know of the payment, and would settle it again.
func TestPutEarlierPayments_OfACountThatHadBegunNothingIsStored(t *testing.T) {
	db := openWithRoom(t)
	putVideos(t, db, 1)
	chunk := plan(t, db, monday)[0]
	require.NoError(t, db.Fail(t.Context(), settlement.DailyPeriod(monday), me, "a refund has no payment"))
	putEarlier(t, db, 7, monday-1)

	require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, settledRows(monday, 7), 1))

	require.Equal(t, settlement.ChunkPlanned, chunksOf(t, db, monday)[0].State)
}
