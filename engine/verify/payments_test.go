package verify

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/internal/dbtest"
)

// openSold has two days closed with payments; the second posts one that came late.
func openSold(t *testing.T) *dbtest.Books {
	t.Helper()
	b := dbtest.Open(t)
	b.LateDays = 7
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

func TestDay_NamesTheFiguresThatARowOfPaymentsMadeDifferent(t *testing.T) {
	b := openSold(t)
	b.Exec(`UPDATE payments SET amount = 20000 WHERE payment_id = 7`)
	b.Exec(`UPDATE payment_adjustments SET repeats = 1`)

	found, err := Day(t.Context(), b.DB, monday, 2)

	require.NoError(t, err)
	require.Equal(t, []Difference{
		{"video 1", "payments gross", "₩6,000", "₩16,000"},
		{"video 1", "payments fee", "₩240", "₩560"},
		{"video 1", "payments net", "₩5,760", "₩15,440"},
		{"day 2024-05-06", "payments gross", "₩6,000", "₩16,000"},
		{"day 2024-05-06", "payments fee", "₩240", "₩560"},
		{"day 2024-05-06", "payments net", "₩5,760", "₩15,440"},
	}, found.Differences)
	posting, err := Day(t.Context(), b.DB, monday+1, 2)
	require.NoError(t, err)
	require.Contains(t, posting.Differences, Difference{"video 1, late payments of 2024-05-06", "repeat payments", "1", "0"})
}
