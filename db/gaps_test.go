package db

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

func TestOpenPeriods_AreThoseThatAreNotClosedInOrder(t *testing.T) {
	db := openWithRoom(t)
	closedDaysWith(t, db, monday, monday+1)
	begin(t, db, monday+2)

	open, err := db.OpenPeriods(t.Context(), settlement.Daily, monday, monday+3)

	require.NoError(t, err)
	require.Equal(t, []OpenPeriod{
		{Period: settlement.DailyPeriod(monday + 2), State: settlement.Running},
		{Period: settlement.DailyPeriod(monday + 3)},
	}, open)
}

func TestOpenPeriods_OfWeeksAreThoseThatHoldTheDays(t *testing.T) {
	db := openWithRoom(t)

	open, err := db.OpenPeriods(t.Context(), settlement.Weekly, week.Start+6, week.End())

	require.NoError(t, err)
	require.Equal(t, []OpenPeriod{{Period: week}, {Period: (week.Start + 7).Week()}}, open)
}

func TestFirstDay_IsTheFirstWithViewsUntilADayIsRun(t *testing.T) {
	db := openWithRoom(t)
	_, found, err := db.FirstDay(t.Context())
	require.NoError(t, err)
	require.False(t, found, "there are no views")

	_, refused, err := db.AppendViews(t.Context(), []daylog.View{{Day: monday + 1, VideoID: 1, ViewerID: 1, ViewID: 1}})
	require.NoError(t, err)
	require.Empty(t, refused)
	first, found, err := db.FirstDay(t.Context())
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, monday+1, first)

	begin(t, db, monday)
	first, _, err = db.FirstDay(t.Context())
	require.NoError(t, err)
	require.Equal(t, monday, first)
}

func TestFirstDay_MayHaveOnlyPayments(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday+3)
	pay(t, db, paidRow(monday+1, 1, 1))

	first, found, err := db.FirstDay(t.Context())

	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, monday+1, first)
}

func TestUnsettledBefore_AreDaysOfTheLogThatIsMeant(t *testing.T) {
	db := openMigrated(t)
	watch(t, db, view(monday, 1, 0))
	pay(t, db, paidRow(monday+1, 1, 1))
	for log, want := range map[*daylog.Log]settlement.Day{db.Log.Log: monday, db.Payments.Log: monday + 1} {
		days, err := db.UnsettledBefore(t.Context(), log, monday+2)
		require.NoError(t, err)
		require.Equal(t, []settlement.Day{want}, days)
	}
}
