package db

import (
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func TestSealedRun_HasTheSealsOfItsRows(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	closed(t, db, monday)

	run, err := db.SealedRun(t.Context(), settlement.DailyPeriod(monday))
	require.NoError(t, err)
	plain, err := db.ClosedRun(t.Context(), settlement.DailyPeriod(monday))
	require.NoError(t, err)
	require.Equal(t, plain, run.Run)
	require.NotEmpty(t, run.Seals)
	require.NoError(t, db.InSnapshot(t.Context(), func(tx *sqlx.Tx) error {
		made, err := ReadSeals(t.Context(), tx, settlement.Daily, monday, monday)
		require.Equal(t, made[monday], run.Seals)
		return err
	}))
}

func TestSealedRun_ThatIsClosedAgainHasAnotherSeal(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	closed(t, db, monday)
	read := func() SealedRun {
		run, err := db.SealedRun(t.Context(), settlement.DailyPeriod(monday))
		require.NoError(t, err)
		return run
	}
	before := read()
	require.Equal(t, before.Seal(), read().Seal())
	_, err := db.pool.ExecContext(t.Context(), `UPDATE runs SET ended_at = ? WHERE kind = 'daily'`, before.EndedAt.Add(time.Millisecond))
	require.NoError(t, err)
	again := read()
	require.Equal(t, before.Seals, again.Seals)
	require.NotEqual(t, before.Seal(), again.Seal())
}

func TestSealedRun_APeriodThatIsNotClosedHasNone(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	_, err := db.SealedRun(t.Context(), settlement.DailyPeriod(monday))
	require.ErrorIs(t, err, settlement.ErrNotClosed)
	begin(t, db, monday)
	_, err = db.SealedRun(t.Context(), settlement.DailyPeriod(monday))
	require.ErrorIs(t, err, settlement.ErrNotClosed)
	require.ErrorContains(t, err, "its run is still going")
}

func TestExtent_CountsWhatIsClosed(t *testing.T) {
	db := openMigrated(t)
	requireExtent := func(kind settlement.Kind, expected Extent) {
		t.Helper()
		extent, err := db.Extent(t.Context(), kind)
		require.NoError(t, err)
		require.Equal(t, expected, extent)
	}
	requireExtent(settlement.Daily, Extent{})
	addPartitions(t, db, monday, monday+2)
	closed(t, db, monday)
	closed(t, db, monday+1)
	begin(t, db, monday+2)
	requireExtent(settlement.Daily, Extent{Closed: 2, Newest: monday + 1})
	requireExtent(settlement.Weekly, Extent{})
}
