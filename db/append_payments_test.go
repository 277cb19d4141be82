package db

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

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
