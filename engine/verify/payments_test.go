package verify

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/internal/dbtest"
	"creatorpay/settlement"
)

// openSold has two days closed with payments; the second posts one that came late.
func openSold(t *testing.T) *dbtest.Books {
	t.Helper()
	b := dbtest.Open(t)
	b.AddDays(monday, monday+1)
	b.AddVideo(1, db.Video{ID: 1, Title: "v"})
	back := b.Payment(monday, 1, 8, 4_000, 2*time.Hour)
	back.RefundOf = 7
	b.Pay(b.Payment(monday, 1, 7, 10_000, time.Hour), back)
	b.CloseDay(monday)
	b.Pay(b.Payment(monday, 1, 9, 1_000, time.Hour))
	b.CloseDay(monday + 1)
	return b
}

func TestDay_RecomputesPayments(t *testing.T) {
	b := openSold(t)

	for day := monday; day <= monday+1; day++ {
		found, err := Day(t.Context(), b.DB, day, 2)

		require.NoError(t, err)
		require.Zero(t, found.Bad())
		require.Empty(t, found.Differences)
	}
}

// What is kept of a day that is still there is its own.
func TestR13_ADayWhoseDropBrokeOffHasNotSettledItsPaymentsEarlier(t *testing.T) {
	b := openSold(t)
	_, err := b.DB.EachDroppable(t.Context(), monday+1, true, func(old db.Droppable) error {
		b.Pay(b.Payment(monday, 1, 10, 1_000, time.Hour)) // between the look and the drop
		return b.DB.Drop(t.Context(), old)
	})
	require.ErrorIs(t, err, settlement.ErrNeeded)

	found, err := Day(t.Context(), b.DB, monday, 2)

	require.NoError(t, err)
	require.Empty(t, found.Differences)
}

func TestDay_NamesTheFiguresThatARowOfPaymentsMadeDifferent(t *testing.T) {
	b := openSold(t)
	b.Exec(`UPDATE payments SET amount = 20000 WHERE payment_id = 7`)
	b.Exec(`UPDATE payment_adjustments SET repeats = 1`)
	b.Exec(`UPDATE late_payments SET verdict = 'repeat'`)

	found, err := Day(t.Context(), b.DB, monday, 2)

	require.NoError(t, err)
	require.Equal(t, []Difference{
		{"video 1", "payments gross", "₩6,000", "₩16,000"},
		{"video 1", "payments fee", "₩240", "₩560"},
		{"video 1", "payments net", "₩5,760", "₩15,440"},
		{"video 1, refund 8", "payment", "₩10,000", "₩20,000"},
		{"video 1, refund 8", "fee of the payment", "₩400", "₩700"},
		{"video 1, refund 8", "fee given back", "₩160", "₩140"},
		{"day 2024-05-06", "payments gross", "₩6,000", "₩16,000"},
		{"day 2024-05-06", "payments fee", "₩240", "₩560"},
		{"day 2024-05-06", "payments net", "₩5,760", "₩15,440"},
	}, found.Differences)
	require.Equal(t, 1, found.Bad())
	require.Equal(t, "payment rows changed", found.Chunks[1].Verdict())
	posting, err := Day(t.Context(), b.DB, monday+1, 2)
	require.NoError(t, err)
	require.Equal(t, []Difference{
		{"video 1, late payment 9 of 2024-05-06", "verdict", "repeat", "settled"},
		{"video 1, late payments of 2024-05-06", "repeat payments", "1", "0"},
	}, posting.Differences)
}

func TestDay_SaysWhyPaymentsCannotBeSettledAgain(t *testing.T) {
	b := openSold(t)
	b.Exec(`DELETE FROM payments WHERE payment_id = 7`)

	found, err := Day(t.Context(), b.DB, monday, 2)

	require.NoError(t, err)
	require.Equal(t, "1 payment row missing", found.Chunks[1].Verdict())
	require.Len(t, found.Differences, 1)
	require.Equal(t, "payments", found.Differences[0].Figure)
	require.Contains(t, found.Differences[0].Recomputed, "payment 8 of video 1")
}

func TestDay_RecomputesPaymentsByWhatTheRunRecorded(t *testing.T) {
	b := openSold(t)
	b.Exec(`INSERT INTO creators (creator_id, name, email, locale) VALUES (1000, '', '', 'ko')`)
	b.Exec(`UPDATE videos SET creator_id = 1000 WHERE video_id = 1`)
	b.Exec(`INSERT INTO fee_rules (version, holds_from, kept_at_refund) VALUES (2, '2024-05-06', TRUE)`)
	b.Exec(`INSERT INTO fee_methods (version, method, basis_points, fixed, settles_from) VALUES (2, 'card', 9000, 0, '2024-05-06')`)

	for day := monday; day <= monday+1; day++ {
		found, err := Day(t.Context(), b.DB, day, 2)

		require.NoError(t, err)
		require.Empty(t, found.Differences)
	}
}

func TestVideo_ComparesPaymentsAndTheRowsOfItsChunk(t *testing.T) {
	b := openSold(t)
	chunk, err := b.DB.ChunkOf(t.Context(), settlement.DailyPeriod(monday), 1)
	require.NoError(t, err)
	b.Exec(`UPDATE payments SET payer_id = 1 WHERE payment_id = 7`)
	b.Exec(`UPDATE daily_payments SET pending = 1 WHERE starts_on = '2024-05-06'`)

	rows, differences, err := Video(t.Context(), b.DB, monday, chunk, 1)

	require.NoError(t, err)
	require.Equal(t, "2024-05-06 has 3 rows in the payments log, 3 counted and posted, and other rows than were counted in chunk 1", rows.String())
	require.Equal(t, []Difference{{"video 1", "pending payments", "1", "0"}}, differences)
}

func TestDay_IsRefusedWithoutItsPayments(t *testing.T) {
	b := openSold(t)
	b.Exec(`ALTER TABLE payments DROP PARTITION p20240506`)

	_, err := Day(t.Context(), b.DB, monday, 2)

	require.ErrorIs(t, err, settlement.ErrMissing)
	require.EqualError(t, err, "2024-05-06 cannot be verified: the payments log has no partition for it any more, its rows were dropped")
}

func TestChunks_TellWhichPaymentsAreOtherThanTheyWere(t *testing.T) {
	b := openSold(t)
	require.True(t, checkChunksOf(t, b, monday, true).None())

	b.Exec(`UPDATE payments SET amount = 999 WHERE payment_id = 9`)
	require.Equal(t, "2024-05-06 has 3 rows in the payments log, 3 counted and posted, and other figures in 1 posted late row", checkChunksOf(t, b, monday, true).String())
	b.Exec(`DELETE FROM payments WHERE payment_id = 8`)
	require.Equal(t, "2024-05-06 has 2 rows in the payments log, 3 counted and posted, and other rows than were counted in chunk 1, and other figures in 1 posted late row", checkChunksOf(t, b, monday, true).String())
	require.True(t, checkChunks(t, b, monday).None())
}

func TestParts_AreOfBothLogs(t *testing.T) {
	b := openSold(t)

	parts, err := Parts(t.Context(), b.DB, settlement.DailyPeriod(monday), 100, 10)

	require.NoError(t, err)
	require.Equal(t, []Part{
		{Day: monday, First: 1, Last: 1},
		{Day: monday, First: 1, Last: 1, Rows: 2, Payments: true},
	}, parts)
}
