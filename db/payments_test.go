package db

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// paidRow is a completed row of 10,000 won by card.
func paidRow(day settlement.Day, video, id int64) daylog.Payment {
	return daylog.Payment{Day: day, Payment: settlement.Payment{
		VideoID: video, PaymentID: id, PaidAt: seoul.Start(day).Add(time.Hour).UnixMilli(), Status: settlement.PaymentCompleted,
		PayerID: viewer, Amount: 10_000, Method: "card",
	}}
}

// pay makes room for the rows in both logs and stores them.
func pay(t *testing.T, db *DB, rows ...daylog.Payment) Appended {
	t.Helper()
	for _, row := range rows {
		require.NoError(t, db.AddPaymentPartitions(t.Context(), row.Day, row.Day))
	}
	added, refused, err := db.AppendPayments(t.Context(), rows)
	require.NoError(t, err)
	require.Empty(t, refused)
	return added
}

// settledRows is the count of a chunk that settled one payment of each video.
func settledRows(day settlement.Day, videos ...int64) Count {
	var first, last int64 = 1, 9
	count := &PaymentCount{First: &first, Last: &last, Checksum: 1<<64 - 1}
	for _, video := range videos {
		count.Lines = append(count.Lines, sold(day, video))
	}
	return Count{Payments: count}
}

func TestBeginDay_SettlesPaymentsOnceTheirLogHasAnyDay(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday+1)
	require.False(t, begin(t, db, monday).HasPayments())

	pay(t, db, paidRow(monday+1, 1, 1))

	require.True(t, begin(t, db, monday).HasPayments(), "a run that begins again has them")
}

func TestAddPartitions_MakesRoomForPaymentsOnlyWhereThereAreAny(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday+1)
	_, _, found, err := db.Payments.Span(t.Context())
	require.NoError(t, err)
	require.False(t, found)

	require.NoError(t, db.AddPaymentPartitions(t.Context(), monday+1, monday+2))
	addPartitions(t, db, monday+4, monday+4)

	for _, log := range []*daylog.Log{db.Log.Log, db.Payments.Log} {
		_, last, _, err := log.Span(t.Context())
		require.NoError(t, err)
		require.Equal(t, monday+4, last)
	}
	first, _, _, err := db.Payments.Span(t.Context())
	require.NoError(t, err)
	require.Equal(t, monday+1, first)
}

func TestAppendPayments_AgainChangesNothing(t *testing.T) {
	db := openMigrated(t)
	rows := []daylog.Payment{paidRow(monday, 1, 1), paidRow(monday, 2, 2)}
	require.Equal(t, Appended{Rows: 2}, pay(t, db, rows...))

	require.Equal(t, Appended{}, pay(t, db, rows...))
}

func TestAppendPayments_ARowThatIsThereWithOtherFiguresIsRefused(t *testing.T) {
	db := openMigrated(t)
	pay(t, db, paidRow(monday, 1, 1))
	other := paidRow(monday, 1, 1)
	other.Amount++

	added, refused, err := db.AppendPayments(t.Context(), []daylog.Payment{other, paidRow(monday, 1, 2)})

	require.NoError(t, err)
	require.Equal(t, Appended{Rows: 1}, added)
	require.Equal(t, []Refusal{{0, "payment_id", refusedPaymentConflict}}, refused)
}

func TestAppendPayments_OfAClosedDayCameLateAndOfADroppedOneIsRefused(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday+1)
	require.NoError(t, db.AddPaymentPartitions(t.Context(), monday+1, monday+1))
	enterClosed(t, db, monday, monday+1)

	added, refused, err := db.AppendPayments(t.Context(), []daylog.Payment{paidRow(monday, 1, 1), paidRow(monday+1, 1, 2)})

	require.NoError(t, err)
	require.Equal(t, Appended{Rows: 1, Closed: []settlement.Day{monday + 1}}, added)
	require.Len(t, refused, 1)
	require.Equal(t, "paid_at", refused[0].Column)
	require.Contains(t, refused[0].Reason, "the payments log has no room for 2024-05-06")
}

// openPaid has a day begun with one row of payments of each of the videos.
func openPaid(t *testing.T, videos ...int64) *DB {
	t.Helper()
	db := openMigrated(t)
	putVideos(t, db, videos...)
	for i, video := range videos {
		pay(t, db, paidRow(monday, video, int64(i+1)))
	}
	addPartitions(t, db, monday, monday+3)
	return db
}

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
	require.EqualValues(t, 9, *stored.LastPayment)
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
	require.Equal(t, []int{1, 2}, recount(t, db, monday))

	require.NoError(t, db.StoreCount(t.Context(), monday, me, chunks[1], settledRows(monday, 2), 1))

	require.Equal(t, settlement.ChunkPlanned, chunksOf(t, db, monday)[1].State, "it is counted again")
}

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

func TestRowsToPlan_HoldsThePaymentsToo(t *testing.T) {
	db := openPaid(t, 1, 2)
	watch(t, db, views(monday, 2, 3)...)

	require.Equal(t, []settlement.VideoRows{{VideoID: 1, Rows: 1}, {VideoID: 2, Rows: 4}}, rowsToPlan(t, db, monday))
}

// openLatePayment has three days closed and a payment of the first that came late.
func openLatePayment(t *testing.T) *DB {
	t.Helper()
	db := openPaid(t)
	require.NoError(t, db.AddPaymentPartitions(t.Context(), monday, monday+1))
	for _, day := range daysFrom(monday, monday+2) {
		closed(t, db, day)
	}
	pay(t, db, paidRow(monday, 1, 1))
	return db
}

func TestRetention_LatePaymentsKeepTheirDayUntilTheDayThatPostsThemIsClosed(t *testing.T) {
	db := openLatePayment(t)
	days, kept := droppable(t, db, monday+2)
	require.Empty(t, days)
	require.Equal(t, &Kept{Day: monday, Rows: 1, Reason: KeptUnposted, Posting: monday + 3}, kept)

	late, mismatches := collectLate(t, db, monday+3, 7)

	require.EqualValues(t, 1, late)
	require.Empty(t, mismatches)
	days, kept = droppable(t, db, monday+2)
	require.Empty(t, days)
	require.Equal(t, &Kept{Day: monday, Rows: 1, Reason: KeptPosting, Posting: monday + 3}, kept, "it may collect them again")

	exec(t, db, `UPDATE runs SET state = 'closed' WHERE starts_on = ?`, monday+3)
	requireDroppable(t, db, monday+2, daysFrom(monday, monday+1)...)
}

func TestDrop_DropsBothLogs(t *testing.T) {
	db := openLatePayment(t)
	collectLate(t, db, monday+3, 7)
	exec(t, db, `UPDATE runs SET state = 'closed' WHERE starts_on = ?`, monday+3)

	require.NoError(t, db.Drop(t.Context(), firstDroppable(t, db, monday+1)))

	for _, log := range []*daylog.Log{db.Log.Log, db.Payments.Log} {
		first, _, _, err := log.Span(t.Context())
		require.NoError(t, err)
		require.Equal(t, monday+1, first)
	}
}

func TestCollectLate_MismatchesSayWhichLogIsMeant(t *testing.T) {
	db := openLatePayment(t)
	exec(t, db, `UPDATE runs SET payments = 5, payments_late_from = 1 WHERE starts_on = ?`, monday)

	late, mismatches := collectLate(t, db, monday+3, 7)

	require.Zero(t, late)
	require.Len(t, mismatches, 1)
	require.Equal(t, "2024-05-06 has 0 rows in the payments log, 5 counted and posted", mismatches[0].String())
}
