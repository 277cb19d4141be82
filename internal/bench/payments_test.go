package main

import (
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack"
	"creatorpay/internal/generate"
	"creatorpay/settlement"
)

// What the contestants store of payments is what the product does: or their times
// would say nothing.
func TestContestantsSettlePaymentsAsTheProductDoes(t *testing.T) {
	calendar, err := settlement.NewCalendar(settlement.DefaultTimeZone)
	require.NoError(t, err)
	server, err := devstack.StartMySQL(t.Context(), t.TempDir(), "--loose-innodb-buffer-pool-size=64M")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop()) })
	require.NoError(t, server.CreateDatabase(t.Context(), databaseName))
	books := dbtest.OpenAt(t, server.DSN(databaseName))
	r := &rig{db: books.DB, calendar: calendar}
	r.sql, err = sqlx.ConnectContext(t.Context(), "mysql", server.DSN(databaseName)+sqlSettings)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.sql.Close()) })
	require.NoError(t, r.makeTables(t.Context()))
	const videos, today = 50, firstDay + 1
	_, err = generate.Run(t.Context(), r.db, generate.Options{From: firstDay, Days: 2, ViewsPerDay: 1, Videos: videos, Creators: 5, Seed: 1, Skew: generate.Natural}, nil)
	require.NoError(t, err)
	require.NoError(t, r.db.AddPaymentPartitions(t.Context(), firstDay, today))
	for day := firstDay; day <= today; day++ {
		require.NoError(t, r.fillPayments(t.Context(), day, 3000, videos, day == firstDay))
		totals := books.CloseDay(day)
		require.EqualValues(t, 3000, totals.PaymentFigures.Rows())
		require.Equal(t, []int64{2640, 90, 150, 90, 30}, []int64{totals.Payments, totals.Refunds, totals.Pending, totals.Cancelled, totals.Repeats})
	}

	for _, c := range r.contestants(true, nil) {
		require.NoError(t, r.rehearse(t.Context(), today, c), c.name)
	}
}
