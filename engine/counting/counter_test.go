package counting_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/engine/counting"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestMain(m *testing.M) { devtest.Main(m) }

const (
	day     settlement.Day = 19852 // 2024-05-09
	creator int64          = 1
	viewer  int64          = dbtest.Viewer
)

// bundle is a fresh database with videos of the creator.
type bundle struct {
	*dbtest.Books
	start time.Time // the day's first instant
}

func setup(t *testing.T, videos ...int64) *bundle {
	t.Helper()
	b := &bundle{Books: dbtest.Open(t)}
	b.start = b.Calendar.Start(day)
	b.AddDays(day-1, day+1)
	for _, video := range videos {
		b.AddVideo(creator, db.Video{ID: video, Title: "v"})
	}
	return b
}

// play stores a play that starts so long after the day's first instant, in the
// given day's partition.
func (b *bundle) play(partition settlement.Day, video, viewer int64, after time.Duration) {
	b.Helper()
	b.Play(partition, video, viewer, b.start.Add(after))
}

// count counts the range's plays of the day.
func (b *bundle) count(t require.TestingT, videos settlement.Range, window time.Duration) db.Count {
	count, err := b.tryCount(t, day, videos, window)
	require.NoError(t, err)
	return count
}

func (b *bundle) tryCount(t require.TestingT, on settlement.Day, videos settlement.Range, window time.Duration) (db.Count, error) {
	counter, err := counting.New(b.Context(), b.DB, on, window)
	require.NoError(t, err)
	owners, err := b.DB.Owners(b.Context(), videos)
	require.NoError(t, err)
	count, err := counter.Count(b.Context(), videos, owners)
	known, knownErr := counter.CountKnown(b.Context(), videos, owners)
	require.Equal(t, err, knownErr)
	require.Equal(t, count.Lines, known.Lines)
	if count.UnknownRows == 0 {
		require.Equal(t, count, known)
	}
	return count, err
}

// statistics are what all of the day comes to, by video.
func (b *bundle) statistics() map[int64]settlement.Statistics {
	b.Helper()
	byVideo := make(map[int64]settlement.Statistics)
	for _, line := range b.count(b, settlement.Range{}, settlement.DefaultRepeatWindow).Lines {
		byVideo[line.VideoID] = line.Statistics
	}
	return byVideo
}

func TestCount_AppliesTheRules(t *testing.T) {
	b := setup(t, 1, 2, 3)
	b.play(day, 1, creator, time.Hour)                       // self
	b.play(day, 2, viewer, time.Hour)                        // counts
	b.play(day, 2, viewer, time.Hour+29999*time.Millisecond) // repeat
	b.play(day, 2, viewer, time.Hour+59999*time.Millisecond) // exactly 30 s later: counts
	b.play(day, 3, settlement.Anonymous, time.Hour)
	b.play(day, 3, settlement.Anonymous, time.Hour)
	require.Equal(t, map[int64]settlement.Statistics{
		1: {SelfViews: 1},
		2: {Views: 2, RepeatViews: 1, PlayedSeconds: 20, AdViews: 2},
		3: {Views: 2, PlayedSeconds: 20, AdViews: 2},
	}, b.statistics())
}

func TestCountKnown_LeavesOutUnknownVideosWhereThereAreFew(t *testing.T) {
	if devtest.MySQL(t).IsTiDB() {
		t.Skip("TiDB always scans")
	}
	for name, c := range map[string]struct {
		videos  int64
		unknown int64 // rows
	}{
		"few":  {2, 0},
		"many": {9_000, 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t, 1)
			var videos []db.Video
			for id := int64(2); id <= c.videos; id++ {
				videos = append(videos, db.Video{ID: id, CreatorID: creator, Title: "v"})
			}
			refused, err := b.DB.PutVideos(t.Context(), videos)
			require.NoError(t, err)
			require.Empty(t, refused)
			b.play(day, 1, viewer, time.Hour)
			b.play(day, 1_000_000, viewer, time.Hour)
			counter, err := counting.New(t.Context(), b.DB, day, settlement.DefaultRepeatWindow)
			require.NoError(t, err)
			owners, err := b.DB.Owners(t.Context(), settlement.Range{})
			require.NoError(t, err)

			count, err := counter.CountKnown(t.Context(), settlement.Range{}, owners)

			require.NoError(t, err)
			require.Len(t, count.Lines, 1)
			require.Equal(t, c.unknown, count.UnknownRows)
		})
	}
}

func TestR3_CountLooksBackAcrossMidnight(t *testing.T) {
	b := setup(t, 1, 2, 3)
	b.play(day-1, 1, viewer, -10*time.Second)
	b.play(day, 1, viewer, 19999*time.Millisecond) // 29.999 s later
	b.play(day-1, 2, viewer, -10*time.Second)
	b.play(day, 2, viewer, 20*time.Second) // 30 s later
	b.play(day-1, 3, viewer+1, -time.Second)
	b.play(day, 3, viewer, time.Second) // another viewer
	require.Equal(t, map[int64]settlement.Statistics{
		1: {RepeatViews: 1},
		2: {Views: 1, PlayedSeconds: 10, AdViews: 1},
		3: {Views: 1, PlayedSeconds: 10, AdViews: 1},
	}, b.statistics())
}

func TestCount_TakesARowThatTheServerRoundedUpToMidnight(t *testing.T) {
	b := setup(t, 1, 2, 3)
	for _, watchedAt := range []string{"2024-05-09 14:59:59.9996", "2024-05-09 15:00:00"} { // the first is cut on MariaDB
		b.Exec(`INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
			SELECT '2024-05-09', COUNT(*) + 1, 10, '` + watchedAt + `', 1, 10, 1 FROM watch_log`)
	}
	require.Equal(t, map[int64]settlement.Statistics{
		1: {Views: 1, PlayedSeconds: 10, AdViews: 1},
		2: {Views: 1, PlayedSeconds: 10, AdViews: 1},
	}, b.statistics())
}

func TestR3_ARowOfTheDayBeforeAtMidnightIsThePreviousPlay(t *testing.T) {
	b := setup(t, 1, 2, 3)
	for video, after := range []time.Duration{0, 29_999 * time.Millisecond, 30 * time.Second} {
		b.play(day, int64(video+1), viewer, after) // the smaller view id
		b.play(day-1, int64(video+1), viewer, 0)
	}
	require.Equal(t, map[int64]settlement.Statistics{
		1: {RepeatViews: 1},
		2: {RepeatViews: 1},
		3: {Views: 1, PlayedSeconds: 10, AdViews: 1},
	}, b.statistics())
}
