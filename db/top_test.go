package db

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

// ranked ranks Monday by the lines and gives the ranks of one metric.
func ranked(t *testing.T, metric string, lines ...StatisticsLine) (ranks []TopVideo) {
	t.Helper()
	db := openWithRoom(t)
	ids := []int64{}
	for _, line := range lines {
		ids = append(ids, line.VideoID)
	}
	putVideos(t, db, ids...)
	counted(t, db, monday, lines...)
	require.NoError(t, db.Rank(t.Context(), settlement.DailyPeriod(monday), me))
	top, err := db.TopVideos(t.Context(), settlement.DailyPeriod(monday))
	require.NoError(t, err)
	for _, video := range top {
		require.Equal(t, settlement.Daily, video.Kind)
		require.Equal(t, monday, video.StartsOn)
		if video.Metric == metric {
			ranks = append(ranks, TopVideo{Rank: video.Rank, VideoID: video.VideoID, Value: video.Value})
		}
	}
	return ranks
}

// played is a video's line whose play time does not follow from its views.
func played(video, views, seconds int64) StatisticsLine {
	line := line(monday, video, views)
	line.PlayedSeconds = seconds
	return line
}

func TestR9_TheFiveWithTheMostViews(t *testing.T) {
	require.Equal(t,
		[]TopVideo{{Rank: 1, VideoID: 4, Value: 60}, {Rank: 2, VideoID: 1, Value: 50}, {Rank: 3, VideoID: 6, Value: 40}, {Rank: 4, VideoID: 2, Value: 30}, {Rank: 5, VideoID: 5, Value: 20}},
		ranked(t, MetricViews, played(1, 50, 1), played(2, 30, 1), played(3, 10, 99), played(4, 60, 1), played(5, 20, 1), played(6, 40, 1)))
}

func TestR9_TheFiveWithTheMostPlayTime(t *testing.T) {
	require.Equal(t,
		[]TopVideo{{Rank: 1, VideoID: 3, Value: 99}, {Rank: 2, VideoID: 1, Value: 50}},
		ranked(t, MetricPlayedSeconds, played(1, 2, 50), played(3, 1, 99)))
}

func TestR9_TiesGoToTheSmallerID(t *testing.T) {
	require.Equal(t,
		[]TopVideo{{Rank: 1, VideoID: 7, Value: 2}, {Rank: 2, VideoID: 1, Value: 1}, {Rank: 3, VideoID: 2, Value: 1}, {Rank: 4, VideoID: 3, Value: 1}, {Rank: 5, VideoID: 4, Value: 1}},
		ranked(t, MetricViews, played(5, 1, 1), played(4, 1, 1), played(3, 1, 1), played(2, 1, 1), played(1, 1, 1), played(7, 2, 1)))
}

func TestR9_FewerVideosGiveFewerLines(t *testing.T) {
	require.Len(t, ranked(t, MetricViews, played(1, 1, 1), played(2, 1, 1)), 2)
	require.Empty(t, ranked(t, MetricViews))
}

func TestR1_AVideoOfWhichNothingCountedHasNoRank(t *testing.T) {
	left := played(1, 0, 0)
	left.SelfViews = 9
	for _, metric := range []string{MetricViews, MetricPlayedSeconds} {
		require.Equal(t, []TopVideo{{Rank: 1, VideoID: 2, Value: 1}}, ranked(t, metric, left, played(2, 1, 1)))
	}
}

func TestR9_RankingAgainReplacesTheRanking(t *testing.T) {
	db := openWithRoom(t)
	putVideos(t, db, 1, 2)
	chunk := counted(t, db, monday, line(monday, 1, 1), line(monday, 2, 2))
	require.NoError(t, db.Rank(t.Context(), settlement.DailyPeriod(monday), me))
	require.NoError(t, db.replan(t.Context(), settlement.DailyPeriod(monday), me, []int{1}, nil))
	store(t, db, monday, chunk, line(monday, 1, 3))

	require.NoError(t, db.Rank(t.Context(), settlement.DailyPeriod(monday), me))

	top, err := db.TopVideos(t.Context(), settlement.DailyPeriod(monday))
	require.NoError(t, err)
	require.Equal(t, []TopVideo{
		{Kind: settlement.Daily, StartsOn: monday, Metric: MetricPlayedSeconds, Rank: 1, VideoID: 1, Title: "a video", Value: 180},
		{Kind: settlement.Daily, StartsOn: monday, Metric: MetricViews, Rank: 1, VideoID: 1, Title: "a video", Value: 3},
	}, top)
}

func TestR11_ARankedDayKeepsItsTitles(t *testing.T) {
	db := openWithRoom(t)
	putVideos(t, db, 1)
	counted(t, db, monday, line(monday, 1, 1))
	require.NoError(t, db.Rank(t.Context(), settlement.DailyPeriod(monday), me))

	_, err := db.PutVideos(t.Context(), []Video{{ID: 1, CreatorID: creator, Title: "another title"}})
	require.NoError(t, err)

	top, err := db.TopVideos(t.Context(), settlement.DailyPeriod(monday))
	require.NoError(t, err)
	require.Equal(t, "a video", top[0].Title)
}

func TestCloseDay_ARankingThatTheServerLostIsMadeAgain(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	putVideos(t, db, 1)
	watch(t, db, views(monday, 1, 3)...)
	settle(t, db, monday, counted(t, db, monday, line(monday, 1, 3)))

	_, err := db.CloseDay(t.Context(), monday, me)

	require.NoError(t, err)
	require.Equal(t, 2, read[int](t, db, `SELECT COUNT(*) FROM top_videos WHERE starts_on = ?`, monday), "by each metric")
}
