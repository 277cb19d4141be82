package db

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func droppable(t *testing.T, db *DB, before settlement.Day) (days []settlement.Day) {
	t.Helper()
	partitions, unposted, err := db.DroppablePartitions(t.Context(), before)
	require.NoError(t, err)
	require.Nil(t, unposted)
	for _, partition := range partitions {
		require.True(t, partition.Closed)
		days = append(days, partition.Day)
	}
	return days
}

func TestPartitions_ADayStaysWhileItsRowsAreNeeded(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday+4)
	enterClosed(t, db, daysFrom(monday, monday+2)...)

	require.Equal(t, []settlement.Day{monday}, droppable(t, db, monday+1), "days from the given one on stay")
	require.Equal(t, []settlement.Day{monday, monday + 1}, droppable(t, db, monday+5),
		"the last closed day stays: the next one looks back across midnight (R3)")
}

func TestPartitions_TheLastDayThereStays(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	enterClosed(t, db, monday)

	require.Empty(t, droppable(t, db, monday+1))
}

func TestPartitions_ADayThatWasNeverClosedStays(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday+2)
	enterClosed(t, db, monday+1, monday+2)

	require.Empty(t, droppable(t, db, monday+3))
}

func TestPartitions_DropRemovesRowsAndDays(t *testing.T) {
	db := openMigrated(t)
	watch(t, db, view(monday, 1, 0), view(monday+1, 1, 0), view(monday+2, 1, 0))
	enterClosed(t, db, daysFrom(monday, monday+2)...)
	old, _, err := db.DroppablePartitions(t.Context(), monday+2)
	require.NoError(t, err)
	require.Len(t, old, 2)

	require.NoError(t, db.DropPartitions(t.Context(), old))

	requireDays(t, db, monday+2, monday+2)
	require.EqualValues(t, 1, read[int64](t, db, `SELECT COUNT(*) FROM watch_log`))
}

func TestPartitions_RowsOfADroppedDayDoNotLandInItsNeighbour(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday+1)
	require.NoError(t, db.DropPartitions(t.Context(), []Partition{{Day: monday}}))

	_, _, err := db.AppendViews(t.Context(), []View{view(monday, 1, 0)})
	require.NoError(t, err)

	require.Equal(t, []int64{0}, rowsOf(t, db, monday+1, monday+1))
}

func TestPartitions_DroppingNothingDoesNothing(t *testing.T) {
	require.NoError(t, openMigrated(t).DropPartitions(t.Context(), nil))
}

// openLate has the days from the first one to the fourth closed, and one view
// of the third that came late.
func openLate(t *testing.T) *DB {
	t.Helper()
	db := openClosed(t)
	for _, day := range daysFrom(monday+1, monday+3) {
		closed(t, db, day)
	}
	watch(t, db, view(monday+2, 2, time.Hour))
	return db
}

func TestPartitions_ADayWithLateRowsThatNobodyHasPostedStays(t *testing.T) {
	db := openLate(t)
	old, unposted, err := db.DroppablePartitions(t.Context(), monday+3)
	require.NoError(t, err)
	require.Equal(t, &Unposted{Day: monday + 2, Rows: 1}, unposted)
	require.Len(t, old, 1, "the day before stays, too: late views are judged across that midnight")
	require.Equal(t, monday, old[0].Day)
	require.EqualValues(t, 2, old[0].Rows)

	addPartitions(t, db, monday+4, monday+4)
	lookBack(t, db, monday+4, 2)

	require.Equal(t, daysFrom(monday, monday+2), droppable(t, db, monday+3), "a day has posted them")
}

func TestPartitions_LateRowsOfADayThatIsKeptAnywayKeepTheDayBefore(t *testing.T) {
	db := openLate(t)

	old, unposted, err := db.DroppablePartitions(t.Context(), monday+2)

	require.NoError(t, err)
	require.Equal(t, &Unposted{Day: monday + 2, Rows: 1}, unposted)
	require.Len(t, old, 1)
}

func TestPartitions_ADayWhoseRowsVanishedIsNotKeptForThem(t *testing.T) {
	db := openLate(t)
	addPartitions(t, db, monday+4, monday+4)
	lookBack(t, db, monday+4, 2)
	exec(t, db, `DELETE FROM watch_log WHERE watched_on IN (?, ?)`, monday, monday+2)

	require.Equal(t, daysFrom(monday, monday+2), droppable(t, db, monday+3))
}

func TestPartitions_AVanishedRowDoesNotHideALateOne(t *testing.T) {
	db := openClosed(t)
	closed(t, db, monday+1)
	exec(t, db, `DELETE FROM watch_log WHERE watched_on = ? LIMIT 1`, monday)
	watch(t, db, view(monday, 2, time.Hour))

	old, unposted, err := db.DroppablePartitions(t.Context(), monday+1)

	require.NoError(t, err)
	require.Equal(t, &Unposted{Day: monday, Rows: 1}, unposted)
	require.Empty(t, old)
}

func TestPartitions_ARowThatComesBeforeTheDropIsNotDropped(t *testing.T) {
	db := openClosed(t)
	closed(t, db, monday+1)
	old, _, err := db.DroppablePartitions(t.Context(), monday+1)
	require.NoError(t, err)
	watch(t, db, view(monday, 2, time.Hour))

	require.ErrorContains(t, db.DropPartitions(t.Context(), old), "look again")

	require.Equal(t, []int64{3}, rowsOf(t, db, monday, monday))
}

func TestPartitions_ARowThatComesWhileTheDropWaitsIsNotDropped(t *testing.T) {
	db := openClosed(t)
	closed(t, db, monday+1)
	old, _, err := db.DroppablePartitions(t.Context(), monday+1)
	require.NoError(t, err)
	platform, err := db.pool.BeginTxx(t.Context(), nil)
	require.NoError(t, err)
	_, err = platform.ExecContext(t.Context(), platformInsert, platformView(monday, 2)...)
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- db.DropPartitions(context.WithoutCancel(t.Context()), old) }()
	awaitBlocked(t, db, 1)

	require.NoError(t, platform.Commit())

	require.Error(t, <-ended)
	require.Equal(t, []int64{3}, rowsOf(t, db, monday, monday))
}
