package db

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

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

	late, mismatches := collectLate(t, db, monday+3)

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
	collectLate(t, db, monday+3)
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

	late, mismatches := collectLate(t, db, monday+3)

	require.Zero(t, late)
	require.Len(t, mismatches, 1)
	require.Equal(t, "2024-05-06 has 0 rows in the payments log, 5 counted and posted", mismatches[0].String())
}

// What came into it would never be paid: those that were counted with it are gone.
func TestAddPaymentPartitions_ADayWhoseDropHasBegunIsNotMadeAgain(t *testing.T) {
	db := openLatePayment(t)
	collectLate(t, db, monday+3)
	exec(t, db, `UPDATE runs SET state = 'closed' WHERE starts_on = ?`, monday+3)
	dropping := firstDroppable(t, db, monday+1)
	require.NoError(t, db.Payments.Drop(t.Context(), *dropping.payments))

	err := db.AddPaymentPartitions(t.Context(), monday, monday+1)

	require.ErrorIs(t, err, settlement.ErrDropped)
	require.ErrorContains(t, err, "the payments log has no room for 2024-05-06 any more")
	require.NoError(t, db.AddPaymentPartitions(t.Context(), monday+1, monday+4))
}
