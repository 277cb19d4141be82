package db

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func TestR8_AWeekIsTheSumOfItsClosedDays(t *testing.T) {
	tuesday := line(monday+1, 1, 100)
	tuesday.SelfViews, tuesday.RepeatViews = 3, 4
	lines := []StatisticsLine{
		leftOut(monday, 1, 5), tuesday, line(monday+4, 1, 50), leftOut(monday+6, 1, 6),
		line(monday+6, 2, 7),
		leftOut(monday+2, 3, 8),
	}
	db := openWithRoom(t)
	putOwnersOf(t, db, lines...)
	_, err := db.PutVideos(t.Context(), []Video{{ID: 1, CreatorID: creator, Title: "a video", OpeningViews: 1000, OpeningAdViews: 2000}})
	require.NoError(t, err)
	sum := closedDaysWith(t, db, monday, monday+6, lines...)

	require.Equal(t, sum, closedPeriod(t, db, week))

	require.Equal(t, []PeriodVideo{
		{
			CreatorID: creator, VideoID: 1, Title: "a video", VideoOrdinals: settlement.VideoOrdinals{ViewsFrom: 1000, ViewsTo: 1150, AdViewsFrom: 2000, AdViewsTo: 2300},
			RolledUp: settlement.RolledUp{
				Statistics: settlement.Statistics{Views: 150, SelfViews: 3, RepeatViews: 15, PlayedSeconds: 9000, AdViews: 300},
				Amounts:    settlement.Amounts{VideoAmount: 150, AdAmount: 3000},
			},
		},
		{
			CreatorID: creator, VideoID: 2, Title: "a video", VideoOrdinals: settlement.VideoOrdinals{ViewsTo: 7, AdViewsTo: 14},
			RolledUp: settlement.RolledUp{
				Statistics: settlement.Statistics{Views: 7, PlayedSeconds: 420, AdViews: 14},
				Amounts:    settlement.Amounts{VideoAmount: 7, AdAmount: 140},
			},
		},
		{CreatorID: creator, VideoID: 3, Title: "a video", RolledUp: settlement.RolledUp{Statistics: settlement.Statistics{RepeatViews: 8}}},
	}, periodVideos(t, db, week))
}

func TestR5_AWeekAddsUpTruncatedDaysAndTruncatesNothingAgain(t *testing.T) {
	db := openWithRoom(t)
	_, err := db.PutVideos(t.Context(), []Video{{ID: 1, CreatorID: creator, OpeningViews: 99_999}})
	require.NoError(t, err)
	// Three views at 1.1 won are 3 won a day; six at once would be 6.6.
	closedDaysWith(t, db, monday, monday+6, line(monday, 1, 3), line(monday+1, 1, 3), line(monday+2, 1, 3), line(monday+3, 1, 3))

	require.EqualValues(t, 12, closedPeriod(t, db, week).VideoAmount, "not 13, which is 12 times 1.1")
}

func TestR8_AWeekGoesOnWhereTheVideosLastWeekEnded(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 100))
	addPartitions(t, db, monday+7, monday+13)
	closedDaysWith(t, db, monday+7, monday+13, line(monday+9, 1, 10))
	next := settlement.Period{Kind: settlement.Weekly, Start: monday + 7}

	rolledUp(t, db, next)

	video := periodVideos(t, db, next)[0]
	require.EqualValues(t, 100, video.ViewsFrom)
	require.EqualValues(t, 110, video.ViewsTo)
}

func TestR8_AWeekAcrossTwoMonthsAddsItsDaysToBoth(t *testing.T) {
	const april29, may2 = monday - 7, monday - 4
	db := openMigrated(t)
	addPartitions(t, db, april29, monday-1)
	putVideos(t, db, 1)
	closedDaysWith(t, db, april29, monday-1, line(april29, 1, 10), line(april29+1, 1, 20), line(may2, 1, 400))
	closeEmptyDays(t, db, monday, monday.Month().End()-1)

	require.EqualValues(t, 430, closedPeriod(t, db, may2.Week()).Views)
	require.EqualValues(t, 30, closedPeriod(t, db, april29.Month()).Views)
	require.EqualValues(t, 400, closedPeriod(t, db, may2.Month()).Views)

	may := periodVideos(t, db, may2.Month())[0]
	require.EqualValues(t, 30, may.ViewsFrom)
	require.EqualValues(t, 430, may.ViewsTo)
}

func TestRollUpChunk_AddsUpItsOwnVideos(t *testing.T) {
	db := openWithWeek(t, line(monday, 9, 1), line(monday, 10, 2), line(monday+1, 10, 3), line(monday, 11, 4))
	planPeriod(t, db, week, 10, 11)

	chunk := rollUpChunk(t, db, week, 2)

	require.Equal(t, settlement.ChunkDone, chunk.State)
	require.Equal(t, settlement.Totals{
		Statistics: settlement.Statistics{Views: 5, PlayedSeconds: 300, AdViews: 10},
		Amounts:    settlement.Amounts{VideoAmount: 5, AdAmount: 100},
	}, chunk.Totals)
	stored, err := db.Chunk(t.Context(), week, 2)
	require.NoError(t, err)
	require.Equal(t, chunk, stored)
	videos := periodVideos(t, db, week)
	require.Len(t, videos, 1)
	require.EqualValues(t, 10, videos[0].VideoID)
}

func TestR12_AChunkIsRolledUpOnce(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 100))
	planPeriod(t, db, week)
	first := rollUpChunk(t, db, week, 1)
	before := results(t, db)

	require.Equal(t, first, rollUpChunk(t, db, week, 1))

	require.Equal(t, before, results(t, db))
}

func TestR9_AWeekRanksVideosByTheSumsOfTheirDays(t *testing.T) {
	var lines []StatisticsLine
	for video := int64(1); video <= 6; video++ {
		lines = append(lines, line(monday+1, video, 20))
	}
	// The best of one day is not the best of the week, and 3 to 6 are equal.
	lines = append(lines, line(monday, 6, 30), line(monday+2, 2, 40), line(monday+3, 2, 40))
	db := openWithWeek(t, lines...)
	stated(t, db, week)

	top, err := db.TopVideos(t.Context(), week)
	require.NoError(t, err)

	var byViews []TopVideo
	for _, video := range top {
		if video.Metric == MetricViews {
			byViews = append(byViews, TopVideo{Rank: video.Rank, VideoID: video.VideoID, Value: video.Value})
		}
	}
	require.Equal(t, []TopVideo{
		{Rank: 1, VideoID: 2, Value: 100}, {Rank: 2, VideoID: 6, Value: 50},
		{Rank: 3, VideoID: 1, Value: 20}, {Rank: 4, VideoID: 3, Value: 20}, {Rank: 5, VideoID: 4, Value: 20},
	}, byViews)
	require.Len(t, top, 2*settlement.MaxRank)
}

func TestR11_AClosedWeekKeepsItsTitles(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 100))
	closedPeriod(t, db, week)

	_, err := db.PutVideos(t.Context(), []Video{{ID: 1, CreatorID: creator, Title: "another title"}})
	require.NoError(t, err)

	top, err := db.TopVideos(t.Context(), week)
	require.NoError(t, err)
	require.Equal(t, "a video", top[0].Title)
	require.Equal(t, "a video", periodVideos(t, db, week)[0].Title)
}
