package db

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// runPosting takes the day through all steps; every late view that it posts
// counts.
func runPosting(t *testing.T, db *DB, day settlement.Day) settlement.Totals {
	t.Helper()
	collectLate(t, db, day)
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
	collectLate(t, db, monday+2)
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
	collectLate(t, db, monday+1)
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
	collectLate(t, db, monday+1)
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

	collectLate(t, db, monday+1)
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
	collectLate(t, db, monday+1)

	rows, err := db.RowsToPlan(t.Context(), monday+1)

	require.NoError(t, err)
	require.Equal(t, []settlement.VideoRows{{VideoID: 1, Rows: 5}, {VideoID: 2, Rows: 5}, {VideoID: 3, Rows: 2}}, rows)
}
