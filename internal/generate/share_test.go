package generate

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFewVideosHaveMostOfTheViews(t *testing.T) {
	options := usual(t)
	share := newWorld(options, seoul(t)).share(options.From, options.ViewsPerDay)
	views := make([]int64, options.Videos)
	for video := range views {
		views[video] = share.rows(video)
	}
	slices.Sort(views)
	slices.Reverse(views)
	var hits int64
	for _, one := range views[:options.Videos/10] {
		hits += one
	}
	require.Greater(t, hits, options.ViewsPerDay/2)
	require.Positive(t, views[options.Videos*8/10], "the tail is long")
}

func TestAnUploadIsAHitOnItsDayAndUnseenBefore(t *testing.T) {
	options := usual(t)
	w := newWorld(options, seoul(t))
	for day := options.From; day < options.From+uploadCycle; day++ {
		uploads := 0
		for video := range options.Videos {
			if age, upload := w.age(video, day); !upload || age != 0 {
				continue
			}
			uploads++
			require.Zero(t, w.share(day-1, options.ViewsPerDay).rows(video))
			require.Greater(t, w.share(day, options.ViewsPerDay).rows(video), options.ViewsPerDay/20)
			require.Less(t, w.share(day+2, options.ViewsPerDay).rows(video), w.share(day, options.ViewsPerDay).rows(video))
		}
		require.Equal(t, 1, uploads)
	}
}

func TestTheBiggestHitsAreNotTheFirstIDs(t *testing.T) {
	options := usual(t)
	hits := map[int]bool{}
	for options.Seed = range 20 {
		hits[slices.Index(newWorld(options, seoul(t)).ranks, 0)] = true
	}
	require.Greater(t, len(hits), 10)
}

func TestSkew_FlatGivesEveryVideoAsMany(t *testing.T) {
	options := usual(t)
	options.Skew = Flat
	share := newWorld(options, seoul(t)).share(options.From, options.ViewsPerDay)
	for video := range options.Videos {
		require.InDelta(t, float64(options.ViewsPerDay)/float64(options.Videos), float64(share.rows(video)), 1)
	}
}

func TestSkew_OneHitGivesOneVideoHalf(t *testing.T) {
	options := usual(t)
	options.Skew = OneHit
	w := newWorld(options, seoul(t))
	require.InDelta(t, float64(options.ViewsPerDay)/2, float64(w.share(options.From, options.ViewsPerDay).rows(slices.Index(w.ranks, 0))), 1)
}
