package db

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// daysFrom are the days from first to last.
func daysFrom(first, last settlement.Day) []settlement.Day {
	days := []settlement.Day{}
	for day := first; day <= last; day++ {
		days = append(days, day)
	}
	return days
}

// requireDays holds the watch log's days against those from first to last, and
// makes sure that the partition of each day holds that day alone.
func requireDays(t *testing.T, db *DB, first, last settlement.Day) {
	t.Helper()
	present, err := db.Partitions(t.Context())
	require.NoError(t, err)
	days := []settlement.Day{}
	for _, partition := range present {
		days = append(days, partition.Day)
	}
	require.Equal(t, daysFrom(first, last), days)
	var borders []string
	require.NoError(t, db.pool.SelectContext(t.Context(), &borders, `
		SELECT PARTITION_DESCRIPTION
		FROM information_schema.PARTITIONS
		WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'watch_log'
		ORDER BY PARTITION_ORDINAL_POSITION`))
	want := []string{}
	for _, end := range daysFrom(first, last+1) {
		want = append(want, "'"+end.String()+"'")
	}
	require.Equal(t, want, borders)
}

func TestPartitions_AddMakesRoom(t *testing.T) {
	tests := []struct {
		rule        string
		first, last settlement.Day // when 10 to 12 are there
		added       []settlement.Day
	}{
		{"above", monday + 13, monday + 14, daysFrom(monday+13, monday+14)},
		{"below", monday + 8, monday + 9, daysFrom(monday+8, monday+9)},
		{"on both sides", monday + 9, monday + 13, []settlement.Day{monday + 9, monday + 13}},
		{"above and for the days in the gap", monday + 15, monday + 15, daysFrom(monday+13, monday+15)},
		{"below and for the days in the gap", monday + 7, monday + 7, daysFrom(monday+7, monday+9)},
		{"once: what is there is not added again", monday + 10, monday + 12, nil},
	}
	for _, test := range tests {
		t.Run(test.rule, func(t *testing.T) {
			db := openMigrated(t)
			added, err := db.AddPartitions(t.Context(), monday+10, monday+12)
			require.NoError(t, err)
			require.Equal(t, daysFrom(monday+10, monday+12), added)

			added, err = db.AddPartitions(t.Context(), test.first, test.last)
			require.NoError(t, err)
			require.Equal(t, test.added, added)
			requireDays(t, db, min(test.first, monday+10), max(test.last, monday+12))
		})
	}
}

func TestPartitions_ATooLongSpanIsRefused(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)

	for _, far := range []settlement.Day{monday + 4000, monday - 4000} {
		_, err := db.AddPartitions(t.Context(), far, far)
		require.ErrorContains(t, err, "is a date wrong?")
	}
	requireDays(t, db, monday, monday)
}

func TestPartitions_AddingBelowKeepsRowsInTheirDay(t *testing.T) {
	db := openMigrated(t)
	watch(t, db, view(monday, 1, 0))

	addPartitions(t, db, monday-2, monday-2)

	require.Equal(t, []int64{0, 0, 1}, rowsOf(t, db, monday-2, monday))
}

func TestPartitions_RowsBelowTheFirstDayAreInTheirDayOnceItIsThere(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	_, _, err := db.AppendViews(t.Context(), []daylog.View{view(monday-1, 1, 0), view(monday-3, 1, 0)})
	require.NoError(t, err)

	addPartitions(t, db, monday-2, monday-2)
	require.Equal(t, []int64{0, 1, 0}, rowsOf(t, db, monday-2, monday))
	addPartitions(t, db, monday-3, monday-3)
	require.Equal(t, []int64{1, 0, 1, 0}, rowsOf(t, db, monday-3, monday))
}

// rowsOf counts each day's partition.
func rowsOf(t *testing.T, db *DB, first, last settlement.Day) (rows []int64) {
	t.Helper()
	for _, day := range daysFrom(first, last) {
		n, err := db.Log.Count(t.Context(), db.pool, day)
		require.NoError(t, err)
		rows = append(rows, n)
	}
	return rows
}

func TestPartitions_AddAtOnceLeavesNoGap(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	var group errgroup.Group
	var added [8][]settlement.Day
	for i := range added {
		group.Go(func() (err error) {
			reach := settlement.Day(1 + i/2)
			added[i], err = db.AddPartitions(t.Context(), monday-reach, monday+reach)
			return err
		})
	}
	require.NoError(t, group.Wait())

	requireDays(t, db, monday-4, monday+4)
	adders := map[settlement.Day]int{monday: 1}
	for _, days := range added {
		for _, day := range days {
			adders[day]++
		}
	}
	for _, day := range daysFrom(monday-4, monday+4) {
		require.Equal(t, 1, adders[day], "how often %s was added", day)
	}
}

func TestPartitions_TheFirstOnesAddedAtOnceLeaveNoGap(t *testing.T) {
	db := openMigrated(t)
	var group errgroup.Group
	for i := range 4 {
		day := monday + settlement.Day(i)
		group.Go(func() error {
			_, err := db.AddPartitions(t.Context(), day, day+1)
			return err
		})
	}
	require.NoError(t, group.Wait())
	requireDays(t, db, monday, monday+4)
}

// enterClosed enters days in the book as closed, without the work.
func enterClosed(t *testing.T, db *DB, days ...settlement.Day) {
	t.Helper()
	for _, day := range days {
		exec(t, db, `
			INSERT INTO runs (kind, starts_on, version, state, fence, workflow_id, holder, price_rule, repeat_window_ms, failure, late_from, began_at, ended_at)
			VALUES ('daily', ?, 1, 'closed', 1, 'w', 'r', 1, 30000, '', 2, ?, ?)`, day, time.Now(), time.Now())
	}
}

func TestAddPartitions_WaitsForATransactionOnTheLog(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	platform, err := db.pool.BeginTxx(t.Context(), nil)
	require.NoError(t, err)
	_, err = platform.ExecContext(t.Context(), platformInsert, platformView(monday, 1)...)
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() {
		_, err := db.AddPartitions(t.Context(), monday, monday+1)
		ended <- err
	}()
	awaitBlocked(t, db, 1)

	require.NoError(t, platform.Commit())

	require.NoError(t, <-ended)
	found, err := db.Log.Has(t.Context(), monday+1)
	require.NoError(t, err)
	require.True(t, found)
}

// openDropped has the first of two closed days dropped.
func openDropped(t *testing.T) *DB {
	t.Helper()
	db, old := openOld(t)
	require.NoError(t, db.Drop(t.Context(), old))
	requireDays(t, db, monday+1, monday+3)
	return db
}

func TestAddPartitions_ADroppedDayIsNotMadeAgain(t *testing.T) {
	db := openDropped(t)

	for _, first := range []settlement.Day{monday, monday - 1} {
		_, err := db.AddPartitions(t.Context(), first, monday+4)

		var dropped *settlement.Error
		require.ErrorIs(t, err, settlement.ErrDropped)
		require.ErrorAs(t, err, &dropped)
		require.Equal(t, fmt.Sprintf(refusedDropped, "watch log", first, monday), dropped.Text)
		requireDays(t, db, monday+1, monday+3)
	}
}
