package db

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// collectLate begins the day and makes it collect late rows.
func collectLate(t *testing.T, db *DB, day settlement.Day) (int64, []settlement.Mismatch) {
	t.Helper()
	begin(t, db, day)
	late, mismatches, err := db.CollectLate(t.Context(), day, me)
	require.NoError(t, err)
	return late, mismatches
}

// openClosed has the day closed with two rows, and room for three more days.
func openClosed(t *testing.T) *DB {
	t.Helper()
	db := openMigrated(t)
	putVideos(t, db, 1, 2)
	watch(t, db, views(monday, 1, 2)...)
	addPartitions(t, db, monday, monday+3)
	closed(t, db, monday)
	return db
}

func TestCollectLate_ADayWithoutLateViewsPostsNothing(t *testing.T) {
	db := openClosed(t)

	late, mismatches := collectLate(t, db, monday+1)

	require.Zero(t, late)
	require.Empty(t, mismatches)
	require.Zero(t, read[int64](t, db, `SELECT COUNT(*) FROM late_views`))
	require.Equal(t, 1, read[int](t, db, `SELECT COUNT(*) FROM runs WHERE late_collected_at IS NOT NULL AND starts_on = ?`, monday+1))
}

func TestCollectLate_LateViewsArePostedOnce(t *testing.T) {
	db := openClosed(t)
	watch(t, db, view(monday, 2, time.Hour), view(monday, 2, 2*time.Hour))
	late, mismatches := collectLate(t, db, monday+1)
	require.EqualValues(t, 2, late)
	require.Empty(t, mismatches)

	watch(t, db, view(monday, 2, 3*time.Hour))
	late, mismatches = collectLate(t, db, monday+1)

	require.EqualValues(t, 2, late, "what the day posts is fixed")
	require.Empty(t, mismatches)
	posted, err := db.Log.Posted(t.Context(), monday+1, allVideos)
	require.NoError(t, err)
	require.Len(t, posted, 2)
	require.Equal(t, daylog.LateView{
		WatchedOn: monday, VideoID: 2, ViewerID: viewer, WatchedAt: seoul.Start(monday).Add(time.Hour).UTC(), ViewID: 1,
		PlayedSeconds: 60, AdViews: 2, PostedOn: monday + 1,
	}, posted[0])
}

func TestCollectLate_WhatCameLaterStillIsPostedByTheNextDay(t *testing.T) {
	db := openClosed(t)
	watch(t, db, view(monday, 2, time.Hour))
	first := runPosting(t, db, monday+1)
	watch(t, db, view(monday, 2, 2*time.Hour))

	second := runPosting(t, db, monday+2)

	require.Equal(t, settlement.Late{LateRows: 1, LateViews: 1}, first.Late)
	require.Equal(t, settlement.Late{LateRows: 1, LateViews: 1}, second.Late)
	require.Equal(t, 1, read[int](t, db, `SELECT COUNT(*) FROM late_views WHERE posted_on = ?`, monday+2))
}

func TestCollectLate_ADayThatHasLookedBackLeavesTheRestToTheNext(t *testing.T) {
	db := openClosed(t)
	next := func() settlement.Day {
		day, err := db.NextToCollectLate(t.Context())
		require.NoError(t, err)
		return day
	}
	require.Equal(t, monday+1, next())

	begin(t, db, monday+1)
	require.Equal(t, monday+1, next())

	collectLate(t, db, monday+1)
	require.Equal(t, monday+2, next())
}

func TestR16_ALateRowOfLongAgoIsPostedByTheNextDay(t *testing.T) {
	const days = 40
	db := openClosed(t)
	addPartitions(t, db, monday, monday+days)
	enterClosed(t, db, daysFrom(monday+1, monday+days-1)...)
	watch(t, db, view(monday, 2, time.Hour))

	late, mismatches := collectLate(t, db, monday+days)

	require.EqualValues(t, 1, late)
	require.Empty(t, mismatches)
}

func TestCollectLate_LooksNoFurtherBackThanTheLastDaysWithOtherRows(t *testing.T) {
	const wrong = mostMismatches + 1
	db := openClosed(t)
	addPartitions(t, db, monday, monday+wrong+1)
	enterClosed(t, db, daysFrom(monday+1, monday+wrong)...)
	for _, day := range daysFrom(monday+1, monday+wrong) {
		watch(t, db, view(day, 2, time.Hour))
		exec(t, db, `UPDATE runs SET views = 1 WHERE starts_on = ?`, day) // of which there is none
	}

	_, mismatches := collectLate(t, db, monday+wrong+1)

	require.Len(t, mismatches, mostMismatches)
	require.Equal(t, monday+2, mismatches[0].Day)
	require.Equal(t, monday+wrong, mismatches[mostMismatches-1].Day)
}

func TestCollectLate_PostedRowsThatVanishedAreNotAdjusted(t *testing.T) {
	db := openClosed(t)
	watch(t, db, view(monday, 2, time.Hour))
	runPosting(t, db, monday+1)
	exec(t, db, `DELETE FROM watch_log WHERE watched_on = ? AND video_id = 2`, monday)

	late, mismatches := collectLate(t, db, monday+2)

	require.Zero(t, late)
	require.Equal(t, []settlement.Mismatch{{Day: monday, Expected: 3, Found: 2}}, mismatches)
}

func TestCollectLate_AVanishedRowAmongLateOnesIsSeen(t *testing.T) {
	db := openClosed(t)
	exec(t, db, `DELETE FROM watch_log WHERE watched_on = ? LIMIT 1`, monday)
	watch(t, db, view(monday, 2, time.Hour), view(monday, 2, 2*time.Hour))

	late, mismatches := collectLate(t, db, monday+1)

	require.Zero(t, late)
	require.Equal(t, []settlement.Mismatch{{Day: monday, Expected: 2, Found: 1}}, mismatches)
}

func TestCollectLate_AForgedRowAmongLateOnesIsSeen(t *testing.T) {
	db := openClosed(t)
	watch(t, db, view(monday, 2, time.Hour))
	exec(t, db, `UPDATE watch_log SET epoch = 1 WHERE video_id = 2`)
	watch(t, db, view(monday, 2, 2*time.Hour))

	late, mismatches := collectLate(t, db, monday+1)

	require.Zero(t, late)
	require.Equal(t, []settlement.Mismatch{{Day: monday, Expected: 2, Found: 3}}, mismatches)
}

func TestCollectLate_ADroppedDayIsNotLookedAt(t *testing.T) {
	db := openDropped(t)

	late, mismatches := collectLate(t, db, monday+2)

	require.Zero(t, late)
	require.Empty(t, mismatches)
}

func TestCollectLate_RowsThatOnlyADroppedDayCouldJudgeRaiseAnAlarm(t *testing.T) {
	db := openDropped(t)
	watch(t, db, view(monday+1, 2, time.Hour))
	exec(t, db, `
		INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
		VALUES (?, 2, 1, ?, 99, 1, 0)`, monday+1, seoul.Start(monday+1))

	late, mismatches := collectLate(t, db, monday+2)

	require.Zero(t, late, "what it posts it has to judge")
	require.Equal(t, []settlement.Mismatch{{Day: monday + 1, Found: 1, Unjudged: true}}, mismatches)
	require.Equal(t, "2024-05-07 got 1 row soon after midnight when the day before had been dropped: nobody can tell them from repeats", mismatches[0].String())
}

func TestCollectLate_OtherRowsOfTheFirstDayThatIsLeftArePosted(t *testing.T) {
	db := openDropped(t)
	watch(t, db, view(monday+1, 2, time.Hour))

	late, mismatches := collectLate(t, db, monday+2)

	require.EqualValues(t, 1, late)
	require.Empty(t, mismatches)
}

func TestCollectLate_ALateRowThatTheServerRoundedUpToMidnightIsPosted(t *testing.T) {
	db := openClosed(t)
	watch(t, db, view(monday, 2, 24*time.Hour), view(monday+1, 2, time.Hour))
	begin(t, db, monday+1)

	late, mismatches := collectLate(t, db, monday+1)

	require.EqualValues(t, 1, late)
	require.Empty(t, mismatches)
}

// No statement of the platform's own fails for want of a partition below the
// first day.
func TestCollectLate_RowsThatCameAfterTheirDayWasDroppedRaiseAnAlarm(t *testing.T) {
	db, old := openOld(t)
	require.NoError(t, db.Drop(t.Context(), old))
	exec(t, db, `INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views) VALUES (?, 1, 1, ?, 1, 1, 1)`,
		monday, seoul.Start(monday).UTC())

	_, mismatches := collectLate(t, db, monday+2)

	require.Equal(t, []settlement.Mismatch{{Day: monday, Found: 1, Dropped: true}}, mismatches)
	require.Equal(t, monday.String()+" got 1 row after it was dropped, which nobody has counted", mismatches[0].String())
}
