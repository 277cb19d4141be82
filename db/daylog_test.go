package db

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

func playOf(view daylog.View) settlement.Play {
	return settlement.Play{
		VideoID: view.VideoID, ViewerID: view.ViewerID, StartedAt: view.WatchedAt, ViewID: view.ViewID,
		PlayedSeconds: int64(view.PlayedSeconds), AdViews: int64(view.AdViews),
	}
}

// someViews are views of few viewers and videos on the day, with equal starts
// among them.
func someViews(day settlement.Day, n int) []daylog.View {
	random := rand.New(rand.NewPCG(1, 2))
	all := make([]daylog.View, n)
	for i := range all {
		all[i] = daylog.View{
			Day: day, VideoID: random.Int64N(5), ViewerID: random.Int64N(4),
			WatchedAt: seoul.Start(day).UnixMilli() + random.Int64N(8), ViewID: int64(i + 1), PlayedSeconds: uint32(i),
		}
	}
	random.Shuffle(n, func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

func playsOf(t *testing.T, db *DB, day settlement.Day, videos settlement.Range) []settlement.Play {
	t.Helper()
	plays := []settlement.Play{}
	require.NoError(t, db.Log.Scan(t.Context(), onTime(t, db, day), videos, func() func(settlement.Play) error {
		return func(play settlement.Play) error {
			plays = append(plays, play)
			return nil
		}
	}))
	return plays
}

func TestPlays_ComeByVideoViewerStartAndID(t *testing.T) {
	db := openMigrated(t)
	all := someViews(monday, 500)
	watch(t, db, all...)
	slices.SortFunc(all, func(a, b daylog.View) int {
		return cmp.Or(cmp.Compare(a.VideoID, b.VideoID), cmp.Compare(a.ViewerID, b.ViewerID),
			cmp.Compare(a.WatchedAt, b.WatchedAt), cmp.Compare(a.ViewID, b.ViewID))
	})
	want := make([]settlement.Play, len(all))
	for i, view := range all {
		want[i] = playOf(view)
	}

	require.Equal(t, want, playsOf(t, db, monday, allVideos))
}

func TestPlays_AreThoseOfTheDayAndTheRange(t *testing.T) {
	db := openMigrated(t)
	for day := monday; day <= monday+2; day++ {
		watch(t, db, view(day, 1, 0), view(day, 2, 0), view(day, 3, 0), view(day, 4, 0))
	}
	tests := []struct {
		rule   string
		videos settlement.Range
		want   []int64
	}{
		{"all", settlement.Range{}, []int64{1, 2, 3, 4}},
		{"from", settlement.Range{From: new(int64(3))}, []int64{3, 4}},
		{"before", settlement.Range{Before: new(int64(3))}, []int64{1, 2}},
		{"between", settlement.Range{From: new(int64(2)), Before: new(int64(4))}, []int64{2, 3}},
		{"none", settlement.Range{From: new(int64(5))}, []int64{}},
	}
	for _, test := range tests {
		t.Run(test.rule, func(t *testing.T) {
			ids := []int64{}
			for _, play := range playsOf(t, db, monday+1, test.videos) {
				ids = append(ids, play.VideoID)
				require.Equal(t, monday+1, seoul.Day(time.UnixMilli(play.StartedAt)))
			}
			require.Equal(t, test.want, ids)
		})
	}
}

func TestPlays_EndWithTheReadersError(t *testing.T) {
	db := openMigrated(t)
	watch(t, db, views(monday, 1, 100)...)
	enough := errors.New("enough")
	read := 0

	err := db.Log.Scan(t.Context(), onTime(t, db, monday), allVideos, func() func(settlement.Play) error {
		return func(settlement.Play) error {
			if read++; read == 3 {
				return enough
			}
			return nil
		}
	})

	require.ErrorIs(t, err, enough)
	require.Equal(t, 3, read)
	require.Len(t, playsOf(t, db, monday, allVideos), 100, "the connection can be used again")
}

func TestPlays_EndWhenCancelled(t *testing.T) {
	db := openMigrated(t)
	watch(t, db, view(monday, 1, 0))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	err := db.Log.Scan(ctx, daylog.OnTime{Day: monday}, allVideos, func() func(settlement.Play) error {
		return func(settlement.Play) error { return nil }
	})

	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, playsOf(t, db, monday, allVideos), 1, "the pool can be used again")
}

func TestLastPlays_AreTheLastOfEachPairOnTheDay(t *testing.T) {
	db := openMigrated(t)
	other := view(monday, 1, 3*time.Minute)
	other.ViewerID = viewer + 1
	watch(t, db,
		view(monday-1, 1, 9*time.Hour), view(monday+1, 1, 9*time.Hour), // other days
		view(monday, 1, time.Minute), view(monday, 1, 2*time.Minute), other, view(monday, 2, 4*time.Minute),
	)

	last, err := db.Log.LastPlays(t.Context(), onTime(t, db, monday), []daylog.Pair{{VideoID: 1, ViewerID: viewer}, {VideoID: 2, ViewerID: viewer}, {VideoID: 3, ViewerID: viewer}})

	require.NoError(t, err)
	require.Equal(t, map[daylog.Pair]int64{
		{VideoID: 1, ViewerID: viewer}: seoul.Start(monday).Add(2 * time.Minute).UnixMilli(),
		{VideoID: 2, ViewerID: viewer}: seoul.Start(monday).Add(4 * time.Minute).UnixMilli(),
	}, last)
}

func TestLastPlays_AnyNumberOfPairs(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	var batch []daylog.View
	var pairs []daylog.Pair
	for video := int64(1); video <= 1001; video++ {
		batch = append(batch, view(monday, video, 0))
		pairs = append(pairs, daylog.Pair{VideoID: video, ViewerID: viewer})
	}
	watch(t, db, batch...)

	last, err := db.Log.LastPlays(t.Context(), onTime(t, db, monday), pairs)
	require.NoError(t, err)
	require.Len(t, last, len(pairs))

	last, err = db.Log.LastPlays(t.Context(), onTime(t, db, monday), nil)
	require.NoError(t, err)
	require.Empty(t, last)
}

func TestUnknownVideos_AreNamedWithTheirRows(t *testing.T) {
	db := openMigrated(t)
	putVideos(t, db, 2)
	watch(t, db, slices.Concat(views(monday, 1, 3), views(monday, 2, 1), views(monday, 3, 2), views(monday+1, 4, 1))...)

	unknown, err := db.unknownVideos(t.Context(), unknownIn[0], monday, allVideos)
	require.NoError(t, err)
	require.Equal(t, []unknownVideo{{1, 3, unknownIn[0]}, {3, 2, unknownIn[0]}}, unknown)

	unknown, err = db.unknownVideos(t.Context(), unknownIn[0], monday, settlement.Range{From: new(int64(2))})
	require.NoError(t, err)
	require.Equal(t, []unknownVideo{{3, 2, unknownIn[0]}}, unknown)
}
