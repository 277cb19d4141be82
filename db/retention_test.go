package db

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

// droppable are the days before the given one that may be dropped, and why the
// next is kept.
func droppable(t *testing.T, db *DB, before settlement.Day) (days []settlement.Day, kept *Kept) {
	t.Helper()
	kept, err := db.EachDroppable(t.Context(), before, false, func(day Droppable) error {
		days = append(days, day.Day)
		return nil
	})
	require.NoError(t, err)
	return days, kept
}

// requireDroppable means that these days may be dropped, and that nobody keeps
// the next one.
func requireDroppable(t *testing.T, db *DB, before settlement.Day, want ...settlement.Day) {
	t.Helper()
	days, kept := droppable(t, db, before)
	require.Nil(t, kept)
	require.Equal(t, want, days)
}

func TestRetention_ADayStaysWhileItsRowsAreNeeded(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday+4)
	enterClosed(t, db, daysFrom(monday, monday+2)...)

	requireDroppable(t, db, monday+1, monday)
	// The last closed day stays: the next one looks back across midnight (R3).
	requireDroppable(t, db, monday+5, monday, monday+1)
}

func TestRetention_TheLastDayThereStays(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	enterClosed(t, db, monday)

	requireDroppable(t, db, monday+1)
}

func TestRetention_BeforeAnyDayIsSettledAllStay(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday+2)

	requireDroppable(t, db, monday+3)
}

func TestRetention_EmptyDaysBeforeTheFirstSettledOneGo(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday+3)
	enterClosed(t, db, monday+2, monday+3)

	requireDroppable(t, db, monday+4, daysFrom(monday, monday+2)...)
}

func TestRetention_RowsBeforeTheFirstSettledDayAreKeptAndNamedUntilSomebodyMeansThem(t *testing.T) {
	db := openMigrated(t)
	watch(t, db, views(monday+1, 1, 2)...)
	addPartitions(t, db, monday, monday+3)
	enterClosed(t, db, monday+2, monday+3)

	days, kept := droppable(t, db, monday+4)
	require.Equal(t, []settlement.Day{monday}, days)
	require.Equal(t, &Kept{Day: monday + 1, Rows: 2, Reason: KeptNeverSettled}, kept)
	require.Contains(t, kept.Error(), "2024-05-07 comes before the first day that was settled and has 2 rows")

	var dropped []Droppable
	kept, err := db.EachDroppable(t.Context(), monday+4, true, func(day Droppable) error {
		dropped = append(dropped, day)
		return db.Drop(t.Context(), day)
	})
	require.NoError(t, err)
	require.Nil(t, kept, "retention works again behind them")
	require.Len(t, dropped, 3)
	require.EqualValues(t, 2, dropped[1].Rows)
	requireDays(t, db, monday+3, monday+3)
}

func TestRetention_PlaysBeforeTheFirstSettledDayStayAsLongAsThatDay(t *testing.T) {
	db := openMigrated(t)
	watch(t, db, view(monday, 1, 0))
	addPartitions(t, db, monday, monday+3)
	enterClosed(t, db, monday+1, monday+2, monday+3)
	droppable := func(before settlement.Day) (days []settlement.Day, kept *Kept) {
		kept, err := db.EachDroppable(t.Context(), before, true, func(day Droppable) error {
			days = append(days, day.Day)
			return nil
		})
		require.NoError(t, err)
		return days, kept
	}

	days, kept := droppable(monday + 1)
	require.Empty(t, days)
	require.Equal(t, &Kept{Day: monday, Rows: 1, Reason: KeptLookedBack}, kept)
	require.Contains(t, kept.Error(), "2024-05-06 comes before the first day that was settled, some of whose plays may be repeats of its 1 row")

	days, kept = droppable(monday + 2)
	require.Equal(t, []settlement.Day{monday, monday + 1}, days)
	require.Nil(t, kept)
}

func TestRetention_PlaysBeforeTheFirstSettledDayStayAsLongAsThatDayIsNeeded(t *testing.T) {
	db := openMigrated(t)
	watch(t, db, view(monday, 1, 0))
	addPartitions(t, db, monday, monday+3)
	enterClosed(t, db, monday+1)
	drop := func() *Kept {
		kept, err := db.EachDroppable(t.Context(), monday+3, true, func(day Droppable) error { return db.Drop(t.Context(), day) })
		require.NoError(t, err)
		return kept
	}

	require.Equal(t, KeptLookedBack, drop().Reason, "the day after the first settled one looks back to that one")

	enterClosed(t, db, monday+2)
	require.Nil(t, drop())
	requireDays(t, db, monday+2, monday+3)
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

func TestRetention_LateRowsKeepTheirDayAndTheOneBeforeUntilTheDayThatPostsThemIsClosed(t *testing.T) {
	db := openLate(t)
	days, kept := droppable(t, db, monday+3)
	require.Equal(t, []settlement.Day{monday}, days, "the day before stays, too: late views are judged across that midnight")
	require.Equal(t, &Kept{Day: monday + 2, Rows: 1, Reason: KeptUnposted, Posting: monday + 4}, kept)
	require.Contains(t, kept.Error(), "2024-05-08 has 1 row that came late and that no day has posted")

	addPartitions(t, db, monday+4, monday+4)
	collectLate(t, db, monday+4)

	days, kept = droppable(t, db, monday+3)
	require.Equal(t, []settlement.Day{monday}, days, "a day has posted them, but it has not judged them for good")
	require.Equal(t, &Kept{Day: monday + 2, Rows: 1, Reason: KeptPosting, Posting: monday + 4}, kept)
	require.Contains(t, kept.Error(), "until 2024-05-10 is closed")

	exec(t, db, `UPDATE runs SET state = 'closed' WHERE starts_on = ?`, monday+4)
	requireDroppable(t, db, monday+3, daysFrom(monday, monday+2)...)
}

func TestRetention_LateRowsThatOnlyADroppedDayCouldJudgeKeepTheirDay(t *testing.T) {
	db := openDropped(t)
	closed(t, db, monday+2)
	exec(t, db, `
		INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
		VALUES (?, 2, 1, ?, 99, 1, 0)`, monday+1, seoul.Start(monday+1))

	days, kept := droppable(t, db, monday+2)

	require.Empty(t, days)
	require.Equal(t, &Kept{Day: monday + 1, Rows: 1, Reason: KeptUnjudged}, kept)
	require.Contains(t, kept.Error(), "2024-05-07 has 1 row that came late, after the day was dropped by whose plays")
}

func TestRetention_LateRowsOfADayThatIsKeptAnywayKeepTheDayBefore(t *testing.T) {
	db := openLate(t)

	days, kept := droppable(t, db, monday+2)

	require.Equal(t, monday+2, kept.Day)
	require.Equal(t, []settlement.Day{monday}, days)
}

func TestRetention_ADayWhoseRowsVanishedIsNotKeptForThem(t *testing.T) {
	db := openLate(t)
	addPartitions(t, db, monday+4, monday+4)
	collectLate(t, db, monday+4)
	exec(t, db, `UPDATE runs SET state = 'closed' WHERE starts_on = ?`, monday+4)
	exec(t, db, `DELETE FROM watch_log WHERE watched_on IN (?, ?)`, monday, monday+2)

	requireDroppable(t, db, monday+3, daysFrom(monday, monday+2)...)
}

func TestRetention_AVanishedRowDoesNotHideALateOne(t *testing.T) {
	db := openClosed(t)
	closed(t, db, monday+1)
	exec(t, db, `DELETE FROM watch_log WHERE watched_on = ? LIMIT 1`, monday)
	watch(t, db, view(monday, 2, time.Hour))

	days, kept := droppable(t, db, monday+1)

	require.Empty(t, days)
	require.Equal(t, KeptUnposted, kept.Reason)
}

func TestRetention_ADayThatIsDroppedIsGoneBeforeTheNextIsLookedAt(t *testing.T) {
	db := openMigrated(t)
	watch(t, db, view(monday, 1, 0), view(monday+1, 1, 0), view(monday+2, 1, 0))
	enterClosed(t, db, daysFrom(monday, monday+2)...)

	_, err := db.EachDroppable(t.Context(), monday+2, false, func(day Droppable) error {
		requireDays(t, db, day.Day, monday+2)
		return db.Drop(t.Context(), day)
	})

	require.NoError(t, err)
	requireDays(t, db, monday+2, monday+2)
	require.EqualValues(t, 1, read[int64](t, db, `SELECT COUNT(*) FROM watch_log`))
}
