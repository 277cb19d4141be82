package db

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func TestEachPeriodVideo_HandsOverInTheOrderThatIsAskedFor(t *testing.T) {
	db := openWithWeek(t, of(2, line(monday, 1, 1)), of(1, line(monday, 2, 1)), of(2, line(monday, 3, 1)))
	stated(t, db, week)
	for order, want := range map[VideoOrder][]int64{ByCreator: {2, 1, 3}, ByVideo: {1, 2, 3}} {
		var videos []int64
		require.NoError(t, db.EachPeriodVideo(t.Context(), week, WithAny, AllLines, order, func(line PeriodVideo) error {
			videos = append(videos, line.VideoID)
			return nil
		}))
		require.Equal(t, want, videos, order)
	}
}

func TestEachStatement_HandsOverByCreator(t *testing.T) {
	db := openWithWeek(t, of(3, line(monday, 1, 1)), of(1, line(monday, 2, 1)), of(2, line(monday, 3, 1)))
	stated(t, db, week)
	var creators []int64
	require.NoError(t, db.EachStatement(t.Context(), week, settlement.AllCreators, func(s Statement) error {
		creators = append(creators, s.CreatorID)
		return nil
	}))
	require.Equal(t, []int64{1, 2, 3}, creators)
}

func TestEach_EndsWithTheHandlersError(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 1), line(monday, 2, 1))
	errEnough, handed := errors.New("enough"), 0

	err := db.EachStatistics(t.Context(), monday, AllLines, func(StatisticsLine) error {
		handed++
		return errEnough
	})
	require.ErrorIs(t, err, errEnough)
	require.Equal(t, 1, handed)
	require.NotEmpty(t, statisticsOf(t, db, monday), "the connection is free again")
}
