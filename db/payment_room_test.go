package db

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

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

func TestRowsToPlan_HoldsThePaymentsToo(t *testing.T) {
	db := openPaid(t, 1, 2)
	watch(t, db, views(monday, 2, 3)...)

	require.Equal(t, []settlement.VideoRows{{VideoID: 1, Rows: 1}, {VideoID: 2, Rows: 4}}, rowsToPlan(t, db, monday))
}
