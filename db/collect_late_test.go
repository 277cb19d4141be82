package db

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// collectLate begins the day and makes it collect late rows.
func collectLate(t *testing.T, db *DB, day settlement.Day, days int) (int64, []settlement.Mismatch) {
	t.Helper()
	begin(t, db, day)
	late, mismatches, err := db.CollectLate(t.Context(), day, me, days)
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

	late, mismatches := collectLate(t, db, monday+1, 7)

	require.Zero(t, late)
	require.Empty(t, mismatches)
	require.Zero(t, read[int64](t, db, `SELECT COUNT(*) FROM late_views`))
	require.Equal(t, 1, read[int](t, db, `SELECT COUNT(*) FROM runs WHERE late_collected_at IS NOT NULL`))
}

// openCrowded has Monday closed in five chunks, five late views of it and one late payment, of which two are posted at once.
func openCrowded(t *testing.T) *DB {
	t.Helper()
	db := openMigrated(t)
	db.postedAtOnce = 2
	putVideos(t, db, 1, 2, 3, 4, 5)
	addPartitions(t, db, monday, monday+1)
	require.NoError(t, db.AddPaymentPartitions(t.Context(), monday, monday+1))
	begin(t, db, monday)
	for _, chunk := range plan(t, db, monday, 2, 3, 4, 5) {
		require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, Count{}, 1))
		settle(t, db, monday, chunk)
	}
	_, err := db.CloseDay(t.Context(), monday, me)
	require.NoError(t, err)
	for video := range int64(5) {
		watch(t, db, view(monday, video+1, time.Hour))
	}
	pay(t, db, paidRow(monday, 1, 1))
	return db
}

func TestCollectLate_ManyLateRowsOfADayArePostedInParts(t *testing.T) {
	db := openCrowded(t)
	exec(t, db, `UPDATE watch_log SET watched_at = watched_at + INTERVAL 3 DAY WHERE video_id = 4`)
	begin(t, db, monday+1)

	_, _, err := db.CollectLate(t.Context(), monday+1, me, 7)

	require.ErrorIs(t, err, settlement.ErrBadRow)
	posted := func() []int64 {
		var videos []int64
		require.NoError(t, db.pool.SelectContext(t.Context(), &videos, `SELECT video_id FROM late_views WHERE posted_on = ? ORDER BY video_id`, monday+1))
		return videos
	}
	require.Equal(t, []int64{1, 2}, posted(), "the part before the one that failed")
	exec(t, db, `UPDATE watch_log SET watched_at = watched_at - INTERVAL 3 DAY WHERE video_id = 4`)
	watch(t, db, view(monday, 1, 5*time.Hour))

	late, mismatches := collectLate(t, db, monday+1, 7)

	require.EqualValues(t, 7, late)
	require.Empty(t, mismatches)
	require.Equal(t, []int64{1, 1, 2, 3, 4, 5}, posted())
	watch(t, db, view(monday, 2, 3*time.Hour))
	late, _ = collectLate(t, db, monday+1, 7)
	require.EqualValues(t, 7, late, "what the day posts is fixed")
}

func TestCollectLate_LateViewsArePostedOnce(t *testing.T) {
	db := openClosed(t)
	watch(t, db, view(monday, 2, time.Hour), view(monday, 2, 2*time.Hour))
	late, mismatches := collectLate(t, db, monday+1, 7)
	require.EqualValues(t, 2, late)
	require.Empty(t, mismatches)

	watch(t, db, view(monday, 2, 3*time.Hour))
	late, mismatches = collectLate(t, db, monday+1, 7)

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

	collectLate(t, db, monday+1, 7)
	require.Equal(t, monday+2, next())
}

func TestCollectLate_LooksAtSoManyDays(t *testing.T) {
	for days, want := range map[int]int64{0: 0, 1: 1, 2: 2, 7: 2} {
		db := openClosed(t)
		closed(t, db, monday+1)
		watch(t, db, view(monday, 2, time.Hour), view(monday+1, 2, time.Hour))

		late, mismatches := collectLate(t, db, monday+2, days)

		require.Equal(t, want, late, "%d days", days)
		require.Empty(t, mismatches)
	}
}

func TestCollectLate_PostedRowsThatVanishedAreNotAdjusted(t *testing.T) {
	db := openClosed(t)
	watch(t, db, view(monday, 2, time.Hour))
	runPosting(t, db, monday+1)
	exec(t, db, `DELETE FROM watch_log WHERE watched_on = ? AND video_id = 2`, monday)

	late, mismatches := collectLate(t, db, monday+2, 7)

	require.Zero(t, late)
	require.Equal(t, []settlement.Mismatch{{Day: monday, Expected: 3, Found: 2}}, mismatches)
}

func TestCollectLate_AVanishedRowAmongLateOnesIsSeen(t *testing.T) {
	db := openClosed(t)
	exec(t, db, `DELETE FROM watch_log WHERE watched_on = ? LIMIT 1`, monday)
	watch(t, db, view(monday, 2, time.Hour), view(monday, 2, 2*time.Hour))

	late, mismatches := collectLate(t, db, monday+1, 7)

	require.Zero(t, late)
	require.Equal(t, []settlement.Mismatch{{Day: monday, Expected: 2, Found: 1}}, mismatches)
}

func TestCollectLate_AForgedRowAmongLateOnesIsSeen(t *testing.T) {
	db := openClosed(t)
	watch(t, db, view(monday, 2, time.Hour))
	exec(t, db, `UPDATE watch_log SET epoch = 1 WHERE video_id = 2`)
	watch(t, db, view(monday, 2, 2*time.Hour))

	late, mismatches := collectLate(t, db, monday+1, 7)

	require.Zero(t, late)
	require.Equal(t, []settlement.Mismatch{{Day: monday, Expected: 2, Found: 3}}, mismatches)
}

func TestCollectLate_ADroppedDayIsNotLookedAt(t *testing.T) {
	db := openDropped(t)

	late, mismatches := collectLate(t, db, monday+2, 7)

	require.Zero(t, late)
	require.Empty(t, mismatches)
}

func TestCollectLate_RowsThatOnlyADroppedDayCouldJudgeRaiseAnAlarm(t *testing.T) {
	db := openDropped(t)
	watch(t, db, view(monday+1, 2, time.Hour))
	exec(t, db, `
		INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
		VALUES (?, 2, 1, ?, 99, 1, 0)`, monday+1, seoul.Start(monday+1))

	late, mismatches := collectLate(t, db, monday+2, 7)

	require.Zero(t, late, "what it posts it has to judge")
	require.Equal(t, []settlement.Mismatch{{Day: monday + 1, Found: 1, Unjudged: true}}, mismatches)
	require.Equal(t, "2024-05-07 got 1 row soon after midnight when the day before had been dropped: nobody can tell them from repeats", mismatches[0].String())
}

func TestCollectLate_OtherRowsOfTheFirstDayThatIsLeftArePosted(t *testing.T) {
	db := openDropped(t)
	watch(t, db, view(monday+1, 2, time.Hour))

	late, mismatches := collectLate(t, db, monday+2, 7)

	require.EqualValues(t, 1, late)
	require.Empty(t, mismatches)
}

func TestCollectLate_ALateRowThatTheServerRoundedUpToMidnightIsPosted(t *testing.T) {
	db := openClosed(t)
	watch(t, db, view(monday, 2, 24*time.Hour), view(monday+1, 2, time.Hour))
	begin(t, db, monday+1)

	late, mismatches := collectLate(t, db, monday+1, 7)

	require.EqualValues(t, 1, late)
	require.Empty(t, mismatches)
}

func TestCollectLate_ALateRowOfAnotherDayIsRefused(t *testing.T) {
	db := openClosed(t)
	stray := view(monday, 2, 25*time.Hour) // Tuesday has it as well, and counts it
	watch(t, db, view(monday, 2, time.Hour), stray, view(monday+1, 2, time.Hour))
	begin(t, db, monday+1)

	_, _, err := db.CollectLate(t.Context(), monday+1, me, 7)

	var bad *settlement.Error
	require.ErrorIs(t, err, settlement.ErrBadRow)
	require.ErrorAs(t, err, &bad)
	require.Equal(t, settlement.DailyPeriod(monday), bad.Period)
	require.ErrorContains(t, err, "started at 2024-05-06T16:00:00Z, outside of its partition's day")
	require.Zero(t, read[int64](t, db, `SELECT COUNT(*) FROM late_views`), "nothing is posted before it is repaired")
	exec(t, db, `DELETE FROM watch_log WHERE watched_on = ? AND watched_at = '2024-05-06 16:00:00'`, monday)
	late, mismatches := collectLate(t, db, monday+1, 7)
	require.EqualValues(t, 1, late)
	require.Empty(t, mismatches)
}

func TestR12_OnlyTheHolderFixesWhatADayPosts(t *testing.T) {
	db := openClosed(t)
	watch(t, db, view(monday, 2, time.Hour))
	begin(t, db, monday+1)

	_, _, err := db.CollectLate(t.Context(), monday+1, stranger, 7)

	require.ErrorIs(t, err, settlement.ErrStale)
	require.Zero(t, read[int64](t, db, `SELECT COUNT(*) FROM late_views`))
}

// runPosting takes the day through all steps; every late view that it posts
// counts.
func runPosting(t *testing.T, db *DB, day settlement.Day) settlement.Totals {
	t.Helper()
	collectLate(t, db, day, 7)
	chunk := plan(t, db, day)[0]
	storeJudged(t, db, day, chunk)
	settle(t, db, day, chunk)
	totals, err := db.CloseDay(t.Context(), day, me)
	require.NoError(t, err)
	return totals
}

// storeJudged stores a count in which all late views of the chunk count.
func storeJudged(t *testing.T, db *DB, day settlement.Day, chunk Chunk, lines ...StatisticsLine) {
	t.Helper()
	count := Count{Lines: lines}
	var err error
	count.Late, err = db.Log.Posted(t.Context(), day, chunk.Range)
	require.NoError(t, err)
	for i := range count.Late {
		count.Late[i].Verdict = daylog.LateCounted
		view := count.Late[i]
		if n := len(count.Adjustments); n == 0 || count.Adjustments[n-1].VideoID != view.VideoID || count.Adjustments[n-1].WatchedOn != view.WatchedOn {
			count.Adjustments = append(count.Adjustments, Adjustment{PostedOn: day, WatchedOn: view.WatchedOn, VideoID: view.VideoID, CreatorID: creator})
		}
		count.Adjustments[len(count.Adjustments)-1].Count(view.Play().Play, settlement.Counts)
	}
	require.NoError(t, db.StoreCount(t.Context(), day, me, chunk, count, 1))
}

func TestR7_LateViewsArePaidAfterTheDaysOwn(t *testing.T) {
	db := openClosed(t) // video 1 has ordinals 1 and 2
	closed(t, db, monday+1)
	watch(t, db, view(monday, 1, time.Hour), view(monday+1, 1, time.Hour), view(monday+1, 1, 2*time.Hour), view(monday+1, 2, time.Hour))
	watch(t, db, views(monday+2, 1, 3)...)
	collectLate(t, db, monday+2, 7)
	chunk := plan(t, db, monday+2)[0]
	storeJudged(t, db, monday+2, chunk, line(monday+2, 1, 3))

	settled := settle(t, db, monday+2, chunk)

	lines, err := db.Settlements(t.Context(), monday+2, allVideos)
	require.NoError(t, err)
	require.Equal(t, []SettlementLine{
		{Day: monday + 2, VideoID: 1, CreatorID: creator, Earnings: settlement.Earnings{
			VideoOrdinals: settlement.VideoOrdinals{ViewsFrom: 2, ViewsTo: 8, AdViewsFrom: 4, AdViewsTo: 16},
			Amounts:       settlement.Amounts{VideoAmount: 6, AdAmount: 120},
		}},
		{Day: monday + 2, VideoID: 2, CreatorID: creator, Earnings: settlement.Earnings{
			VideoOrdinals: settlement.VideoOrdinals{ViewsTo: 1, AdViewsTo: 2},
			Amounts:       settlement.Amounts{VideoAmount: 1, AdAmount: 20},
		}},
	}, lines)
	require.Equal(t, settlement.Amounts{VideoAmount: 7, AdAmount: 140}, settled.Amounts)
	require.Equal(t, settlement.Late{LateRows: 4, LateViews: 4}, settled.Late)
	adjustments, err := db.PostedAdjustments(t.Context(), monday+2, allVideos)
	require.NoError(t, err)
	require.Len(t, adjustments, 3)
	require.Equal(t, [][2]int64{{5, 6}, {6, 8}, {0, 1}}, [][2]int64{
		{adjustments[0].ViewsFrom, adjustments[0].ViewsTo}, {adjustments[1].ViewsFrom, adjustments[1].ViewsTo}, {adjustments[2].ViewsFrom, adjustments[2].ViewsTo},
	})
	require.Equal(t, settlement.Amounts{VideoAmount: 2, AdAmount: 40}, adjustments[1].Amounts)
	totals, err := db.CloseDay(t.Context(), monday+2, me)
	require.NoError(t, err)
	require.Equal(t, settled.Totals, totals)
}

func TestStoreCount_ReplacesTheVerdictsAndAdjustmentsOfTheChunk(t *testing.T) {
	db := openClosed(t)
	watch(t, db, view(monday, 2, time.Hour))
	collectLate(t, db, monday+1, 7)
	chunk := plan(t, db, monday+1)[0]
	storeJudged(t, db, monday+1, chunk)
	exec(t, db, `UPDATE run_chunks SET state = 'planned'`)
	chunk = chunksOf(t, db, monday+1)[0]
	late, err := db.Log.Posted(t.Context(), monday+1, allVideos)
	require.NoError(t, err)
	late[0].Verdict = daylog.LateRepeat
	again := Count{Late: late, Adjustments: []Adjustment{{
		PostedOn: monday + 1, WatchedOn: monday, VideoID: 2, CreatorID: creator, Statistics: settlement.Statistics{RepeatViews: 1},
	}}}

	require.NoError(t, db.StoreCount(t.Context(), monday+1, me, chunk, again, 1))

	require.Equal(t, "repeat", read[string](t, db, `SELECT verdict FROM late_views`))
	adjustments, err := db.PostedAdjustments(t.Context(), monday+1, allVideos)
	require.NoError(t, err)
	require.Equal(t, again.Adjustments, adjustments)
	require.Equal(t, settlement.Late{LateRows: 1}, settle(t, db, monday+1, chunk).Late)
}

func TestR10_ADayWithALateViewThatNobodyJudgedDoesNotClose(t *testing.T) {
	db := openClosed(t)
	watch(t, db, view(monday, 2, time.Hour))
	collectLate(t, db, monday+1, 7)
	settle(t, db, monday+1, counted(t, db, monday+1))

	_, err := db.CloseDay(t.Context(), monday+1, me)

	var lateRows *settlement.Error
	require.ErrorIs(t, err, settlement.ErrLateRows)
	require.ErrorAs(t, err, &lateRows)
	require.ErrorContains(t, lateRows, "2024-05-07 posts {LateRows:1 LateViews:0}, its chunks judged {LateRows:0 LateViews:0}, its adjustments stand for 0 rows")
}

func TestLastPlays_KnowsLateViewsThatWerePostedByThen(t *testing.T) {
	db := openClosed(t)
	pair := daylog.Pair{VideoID: 2, ViewerID: viewer}
	last := func() map[daylog.Pair]int64 {
		found, err := db.Log.LastPlays(t.Context(), onTime(t, db, monday), []daylog.Pair{pair})
		require.NoError(t, err)
		return found
	}
	watch(t, db, view(monday, 2, time.Hour))
	require.Empty(t, last(), "nobody has posted it")

	collectLate(t, db, monday+1, 7)
	require.Equal(t, map[daylog.Pair]int64{pair: view(monday, 2, time.Hour).WatchedAt}, last())

	exec(t, db, `UPDATE late_views SET posted_on = ?`, monday+2)
	require.Empty(t, last(), "the day after did not know it")
}

func TestRowsToPlan_HoldsTheLateViewsToo(t *testing.T) {
	db := openClosed(t)
	putVideos(t, db, 3)
	watch(t, db, view(monday, 1, time.Hour), view(monday, 3, time.Hour), view(monday, 3, 2*time.Hour))
	watch(t, db, views(monday+1, 1, 4)...)
	watch(t, db, views(monday+1, 2, 5)...)
	collectLate(t, db, monday+1, 7)

	rows, err := db.RowsToPlan(t.Context(), monday+1)

	require.NoError(t, err)
	require.Equal(t, []settlement.VideoRows{{VideoID: 1, Rows: 5}, {VideoID: 2, Rows: 5}, {VideoID: 3, Rows: 2}}, rows)
}

// No statement of the platform's own fails for want of a partition below the
// first day.
func TestCollectLate_RowsThatCameAfterTheirDayWasDroppedRaiseAnAlarm(t *testing.T) {
	db, old := openOld(t)
	require.NoError(t, db.Drop(t.Context(), old))
	exec(t, db, `INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views) VALUES (?, 1, 1, ?, 1, 1, 1)`,
		monday, seoul.Start(monday).UTC())

	_, mismatches := collectLate(t, db, monday+2, 7)

	require.Equal(t, []settlement.Mismatch{{Day: monday, Found: 1, Dropped: true}}, mismatches)
	require.Equal(t, monday.String()+" got 1 row after it was dropped, which nobody has counted", mismatches[0].String())
}
