package db

import (
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/db/server"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

// requireOwnReads means that what read reads of the late rows of video 1 does not
// depend on how many other videos have some.
func requireOwnReads(t *testing.T, read func(t *testing.T, db *DB)) {
	t.Helper()
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
		read(t, db)
		return devtest.RowsRead(t, db.pool) - before
	}
	few := readWith(1, 100)
	require.LessOrEqual(t, readWith(101, 1000), few)
}

func TestAChunkOfAPeriodReadsLateRowsOfItsOwnVideosOnly(t *testing.T) {
	requireOwnReads(t, func(t *testing.T, db *DB) {
		totals, err := sumVideos(t.Context(), db.pool, week, settlement.OneVideo(1))
		require.NoError(t, err)
		require.EqualValues(t, 7, totals.LateRows)
	})
}

func TestAdjustmentsThatADayPostedAreReadOfTheVideosThatAreAskedFor(t *testing.T) {
	of := Lines{Creators: settlement.AllCreators, Videos: settlement.OneVideo(1)}
	requireOwnReads(t, func(t *testing.T, db *DB) {
		lines := 0
		require.NoError(t, db.EachAdjustment(t.Context(), settlement.DailyPeriod(monday), of, func(Adjustment) error { lines++; return nil }))
		require.NoError(t, db.EachPaymentAdjustment(t.Context(), settlement.DailyPeriod(monday), of, func(PaymentAdjustment) error { lines++; return nil }))
		require.Equal(t, 2, lines)
	})
}
