package db

import (
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/db/server"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestAChunkOfAPeriodReadsLateRowsOfItsOwnVideosOnly(t *testing.T) {
	db := openMigrated(t)
	db.pool.SetMaxOpenConns(1) // whose reads are counted
	readWith := func(first, last int64) int64 {
		var views []Adjustment
		var payments []PaymentAdjustment
		for video := first; video <= last; video++ {
			for _, day := range week.Days() {
				views = append(views, adjustment(day, monday-1, video, 1))
				payments = append(payments, PaymentAdjustment{PostedOn: day, PaidOn: monday - 1, VideoID: video, CreatorID: creator})
			}
		}
		require.NoError(t, db.pool.InTx(t.Context(), func(tx *sqlx.Tx) error {
			if err := server.Insert(t.Context(), tx, "adjustments", views); err != nil {
				return err
			}
			return server.Insert(t.Context(), tx, "payment_adjustments", payments)
		}))
		exec(t, db, `ANALYZE TABLE adjustments, payment_adjustments`)
		before := devtest.RowsRead(t, db.pool)
		totals, err := sumVideos(t.Context(), db.pool, week, settlement.OneVideo(1))
		require.NoError(t, err)
		require.EqualValues(t, 7, totals.LateRows)
		return devtest.RowsRead(t, db.pool) - before
	}
	few := readWith(1, 100)
	require.LessOrEqual(t, readWith(101, 1000), few)
}
