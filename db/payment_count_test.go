package db

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func TestStoreCount_ReplacesThePaymentsOfTheChunk(t *testing.T) {
	db := openPaid(t, 1, 2)
	chunk := plan(t, db, monday)[0]
	before := settledRows(monday, 1, 2)
	before.Payments.Refunds = []Refund{{
		PaymentID: 8, RefundOf: 1, VideoID: 1, SettledOn: monday, PaidOn: monday, PaidAt: seoul.Start(monday).UTC(), Paid: 100, PaidFee: 10, GivenTo: 50, FeeBack: 5,
	}}
	before.Payments.Adjustments = []PaymentAdjustment{{PostedOn: monday, PaidOn: monday - 1, VideoID: 2, CreatorID: creator, PaymentFigures: settlement.PaymentFigures{Pending: 1}}}
	require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, before, 1))
	exec(t, db, `UPDATE run_chunks SET state = 'planned'`)
	chunk = chunksOf(t, db, monday)[0]

	require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, settledRows(monday, 2), 1))

	lines, err := db.PaymentLines(t.Context(), monday, allVideos)
	require.NoError(t, err)
	require.Equal(t, []PaymentLine{sold(monday, 2)}, lines)
	for _, table := range []string{"payment_adjustments", "payment_refunds"} {
		require.Zero(t, read[int64](t, db, `SELECT COUNT(*) FROM `+table), table)
	}
	stored := chunksOf(t, db, monday)[0]
	require.Equal(t, sold(monday, 2).PaymentFigures, stored.PaymentFigures)
	require.Zero(t, stored.LatePayments)
	require.Equal(t, uint64(1<<64-1), stored.PaymentsChecksum)
	require.EqualValues(t, 2, *stored.LastPayment)
	require.Equal(t, monday, read[settlement.Day](t, db, `SELECT counted_from FROM videos WHERE video_id = 2`), "its creator is fixed")
}

// An attempt that its worker was too slow for may end after the check.
func TestR13_ACountFromBeforeTheCheckIsNotStoredAfterIt(t *testing.T) {
	db := openPaid(t, 1, 2)
	chunks := plan(t, db, monday, 2)
	for i, chunk := range chunks {
		require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, settledRows(monday, int64(i+1)), 1))
	}
	pay(t, db, paidRow(monday, 1, 2)) // from now on it is settled in video 1
	require.Equal(t, []int{1}, recount(t, db, monday))
	both := settledRows(monday, 1)
	both.Payments.IDs, both.Payments.Lines[0].Payments = []int64{1, 2}, 2
	require.NoError(t, db.StoreCount(t.Context(), monday, me, chunksOf(t, db, monday)[0], both, 1))
	require.Equal(t, []int{1, 2}, recount(t, db, monday))

	require.NoError(t, db.StoreCount(t.Context(), monday, me, chunks[1], settledRows(monday, 2), 1))

	require.Equal(t, settlement.ChunkPlanned, chunksOf(t, db, monday)[1].State, "it is counted again")
}

func TestCheckVideosKnown_NamesVideosOfPayments(t *testing.T) {
	db := openPaid(t)
	pay(t, db, paidRow(monday, 404, 1), paidRow(monday, 404, 2))
	chunk := plan(t, db, monday)[0]
	require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, Count{Payments: &PaymentCount{UnknownRows: 2}}, 1))

	_, err := db.CheckVideosKnown(t.Context(), monday)

	require.ErrorIs(t, err, settlement.ErrUnknownVideos)
	require.ErrorContains(t, err, "404 (2 payment rows)")
	putVideos(t, db, 404)
	again, err := db.CheckVideosKnown(t.Context(), monday)
	require.NoError(t, err)
	require.Equal(t, []int{1}, again)
}
