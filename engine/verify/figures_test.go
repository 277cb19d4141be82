package verify

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/settlement"
)

var oneWonEach = settlement.PriceRule{
	Views:   settlement.Tiers{{From: 1, Price: settlement.UnitsPerWon}},
	AdViews: settlement.Tiers{{From: 1, Price: 10 * settlement.UnitsPerWon}},
}

func counted(video, views, adViews int64) db.StatisticsLine {
	return db.StatisticsLine{VideoID: video, Statistics: settlement.Statistics{Views: views, AdViews: adViews}}
}

func TestPrice_IsOfWhatWasCountedAgain(t *testing.T) {
	late := db.Adjustment{VideoID: 2, WatchedOn: monday - 1, Statistics: settlement.Statistics{Views: 1, AdViews: 1}}
	unpaid := db.Adjustment{VideoID: 4, WatchedOn: monday - 1, Statistics: settlement.Statistics{RepeatViews: 1}}

	figures, err := price(
		db.Count{Lines: []db.StatisticsLine{counted(1, 3, 1), counted(2, 2, 0), counted(5, 9, 9)}, Adjustments: []db.Adjustment{late, unpaid}, UnknownRows: 6},
		[]db.CountedVideo{
			{VideoID: 1, CreatorID: 7, Views: 4, AdViews: 4, UsedViews: 10, UsedAdViews: 20}, // of which a row is missing now
			{VideoID: 2, CreatorID: 8, Views: 2, Adjustments: []db.Adjustment{{VideoID: 2, WatchedOn: monday - 3}}},
			{VideoID: 3, CreatorID: 8, Views: 2, UsedViews: 30},
		}, oneWonEach)

	require.NoError(t, err)
	late.Earnings = settlement.Earnings{
		VideoOrdinals: settlement.VideoOrdinals{ViewsFrom: 2, ViewsTo: 3, AdViewsTo: 1}, Amounts: settlement.Amounts{VideoAmount: 1, AdAmount: 10},
	}
	require.Equal(t, []db.SettlementLine{
		{VideoID: 1, CreatorID: 7, Earnings: settlement.Earnings{
			VideoOrdinals: settlement.VideoOrdinals{ViewsFrom: 10, ViewsTo: 13, AdViewsFrom: 20, AdViewsTo: 21}, Amounts: settlement.Amounts{VideoAmount: 3, AdAmount: 10},
		}},
		{VideoID: 2, CreatorID: 8, Earnings: settlement.Earnings{
			VideoOrdinals: settlement.VideoOrdinals{ViewsTo: 3, AdViewsTo: 1}, Amounts: settlement.Amounts{VideoAmount: 3, AdAmount: 10},
		}},
		{VideoID: 3, CreatorID: 8, Earnings: settlement.Earnings{VideoOrdinals: settlement.VideoOrdinals{ViewsFrom: 30, ViewsTo: 30}}},
	}, figures.settlements)
	require.Equal(t, []db.Adjustment{late, unpaid}, figures.adjustments)
	require.EqualValues(t, 6, figures.unknownRows)
	totals, err := figures.totals()
	require.NoError(t, err)
	require.Equal(t, settlement.Totals{
		Statistics: settlement.Statistics{Views: 14, AdViews: 10},
		Late:       settlement.Late{LateRows: 2, LateViews: 1},
		Amounts:    settlement.Amounts{VideoAmount: 6, AdAmount: 20},
	}, totals)
}

func TestPrice_RefusesWhatDoesNotFit(t *testing.T) {
	_, err := price(db.Count{Lines: []db.StatisticsLine{counted(1, 1, 0)}}, []db.CountedVideo{{VideoID: 1, UsedViews: math.MaxInt64}}, oneWonEach)

	require.ErrorIs(t, err, settlement.ErrOutOfRange)
	require.ErrorContains(t, err, "price video 1")
}

func TestRecordedOwners_AreThoseOfTheDayWhereItHasSome(t *testing.T) {
	owners := recordedOwners([]db.Owner{{VideoID: 1, CreatorID: 11}, {VideoID: 2, CreatorID: 12}, {VideoID: 3, CreatorID: 13}}, chunkFigures{
		statistics:  []db.StatisticsLine{{VideoID: 1, CreatorID: 21}},
		adjustments: []db.Adjustment{{VideoID: 2, CreatorID: 22}, {VideoID: 4, CreatorID: 24}},
	})

	require.Equal(t, []db.Owner{{VideoID: 1, CreatorID: 21}, {VideoID: 2, CreatorID: 22}, {VideoID: 3, CreatorID: 13}}, owners)
}

func TestR9_RankingsAreOfVideosOfWhichSomethingCounted(t *testing.T) {
	line := func(video, views, seconds int64) db.StatisticsLine {
		return db.StatisticsLine{VideoID: video, Statistics: settlement.Statistics{Views: views, PlayedSeconds: seconds, SelfViews: 99}}
	}

	require.Equal(t, map[rank]settlement.VideoValue{
		{db.MetricViews, 1}:         {VideoID: 3, Value: 8},
		{db.MetricViews, 2}:         {VideoID: 1, Value: 5},
		{db.MetricPlayedSeconds, 1}: {VideoID: 1, Value: 50},
		{db.MetricPlayedSeconds, 2}: {VideoID: 3, Value: 0},
	}, ranksOf([]db.StatisticsLine{line(1, 5, 50), line(2, 0, 0), line(3, 8, 0)}))
}

func TestR9_RankingsOfChunksMakeTheDaysAndKeepNoOtherVideos(t *testing.T) {
	var chunks [3][]db.StatisticsLine
	var all []db.StatisticsLine
	for video := range int64(300) {
		line := db.StatisticsLine{VideoID: video, Statistics: settlement.Statistics{Views: 1 + video*7%100, PlayedSeconds: video * 11 % 100}}
		chunks[video/100] = append(chunks[video/100], line)
		all = append(all, line)
	}

	var day rankings
	for _, lines := range chunks {
		var chunk rankings
		chunk.add(lines)
		for _, kept := range chunk {
			require.Len(t, kept, settlement.MaxRank)
			require.Less(t, cap(kept), 2*settlement.MaxRank, "the others take memory still")
		}
		day.merge(chunk)
	}

	require.Equal(t, ranksOf(all), day.ranks())
}

func ranksOf(lines []db.StatisticsLine) map[rank]settlement.VideoValue {
	var videos rankings
	videos.add(lines)
	return videos.ranks()
}
