package db

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

// openAhead has views of a day, and room for three days after it.
func openAhead(t *testing.T) (db *DB, ahead []settlement.Day) {
	t.Helper()
	db = openMigrated(t)
	watch(t, db, view(monday, 1, 0))
	addPartitions(t, db, monday+3, monday+3)
	ahead, err := db.Log.DaysAfter(t.Context(), monday)
	require.NoError(t, err)
	require.Equal(t, daysFrom(monday+1, monday+3), ahead)
	return db, ahead
}

func TestRemoveEmptyDays_TakesTheirRoom(t *testing.T) {
	db, ahead := openAhead(t)

	require.NoError(t, db.Log.RemoveEmptyDays(t.Context(), ahead[1:]))

	requireDays(t, db, monday, monday+1)
	addPartitions(t, db, monday+3, monday+3)
	requireDays(t, db, monday, monday+3)
}

func TestRemoveEmptyDays_DaysWithRowsAreNamedAndAllStay(t *testing.T) {
	db, ahead := openAhead(t)
	watch(t, db, view(monday+2, 1, 0))

	err := db.Log.RemoveEmptyDays(t.Context(), ahead)

	require.ErrorIs(t, err, settlement.ErrHasRows)
	require.ErrorContains(t, err, "views are stored for 2024-05-08")
	requireDays(t, db, monday, monday+3)
}

func TestRemoveEmptyDays_ARowThatComesWhileTheyWaitIsNotLost(t *testing.T) {
	db, ahead := openAhead(t)
	platform, err := db.pool.BeginTxx(t.Context(), nil)
	require.NoError(t, err)
	_, err = platform.ExecContext(t.Context(), platformInsert, platformView(monday+3, 2)...)
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- db.Log.RemoveEmptyDays(context.WithoutCancel(t.Context()), ahead) }()
	awaitBlocked(t, db, 1)

	require.NoError(t, platform.Commit())

	require.ErrorContains(t, <-ended, "views are stored for 2024-05-09")
	requireDays(t, db, monday, monday+3)
	require.Equal(t, []int64{1}, rowsOf(t, db, monday+3, monday+3))
}

func TestDaysAhead_AreThoseAfterToday(t *testing.T) {
	db, _ := openAhead(t)
	for today, want := range map[settlement.Day]int{monday: 3, monday + 3: 0, monday + 5: -2} {
		ahead, err := db.DaysAhead(t.Context(), seoul.End(today).Add(-time.Millisecond))
		require.NoError(t, err)
		require.Equal(t, want, ahead)
	}
}
