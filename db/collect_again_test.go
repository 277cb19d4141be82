package db

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// openPostingPayment has Tuesday post a payment of Monday, which closed with another
// one, and planned in one chunk.
func openPostingPayment(t *testing.T) (*DB, Chunk) {
	t.Helper()
	db := openMigrated(t)
	putVideos(t, db, 1)
	addPartitions(t, db, monday, monday+1)
	pay(t, db, paidRow(monday, 1, 1))
	begin(t, db, monday)
	chunk := plan(t, db, monday)[0]
	require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, settledRows(monday, 1), 1))
	settle(t, db, monday, chunk)
	_, err := db.CloseDay(t.Context(), monday, me)
	require.NoError(t, err)
	pay(t, db, paidRow(monday, 1, 2))
	collectLate(t, db, monday+1, 7)
	return db, plan(t, db, monday+1)[0]
}

func TestR12_OnlyTheHolderCollectsAgain(t *testing.T) {
	db, chunk := openPostingPayment(t)

	_, err := db.CollectPaymentsAgain(t.Context(), monday+1, stranger, 7, chunk)

	require.ErrorIs(t, err, settlement.ErrStale)
	require.Equal(t, 1, read[int](t, db, `SELECT COUNT(*) FROM late_payments`))
}

func TestCollectPaymentsAgain_LeavesACountedChunkAlone(t *testing.T) {
	db, chunk := openPostingPayment(t)
	late, err := db.Payments.Posted(t.Context(), monday+1, allVideos)
	require.NoError(t, err)
	require.Len(t, late, 1)
	count := settledRows(monday+1, 1)
	count.Payments.Late = []daylog.LatePayment{late[0]}
	require.NoError(t, db.StoreCount(t.Context(), monday+1, me, chunk, count, 1))
	exec(t, db, `DELETE FROM payments WHERE payment_id = 2`)

	changed, err := db.CollectPaymentsAgain(t.Context(), monday+1, me, 7, chunk)

	require.NoError(t, err)
	require.False(t, changed)
}
