package db

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// openPostingPayment has Tuesday post payment 2 of Monday, which closed with another
// one, and planned in one chunk.
func openPostingPayment(t *testing.T) (*DB, Chunk) {
	t.Helper()
	db := openPostingPayments(t, paidRow(monday, 1, 2))
	return db, plan(t, db, monday+1)[0]
}

// openPostingPayments has Tuesday post late payments of Monday, which closed with
// payment 1.
func openPostingPayments(t *testing.T, late ...daylog.Payment) *DB {
	t.Helper()
	db := openMigrated(t)
	putVideos(t, db, 1, 2)
	addPartitions(t, db, monday, monday+1)
	pay(t, db, paidRow(monday, 1, 1))
	begin(t, db, monday)
	chunk := plan(t, db, monday)[0]
	require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, settledRows(monday, 1), 1))
	require.Empty(t, recount(t, db, monday))
	settle(t, db, monday, chunk)
	_, err := db.CloseDay(t.Context(), monday, me)
	require.NoError(t, err)
	pay(t, db, late...)
	collectLate(t, db, monday+1)
	return db
}

// collectAgain are the amounts by payment id that the chunk posts after it has
// collected them again.
func collectAgain(t *testing.T, db *DB, chunk Chunk) map[int64]settlement.Won {
	t.Helper()
	_, err := db.CollectPaymentsAgain(t.Context(), monday+1, me, &chunk)
	require.NoError(t, err)
	late, err := db.Payments.Posted(t.Context(), monday+1, chunk.Range)
	require.NoError(t, err)
	amounts := map[int64]settlement.Won{}
	for _, row := range late {
		amounts[row.PaymentID] = row.Amount
	}
	return amounts
}

func TestCollectPaymentsAgain_RowsThatAnotherChunkLostKeepNoneBack(t *testing.T) {
	db := openPostingPayments(t, paidRow(monday, 1, 2), paidRow(monday, 1, 3), paidRow(monday, 2, 4))
	chunks := plan(t, db, monday+1, 2)
	exec(t, db, `UPDATE payments SET amount = 7 WHERE payment_id = 3`)
	exec(t, db, `DELETE FROM payments WHERE payment_id = 4`)

	require.Equal(t, map[int64]settlement.Won{2: 10_000, 3: 7}, collectAgain(t, db, chunks[0]))
	require.Empty(t, collectAgain(t, db, chunks[1]))
}

func TestCollectPaymentsAgain_PostsWhatCameSince(t *testing.T) {
	db, chunk := openPostingPayment(t)
	pay(t, db, paidRow(monday, 1, 3))

	require.Equal(t, map[int64]settlement.Won{2: 10_000, 3: 10_000}, collectAgain(t, db, chunk))
}

func TestCollectPaymentsAgain_LeavesADayAloneThatLostItsEpochs(t *testing.T) {
	db, chunk := openPostingPayment(t)
	exec(t, db, `UPDATE payments SET epoch = (SELECT late_from FROM (SELECT MAX(epoch) AS late_from FROM payments) p)`)

	require.Equal(t, map[int64]settlement.Won{2: 10_000}, collectAgain(t, db, chunk))
}

func TestCollectPaymentsAgain_TakesBackWhatIsGoneFromADayThatLostOtherRows(t *testing.T) {
	db, chunk := openPostingPayment(t)
	exec(t, db, `DELETE FROM payments`)

	require.Empty(t, collectAgain(t, db, chunk))
}

func TestR12_OnlyTheHolderCollectsAgain(t *testing.T) {
	db, chunk := openPostingPayment(t)

	_, err := db.CollectPaymentsAgain(t.Context(), monday+1, stranger, &chunk)

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

	changed, err := db.CollectPaymentsAgain(t.Context(), monday+1, me, &chunk)

	require.ErrorContains(t, err, "chunk 1 was counted or collected for by another attempt meanwhile")
	require.False(t, changed)
	require.Equal(t, 1, read[int](t, db, `SELECT COUNT(*) FROM late_payments`))
}

// settledLate is a count that settles the late payment of [openPostingPayment].
func settledLate(t *testing.T, db *DB) Count {
	t.Helper()
	late, err := db.Payments.Posted(t.Context(), monday+1, allVideos)
	require.NoError(t, err)
	late[0].Verdict = settlement.PaymentSettles
	count := settledRows(monday+1, 1)
	count.Payments.Late = late
	return count
}

func TestCollectPaymentsAgain_VerdictsOfACountThatIsVoidHoldNothing(t *testing.T) {
	db, chunk := openPostingPayment(t)
	require.NoError(t, db.StoreCount(t.Context(), monday+1, me, chunk, settledLate(t, db), 1))
	exec(t, db, `UPDATE run_chunks SET state = 'planned' WHERE starts_on = ?`, monday+1)
	exec(t, db, `DELETE FROM payments WHERE payment_id = 2`)

	require.Empty(t, collectAgain(t, db, chunksOf(t, db, monday+1)[0]))
}

// It may lack what is posted now: the day could never close.
func TestCollectPaymentsAgain_OfACountThatHadBegunElsewhereNothingIsStored(t *testing.T) {
	db, chunk := openPostingPayment(t)
	elsewhere := chunk
	pay(t, db, paidRow(monday, 1, 3))
	require.Len(t, collectAgain(t, db, chunk), 2)

	require.NoError(t, db.StoreCount(t.Context(), monday+1, me, elsewhere, settledRows(monday+1, 1), 1))

	require.Equal(t, settlement.ChunkPlanned, chunksOf(t, db, monday+1)[0].State)
}

func TestCollectPaymentsAgain_TheCountThatAskedForItGoesOn(t *testing.T) {
	db, chunk := openPostingPayment(t)
	_, err := db.CollectPaymentsAgain(t.Context(), monday+1, me, &chunk)
	require.NoError(t, err)

	require.NoError(t, db.StoreCount(t.Context(), monday+1, me, chunk, settledRows(monday+1, 1), 1))

	require.Equal(t, settlement.ChunkCounted, chunksOf(t, db, monday+1)[0].State)
}

func TestCollectPaymentsAgain_ACountForWhichOthersHaveCollectedSinceLeavesThemAlone(t *testing.T) {
	db, chunk := openPostingPayment(t)
	late := chunk
	require.Len(t, collectAgain(t, db, chunk), 1)
	pay(t, db, paidRow(monday, 1, 3))

	_, err := db.CollectPaymentsAgain(t.Context(), monday+1, me, &late)

	require.ErrorContains(t, err, "by another attempt meanwhile")
	require.Equal(t, 1, read[int](t, db, `SELECT COUNT(*) FROM late_payments`))
}
