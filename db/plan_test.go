package db

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func rowsToPlan(t *testing.T, db *DB, day settlement.Day) []settlement.VideoRows {
	t.Helper()
	rows, err := db.RowsToPlan(t.Context(), day)
	require.NoError(t, err)
	return rows
}

func TestPlan_ADayWithoutADayBeforeIsCounted(t *testing.T) {
	db := openMigrated(t)
	watch(t, db, slices.Concat(views(monday, 1, 3), views(monday, 2, 1), views(monday+1, 3, 1))...)

	require.Equal(t, []settlement.VideoRows{{VideoID: 1, Rows: 3}, {VideoID: 2, Rows: 1}}, rowsToPlan(t, db, monday))
}

func TestPlan_ADayAfterASmallDayIsCounted(t *testing.T) {
	db := openMigrated(t)
	putVideos(t, db, 1, 2)
	watch(t, db, slices.Concat(views(monday, 1, 3), views(monday+1, 2, 2))...)
	closed(t, db, monday)

	require.Equal(t, []settlement.VideoRows{{VideoID: 2, Rows: 2}}, rowsToPlan(t, db, monday+1))
}

func TestPlan_ABigDayStandsInForTheNextOne(t *testing.T) {
	db := openMigrated(t)
	putVideos(t, db, 1, 5, 6, 7)
	addPartitions(t, db, monday, monday+1)
	big := line(monday, 1, enoughToEstimate-2)
	big.SelfViews, big.RepeatViews = 3, 4
	counted(t, db, monday, big, line(monday, 6, 5))

	require.Equal(t, []settlement.VideoRows{
		{VideoID: 1, Rows: enoughToEstimate + 5}, // left out views are rows, too
		{VideoID: 6, Rows: 5},
		{VideoID: 7, Rows: enoughToEstimate/2 + 5}, // a new upload: what the others have on average
	}, rowsToPlan(t, db, monday+1))
}

func TestPlan_TheGreatestVideoIsThereOnce(t *testing.T) {
	db := openMigrated(t)
	putVideos(t, db, 1, math.MaxInt64)
	addPartitions(t, db, monday, monday+1)
	counted(t, db, monday, line(monday, math.MaxInt64, enoughToEstimate))

	require.Equal(t, []settlement.VideoRows{{VideoID: math.MaxInt64, Rows: enoughToEstimate}}, rowsToPlan(t, db, monday+1))
}

func TestPlan_IsStoredOnce(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	first := plan(t, db, monday, 10, 20)
	require.Len(t, first, 3)
	for i, want := range settlement.Split([]int64{10, 20}) {
		require.Equal(t, want, first[i].Range)
	}

	second := plan(t, db, monday, 15)

	require.Equal(t, first, second)
}

func TestHasRows(t *testing.T) {
	db := openMigrated(t)
	watch(t, db, view(monday, 1, 0))
	addPartitions(t, db, monday+1, monday+1)

	for day, want := range map[settlement.Day]bool{monday: true, monday + 1: false} {
		has, err := db.Log.HasRows(t.Context(), day)
		require.NoError(t, err)
		require.Equal(t, want, has)
	}
}
