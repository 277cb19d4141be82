package db

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

// openAhead has views of a day, and room for three days after it.
func openAhead(t *testing.T) *DB {
	t.Helper()
	db := openMigrated(t)
	watch(t, db, view(monday, 1, 0))
	addPartitions(t, db, monday+3, monday+3)
	ahead, err := db.Log.DaysAfter(t.Context(), monday)
	require.NoError(t, err)
	require.Equal(t, daysFrom(monday+1, monday+3), ahead)
	return db
}

// needTableLocks leaves a test out on a server that has none.
func needTableLocks(t *testing.T, db *DB) {
	t.Helper()
	dialect, err := db.pool.Dialect(t.Context())
	require.NoError(t, err)
	if !dialect.LocksTables() {
		t.Skip("no room is removed where nothing keeps rows from coming meanwhile")
	}
}

func TestRemoveEmptyDays_TakesTheirRoom(t *testing.T) {
	db := openAhead(t)
	needTableLocks(t, db)

	require.NoError(t, db.Log.RemoveEmptyDays(t.Context(), monday+1))

	requireDays(t, db, monday, monday+1)
	addPartitions(t, db, monday+3, monday+3)
	requireDays(t, db, monday, monday+3)
}

func TestRemoveEmptyDays_DaysWithRowsAreNamedAndAllStay(t *testing.T) {
	db := openAhead(t)
	watch(t, db, view(monday+2, 1, 0))

	err := db.Log.RemoveEmptyDays(t.Context(), monday)

	require.ErrorIs(t, err, settlement.ErrHasRows)
	require.ErrorContains(t, err, "views are stored for 2024-05-08")
	requireDays(t, db, monday, monday+3)
}

func TestRemoveEmptyDays_StayWhereNothingKeepsRowsFromComing(t *testing.T) {
	db := openAhead(t)
	if !devtest.MySQL(t).IsTiDB() {
		t.Skip("it locks tables")
	}

	err := db.Log.RemoveEmptyDays(t.Context(), monday)

	require.ErrorContains(t, err, "TiDB cannot keep rows from coming")
	requireDays(t, db, monday, monday+3)
}

func TestRemoveEmptyDays_ARowThatComesWhileTheyWaitIsNotLost(t *testing.T) {
	db := openAhead(t)
	needTableLocks(t, db)
	platform, err := db.pool.BeginTxx(t.Context(), nil)
	require.NoError(t, err)
	_, err = platform.ExecContext(t.Context(), platformInsert, platformView(monday+3, 2)...)
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- db.Log.RemoveEmptyDays(context.WithoutCancel(t.Context()), monday) }()
	awaitBlocked(t, db, 1)

	require.NoError(t, platform.Commit())

	if err = <-ended; errors.Is(err, settlement.ErrBusy) { // the commit took long
		err = db.Log.RemoveEmptyDays(t.Context(), monday)
	}
	require.ErrorContains(t, err, "views are stored for 2024-05-09")
	requireDays(t, db, monday, monday+3)
	require.Equal(t, []int64{1}, rowsOf(t, db, monday+3, monday+3))
}

func TestAdd_LeavesNoGapIfTheLastDaysAreRemovedMeanwhile(t *testing.T) {
	db := openAhead(t)
	needTableLocks(t, db)
	removed := false

	added, err := db.Log.Add(t.Context(), monday+5, monday+5, func([]daylog.Partition) error {
		if removed {
			return nil
		}
		removed = true
		return db.Log.RemoveEmptyDays(t.Context(), monday+1)
	})

	require.NoError(t, err)
	require.Equal(t, daysFrom(monday+2, monday+5), added)
	requireDays(t, db, monday, monday+5)
}

func TestAdd_MovesRowsThatCameIntoAGapToTheirDays(t *testing.T) {
	db := openAhead(t)
	exec(t, db, `ALTER TABLE watch_log DROP PARTITION p20240507, p20240508`)
	for day := monday + 1; day <= monday+3; day++ {
		exec(t, db, platformInsert, platformView(day, 2)...)
	}

	added, err := db.AddPartitions(t.Context(), monday, monday+4)

	require.NoError(t, err)
	require.Equal(t, []settlement.Day{monday + 1, monday + 2, monday + 4}, added)
	require.Equal(t, []int64{1, 1, 1, 1, 0}, rowsOf(t, db, monday, monday+4))
}

func TestDaysAhead_AreThoseAfterToday(t *testing.T) {
	db := openAhead(t)
	for today, want := range map[settlement.Day]int{monday: 3, monday + 3: 0, monday + 5: -2} {
		ahead, found, err := db.DaysAhead(t.Context(), db.Log.Log, seoul.End(today).Add(-time.Millisecond))
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, want, ahead)
	}
}

func TestDaysAhead_OfAPlatformWithoutPaymentsAreNotFound(t *testing.T) {
	db := openAhead(t)
	noon := seoul.Start(monday).Add(12 * time.Hour)
	_, found, err := db.DaysAhead(t.Context(), db.Payments.Log, noon)
	require.NoError(t, err)
	require.False(t, found)

	require.NoError(t, db.AddPaymentPartitions(t.Context(), monday+1, monday+1))

	ahead, found, err := db.DaysAhead(t.Context(), db.Payments.Log, noon)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, 1, ahead)
}

func TestRemoveEmptyDays_RowsOfEitherLogKeepTheRoomOfBoth(t *testing.T) {
	for name, store := range map[string]func(*testing.T, *DB){
		"views are stored for 2024-05-08":    func(t *testing.T, db *DB) { watch(t, db, view(monday+2, 1, 0)) },
		"payments are stored for 2024-05-09": func(t *testing.T, db *DB) { pay(t, db, paidRow(monday+3, 1, 1)) },
	} {
		t.Run(name, func(t *testing.T) {
			db := openAhead(t)
			require.NoError(t, db.AddPaymentPartitions(t.Context(), monday, monday+3))
			store(t, db)

			err := db.RemoveEmptyDays(t.Context(), monday)

			require.ErrorIs(t, err, settlement.ErrHasRows)
			require.ErrorContains(t, err, name)
			for _, log := range []*daylog.Log{db.Log.Log, db.Payments.Log} {
				_, last, _, err := log.Span(t.Context())
				require.NoError(t, err)
				require.Equal(t, monday+3, last)
			}
		})
	}
}

func TestPartitions_SayWhatThePaymentsLogHas(t *testing.T) {
	db := openAhead(t)
	require.NoError(t, db.AddPaymentPartitions(t.Context(), monday+1, monday+1))

	days, err := db.Partitions(t.Context())

	require.NoError(t, err)
	require.Nil(t, days[0].Payments)
	require.Equal(t, monday+1, days[1].Payments.Day)
}
