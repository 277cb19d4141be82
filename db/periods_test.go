package db

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func periodRefusal(t *testing.T, db *DB, period settlement.Period) error {
	t.Helper()
	err := db.BeginPeriod(t.Context(), period, me)
	require.Error(t, err)
	require.Equal(t, err.Error(), "begin: "+db.CheckPeriod(t.Context(), period, time.Now()).Error(), "both refuse alike")
	return err
}

func requireNotClosed(t *testing.T, want *settlement.Error, err error) {
	t.Helper()
	var notClosed *settlement.Error
	require.ErrorIs(t, err, settlement.ErrNotClosed)
	require.ErrorAs(t, err, &notClosed)
	require.Equal(t, want, notClosed)
}

func TestR8_AWeekNamesTheDayThatIsNotClosed(t *testing.T) {
	const thursday = monday + 3
	for _, test := range []struct {
		state   settlement.RunState
		prepare func(t *testing.T, db *DB)
		says    string
	}{
		{settlement.Running, func(t *testing.T, db *DB) { begin(t, db, thursday) }, "its run is still going"},
		{settlement.Failed, func(t *testing.T, db *DB) { begin(t, db, thursday); fail(t, db, thursday) }, "its run failed"},
		{"", func(*testing.T, *DB) {}, "it was never run"},
	} {
		t.Run(test.says, func(t *testing.T) {
			db := openWithRoom(t)
			closedDaysWith(t, db, monday, thursday-1)
			test.prepare(t, db)

			err := periodRefusal(t, db, week)

			requireNotClosed(t, settlement.NotClosed(settlement.DailyPeriod(thursday), test.state), err)
			require.ErrorContains(t, err, test.says)
			_, err = db.OpenRun(t.Context(), week)
			require.ErrorContains(t, err, "has no run of")
		})
	}
}

func TestR8_AWeekWaitsForItsLastDayToo(t *testing.T) {
	db := openWithRoom(t)
	closedDaysWith(t, db, monday, monday+5)
	requireNotClosed(t, settlement.NotClosed(settlement.DailyPeriod(monday+6), settlement.NeverRun), periodRefusal(t, db, week))
}

func TestR8_DaysBeforeTheFirstOneThatWasSettledAreNotWaitedFor(t *testing.T) {
	db := openWithRoom(t)
	wednesday, sunday := line(monday+2, 1, 10), line(monday+6, 1, 20)
	putVideos(t, db, 1)
	sum := closedDaysWith(t, db, monday+2, monday+6, wednesday, sunday)

	require.NoError(t, db.CheckPeriod(t.Context(), week, time.Now()))
	require.Equal(t, sum, closedPeriod(t, db, week))
	days, err := db.ClosedDays(t.Context(), week)
	require.NoError(t, err)
	require.Len(t, days, 5)
	require.Equal(t, monday+2, days[0].StartsOn)
}

func TestR8_AWeekBeforeTheFirstSettledDayIsRefused(t *testing.T) {
	db := openMigrated(t)
	putVideos(t, db, 1)
	addPartitions(t, db, monday, monday)
	closed(t, db, monday)
	week := (monday - 1).Week()

	var before *settlement.Error
	require.ErrorAs(t, db.CheckPeriod(t.Context(), week, time.Now()), &before)
	require.Equal(t, settlement.ErrBeforeFirst, before.Kind)
	require.ErrorContains(t, before, "lies before 2024-05-06, the first day")
	require.ErrorAs(t, db.BeginPeriod(t.Context(), week, me), &before)
	require.Equal(t, settlement.ErrBeforeFirst, before.Kind)
}

func TestR8_AWeekIsRefusedBeforeAnyDayIsClosed(t *testing.T) {
	requireNotClosed(t, settlement.NotClosed(settlement.DailyPeriod(monday), settlement.NeverRun), periodRefusal(t, openWithRoom(t), week))
}

func TestOnlyWeeksAndMonthsBeginAsPeriods(t *testing.T) {
	db := openWithWeek(t)
	for problem, period := range map[string]settlement.Period{
		"a week starts on a Monday, 2024-05-09 is a Thursday":       {Kind: settlement.Weekly, Start: monday + 3},
		"a month starts on its first day, not on 2024-05-06":        {Kind: settlement.Monthly, Start: monday},
		"2024-05-06 is a day":                                       {Kind: settlement.Daily, Start: monday},
		`"yearly" is not a kind of period`:                          {Kind: "yearly", Start: monday},
		"2042-W19 has not begun yet in Asia/Seoul":                  (monday + 6574).Week(),
		"0024-04-23 does not lie between 1990-01-01 and 2099-12-31": {Kind: settlement.Weekly, Start: -710649},
	} {
		require.ErrorContains(t, periodRefusal(t, db, period), problem)
	}
	require.Equal(t, 7, read[int](t, db, `SELECT COUNT(*) FROM runs`), "the days alone")
}

func TestR8_AMonthWaitsForAllItsDays(t *testing.T) {
	db := openWithWeek(t) // from the 6th to the 12th
	month := monday.Month()
	requireNotClosed(t, settlement.NotClosed(settlement.DailyPeriod(monday+7), settlement.NeverRun), periodRefusal(t, db, month))

	closeEmptyDays(t, db, monday+7, month.End()-1)
	require.NoError(t, db.CheckPeriod(t.Context(), month, time.Now()))
}

// closeEmptyDays enters days on which nobody watched as closed.
func closeEmptyDays(t *testing.T, db *DB, first, last settlement.Day) {
	t.Helper()
	for day := first; day <= last; day++ {
		exec(t, db, `
			INSERT INTO runs (kind, starts_on, version, state, fence, workflow_id, holder, price_rule, repeat_window_ms, failure, began_at)
			VALUES ('daily', ?, 1, 'closed', 1, '', '', 1, 0, '', NOW())`, day)
	}
}

func TestBeginPeriod_TakesOverTheRulesAndTheWindowOfTheLastDay(t *testing.T) {
	db := openWithWeek(t)
	exec(t, db, `UPDATE runs SET price_rule = 2, fee_rule = 3, repeat_window_ms = 7000 WHERE starts_on = ?`, monday+6)

	beginPeriod(t, db, week)

	run, err := db.OpenRun(t.Context(), week)
	require.NoError(t, err)
	require.Equal(t, Run{
		Kind: settlement.Weekly, StartsOn: monday, State: settlement.Running, Fence: 1, WorkflowID: me.WorkflowID, Holder: me.RunID,
		PriceRule: 2, FeeRule: 3, WindowMS: 7000, BeganAt: run.BeganAt, PaymentsLateFrom: withoutPayments,
	}, run)
}

func TestR12_BeginningAgainChangesNothing(t *testing.T) {
	db := openWithWeek(t)
	beginPeriod(t, db, week)
	before := results(t, db)
	beginPeriod(t, db, week)
	require.Equal(t, before, results(t, db))
}

func TestR12_AWeekIsPlannedOnce(t *testing.T) {
	db := openWithWeek(t)
	planPeriod(t, db, week, 10, 20)
	first, err := db.Chunks(t.Context(), week)
	require.NoError(t, err)
	require.Len(t, first, 3)

	require.NoError(t, db.StorePlan(t.Context(), week, me, settlement.Split(nil)))

	second, err := db.Chunks(t.Context(), week)
	require.NoError(t, err)
	require.Equal(t, first, second)
}

func TestLinesToPlan_EveryVideoMayHaveALineOnEachDay(t *testing.T) {
	db := openMigrated(t)
	putVideos(t, db, 7, 3)
	lines, err := db.LinesToPlan(t.Context(), week)
	require.NoError(t, err)
	require.Equal(t, []settlement.VideoRows{{VideoID: 3, Rows: 7}, {VideoID: 7, Rows: 7}}, lines)

	lines, err = db.LinesToPlan(t.Context(), monday.Month())
	require.NoError(t, err)
	require.EqualValues(t, 31, lines[0].Rows)
}
