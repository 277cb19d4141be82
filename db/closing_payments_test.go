package db

import (
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func TestR15_ADayWithRowsThatNobodyCountedDoesNotClose(t *testing.T) {
	db := openPaid(t, 1, 2)
	chunk := plan(t, db, monday, 2)
	require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk[0], settledRows(monday, 1), 1))
	require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk[1], settledRows(monday), 1))
	for _, one := range chunk {
		settle(t, db, monday, one)
	}

	_, err := db.CloseDay(t.Context(), monday, me)

	require.ErrorIs(t, err, settlement.ErrRowsArrived)
	require.ErrorContains(t, err, "2024-05-06 has 2 payment rows, 1 counted")
	again, err := db.Recount(t.Context(), monday, me)
	require.NoError(t, err)
	require.Equal(t, []int{2}, again)
}

func TestR15_ADayWhoseRefundsAreNotThoseThatWereCountedDoesNotClose(t *testing.T) {
	db := openPaid(t, 1)
	chunk := plan(t, db, monday)[0]
	count := settledRows(monday, 1)
	count.Payments.Lines[0].PaymentFigures = settlement.PaymentFigures{Refunds: 1, Gross: -1, Net: -1}
	require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, count, 1))
	settle(t, db, monday, chunk)

	_, err := db.CloseDay(t.Context(), monday, me)

	require.ErrorIs(t, err, settlement.ErrLateRows)
	require.ErrorContains(t, err, "it settled 1 refund, 0 are stored")
}

func TestCloseDay_RaisesTheEpochOfPaymentsOnlyWhereTheDayHasSome(t *testing.T) {
	db := openPaid(t, 1)
	epoch := func() string {
		return read[string](t, db, `SELECT COALESCE(MAX(value), '') FROM settings WHERE name = 'payments_epoch'`)
	}
	chunk := plan(t, db, monday)[0]
	require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, settledRows(monday, 1), 1))
	require.Empty(t, recount(t, db, monday))
	settle(t, db, monday, chunk)
	_, err := db.CloseDay(t.Context(), monday, me)
	require.NoError(t, err)
	raised := epoch()
	require.NotEmpty(t, raised)
	run, err := db.ClosedRun(t.Context(), settlement.DailyPeriod(monday))
	require.NoError(t, err)
	require.True(t, run.HasPayments())

	closed(t, db, monday+1)

	require.Equal(t, raised, epoch())
	run, err = db.ClosedRun(t.Context(), settlement.DailyPeriod(monday+1))
	require.NoError(t, err)
	require.False(t, run.HasPayments(), "all that comes is late")
}

func TestCloseDay_RefusesTheOverflowOfOneCreator(t *testing.T) {
	const most = 1<<63 - 1
	db := openPaid(t, 1)
	require.NoError(t, db.PutCreators(t.Context(), []Creator{{ID: 2, Name: "Lee", Email: "lee@example.com", Locale: "ko"}}))
	refused, err := db.PutVideos(t.Context(), []Video{{ID: 3, CreatorID: 2, Title: "v"}})
	require.NoError(t, err)
	require.Empty(t, refused)
	chunk := plan(t, db, monday)[0]
	count := settledRows(monday, 1)
	count.Lines = []StatisticsLine{line(monday, 1, 1)}
	count.Payments.Lines = []PaymentLine{
		{Day: monday, VideoID: 1, CreatorID: creator, PaymentFigures: settlement.PaymentFigures{Payments: 1, Gross: most, Net: most}},
		{Day: monday, VideoID: 3, CreatorID: 2, PaymentFigures: settlement.PaymentFigures{Gross: -most, Net: -most}},
	}
	require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, count, 1))
	settle(t, db, monday, chunk)
	watch(t, db, view(monday, 1, 0))

	_, err = db.CloseDay(t.Context(), monday, me)

	require.ErrorIs(t, err, settlement.ErrOutOfRange)
	require.ErrorContains(t, err, "what creator 1 earns")
}

func TestCloseDay_PaymentsThatNobodySawBeforeItsTransactionKeepTheDayOpen(t *testing.T) {
	db, chunk := checkedLogs["payments"].open(t)
	require.Empty(t, recount(t, db, monday))
	settle(t, db, monday, chunk)
	// As where the server that was asked for rows was behind the one on which the day closes.
	run := raised{Run: runOf(t, db, monday), settles: true}
	run.PaymentsLateFrom = withoutPayments

	err := db.pool.InTx(t.Context(), func(tx *sqlx.Tx) error {
		totals, err := sumChunks(t.Context(), tx, settlement.DailyPeriod(monday))
		require.NoError(t, err)
		return db.checkPayments(t.Context(), tx, run, totals, run.CheckedCounts)
	})

	require.ErrorIs(t, err, settlement.ErrRowsArrived)
}

// openPaidTwice has payment 1 in two videos, each of which a chunk of its own has counted as paid: only the check finds that.
func openPaidTwice(t *testing.T) *DB {
	t.Helper()
	db := openPaid(t, 1)
	putVideos(t, db, 2)
	pay(t, db, paidRow(monday, 2, 1))
	countPaidTwice(t, db, plan(t, db, monday, 2)...)
	return db
}

// countPaidTwice counts each of the chunks, of video 1 and of video 2.
func countPaidTwice(t *testing.T, db *DB, chunks ...Chunk) {
	t.Helper()
	for _, chunk := range chunks {
		count := settledRows(monday, int64(chunk.Number))
		count.Payments.IDs = []int64{1}
		require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, count, 1))
	}
}

// requireUnchecked means that the day does not close, whose chunks are all settled.
func requireUnchecked(t *testing.T, db *DB) {
	t.Helper()
	for _, chunk := range chunksOf(t, db, monday) {
		settle(t, db, monday, chunk)
	}
	_, err := db.CloseDay(t.Context(), monday, me)
	require.ErrorIs(t, err, settlement.ErrRowsArrived)
	require.ErrorContains(t, err, "2024-05-06 was counted again after its payments were checked, or the check was lost")
}

// As where a server took over that lacks the check, and all that came of it.
func TestR13_ADayWhoseCheckOfPaymentsWasLostDoesNotClose(t *testing.T) {
	db := openPaidTwice(t)

	requireUnchecked(t, db)

	require.NotEmpty(t, recount(t, db, monday))
}

func TestR13_ADayThatWasCountedAgainSinceItsPaymentsWereCheckedDoesNotClose(t *testing.T) {
	db := openPaidTwice(t)
	again := recount(t, db, monday)
	require.NotEmpty(t, again)
	for _, number := range again {
		countPaidTwice(t, db, chunksOf(t, db, monday)[number-1])
	}

	requireUnchecked(t, db)
}

// A payment that came late in two videos is settled twice as well.
func TestR13_ADayWithLatePaymentsAloneClosesOnlyAsItWasChecked(t *testing.T) {
	db, chunk := openPostingPayment(t)
	count := settledLate(t, db)
	count.Payments.Adjustments = []PaymentAdjustment{{
		PostedOn: monday + 1, PaidOn: monday, VideoID: 1, CreatorID: creator, PaymentFigures: count.Payments.Lines[0].PaymentFigures,
	}}
	require.NoError(t, db.StoreCount(t.Context(), monday+1, me, chunk, count, 1))
	settle(t, db, monday+1, chunk)

	_, err := db.CloseDay(t.Context(), monday+1, me)
	require.ErrorIs(t, err, settlement.ErrRowsArrived)
	require.ErrorContains(t, err, "or the check was lost")

	require.Empty(t, recount(t, db, monday+1))
	_, err = db.CloseDay(t.Context(), monday+1, me)
	require.NoError(t, err)
}
