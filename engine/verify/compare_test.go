package verify

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

var (
	views    = settlement.Statistics{Views: 10, SelfViews: 1, RepeatViews: 2, PlayedSeconds: 600, AdViews: 20}
	earnings = settlement.Earnings{
		VideoOrdinals: settlement.VideoOrdinals{ViewsFrom: 5, ViewsTo: 15, AdViewsFrom: 7, AdViewsTo: 27},
		Amounts:       settlement.Amounts{VideoAmount: 10, AdAmount: 2000},
	}
	start = time.Date(2024, 5, 5, 15, 0, 0, 0, time.UTC)
)

// ofEachKind are figures with one line of each kind.
func ofEachKind() chunkFigures {
	return chunkFigures{
		unknownRows: 3,
		statistics:  []db.StatisticsLine{{VideoID: 10, CreatorID: 1, Statistics: views}},
		late:        []daylog.LateView{{WatchedOn: monday, VideoID: 10, ViewerID: 9, WatchedAt: start, ViewID: 77, Verdict: daylog.LateRepeat}},
		adjustments: []db.Adjustment{{VideoID: 10, WatchedOn: monday, CreatorID: 1, Statistics: views, Earnings: earnings}},
		settlements: []db.SettlementLine{{VideoID: 10, CreatorID: 1, Earnings: earnings}},
	}
}

func TestCompareChunk_NamesEachFigureThatIsNotTheSame(t *testing.T) {
	require.Empty(t, compareChunk(4, ofEachKind(), ofEachKind()))
	for name, c := range map[string]struct {
		stored func(*chunkFigures)
		want   []Difference
	}{
		"rows of unknown videos": {
			func(f *chunkFigures) { f.unknownRows = 0 },
			[]Difference{{"chunk 4", "rows of unknown videos", "0", "3"}},
		},
		"every figure of a statistic": {
			func(f *chunkFigures) {
				f.statistics[0].Statistics = settlement.Statistics{Views: 11, SelfViews: 12, RepeatViews: 13, PlayedSeconds: 14, AdViews: 15}
			},
			[]Difference{
				{"video 10", "views", "11", "10"}, {"video 10", "self views", "12", "1"}, {"video 10", "repeat views", "13", "2"},
				{"video 10", "played seconds", "14", "600"}, {"video 10", "ad views", "15", "20"},
			},
		},
		"every figure of a settlement line": {
			func(f *chunkFigures) {
				f.settlements[0] = db.SettlementLine{VideoID: 10, CreatorID: 2, Earnings: settlement.Earnings{
					VideoOrdinals: settlement.VideoOrdinals{ViewsFrom: 1, ViewsTo: 2, AdViewsFrom: 3, AdViewsTo: 4},
					Amounts:       settlement.Amounts{VideoAmount: 5, AdAmount: 1000},
				}}
			},
			[]Difference{
				{"video 10", "creator", "2", "1"},
				{"video 10", "views from", "1", "5"}, {"video 10", "views to", "2", "15"},
				{"video 10", "ad views from", "3", "7"}, {"video 10", "ad views to", "4", "27"},
				{"video 10", "video amount", "₩5", "₩10"}, {"video 10", "ad amount", "₩1,000", "₩2,000"},
			},
		},
		"a verdict on a late view": {
			func(f *chunkFigures) { f.late[0].Verdict = daylog.LateCounted },
			[]Difference{{"video 10, late view 77 of 2024-05-06", "verdict", "counted", "repeat"}},
		},
		"figures of an adjustment": {
			func(f *chunkFigures) {
				f.adjustments[0].CreatorID, f.adjustments[0].RepeatViews, f.adjustments[0].ViewsTo, f.adjustments[0].AdAmount = 2, 3, 16, 1
			},
			[]Difference{
				{"video 10, late views of 2024-05-06", "repeat views", "3", "2"},
				{"video 10, late views of 2024-05-06", "creator", "2", "1"},
				{"video 10, late views of 2024-05-06", "views to", "16", "15"},
				{"video 10, late views of 2024-05-06", "ad amount", "₩1", "₩2,000"},
			},
		},
		"a lost statistic is one of zeros": {
			func(f *chunkFigures) { f.statistics = nil },
			[]Difference{
				{"video 10", "views", "0", "10"}, {"video 10", "self views", "0", "1"}, {"video 10", "repeat views", "0", "2"},
				{"video 10", "played seconds", "0", "600"}, {"video 10", "ad views", "0", "20"},
			},
		},
		"a lost settlement line is one of zeros": {
			func(f *chunkFigures) { f.settlements = nil },
			[]Difference{
				{"video 10", "creator", "0", "1"},
				{"video 10", "views from", "0", "5"}, {"video 10", "views to", "0", "15"},
				{"video 10", "ad views from", "0", "7"}, {"video 10", "ad views to", "0", "27"},
				{"video 10", "video amount", "₩0", "₩10"}, {"video 10", "ad amount", "₩0", "₩2,000"},
			},
		},
		"made-up lines, by video": {
			func(f *chunkFigures) {
				f.statistics = append([]db.StatisticsLine{{VideoID: 9, Statistics: settlement.Statistics{Views: 1}}}, f.statistics...)
				f.statistics = append(f.statistics, db.StatisticsLine{VideoID: 11, Statistics: settlement.Statistics{AdViews: 1}})
				f.settlements = append(f.settlements, db.SettlementLine{VideoID: 12}, db.SettlementLine{VideoID: 8})
				f.adjustments = append(f.adjustments, db.Adjustment{VideoID: 10, WatchedOn: monday - 1, Statistics: settlement.Statistics{SelfViews: 1}})
			},
			[]Difference{
				{"video 9", "views", "1", "0"},
				{"video 11", "ad views", "1", "0"},
				{"video 8", "settlement line", "there", "none"},
				{"video 12", "settlement line", "there", "none"},
				{"video 10, late views of 2024-05-05", "self views", "1", "0"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			stored := ofEachKind()
			c.stored(&stored)

			require.Equal(t, c.want, compareChunk(4, stored, ofEachKind()))
		})
	}
}

func TestCompareChunk_LinesWithoutACounterpartOnEitherSide(t *testing.T) {
	line := func(video, views int64) db.StatisticsLine {
		return db.StatisticsLine{VideoID: video, Statistics: settlement.Statistics{Views: views}}
	}
	stored := chunkFigures{statistics: []db.StatisticsLine{line(1, 1), line(3, 3), line(4, 4), line(7, 7)}}
	recomputed := chunkFigures{statistics: []db.StatisticsLine{line(2, 2), line(3, 3), line(5, 5), line(6, 6)}}

	require.Equal(t, []Difference{
		{"video 1", "views", "1", "0"}, {"video 2", "views", "0", "2"}, {"video 4", "views", "4", "0"},
		{"video 5", "views", "0", "5"}, {"video 6", "views", "0", "6"}, {"video 7", "views", "7", "0"},
	}, compareChunk(1, stored, recomputed))
}

func TestCompareDay_NamesTotalsAndPlaces(t *testing.T) {
	figures := func() dayFigures {
		return dayFigures{
			totals: settlement.Totals{Statistics: views, Late: settlement.Late{LateRows: 4, LateViews: 3}, Amounts: earnings.Amounts},
			top: map[rank]settlement.VideoValue{
				{db.MetricViews, 1}: {VideoID: 7, Value: 70}, {db.MetricViews, 2}: {VideoID: 8, Value: 60}, {db.MetricPlayedSeconds, 5}: {VideoID: 9, Value: 50},
			},
		}
	}
	require.Empty(t, compareDay(monday, figures(), figures()))
	stored := figures()
	stored.totals.LateRows, stored.totals.LateViews, stored.totals.AdAmount = 5, 2, 0
	delete(stored.top, rank{db.MetricViews, 1})
	stored.top[rank{db.MetricPlayedSeconds, 5}] = settlement.VideoValue{VideoID: 9, Value: 51}

	require.Equal(t, []Difference{
		{"day 2024-05-06", "late rows", "5", "4"},
		{"day 2024-05-06", "late views", "2", "3"},
		{"day 2024-05-06", "ad amount", "₩0", "₩2,000"},
		{"top 1 by views", "video", "0", "7"},
		{"top 1 by views", "value", "0", "70"},
		{"top 5 by played_seconds", "value", "51", "50"},
	}, compareDay(monday, stored, figures()))
}
