package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"creatorpay/internal/e2e/oracle"

	"github.com/stretchr/testify/require"
)

const today = "2024-05-06"

// plainPlatform has ten videos with ten views each on today.
func plainPlatform() *oracle.Platform {
	p := oracle.NewPlatform("Asia/Seoul")
	for id := int64(10); id <= 100; id += 10 {
		p.AddVideo(oracle.Video{ID: id, Creator: 1 + id%3, Title: fmt.Sprintf("Video %d", id)})
		for viewer := range int64(10) {
			p.Play(id, 1000+viewer, fmt.Sprintf("%s %02d:00:00", today, viewer), 60, 1)
		}
	}
	return p
}

// arrive adds a view of the video to the platform and to the system.
func arrive(s *system, p *oracle.Platform, videoID int64) {
	s.t.Helper()
	p.Play(videoID, int64(5000+len(p.Views)), today+" 20:00:00", 60, 1)
	s.append(p, p.Views[len(p.Views)-1])
}

func TestUnknownVideosKeepADayFromClosingUntilTheyAreKnown(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker()
	known := len(p.Videos)
	for id := int64(61); len(p.Videos) < known+22; id++ {
		if id%10 == 0 {
			continue // known
		}
		p.AddVideo(oracle.Video{ID: id, Creator: 1, Title: "New"})
		for n := range len(p.Videos) - known {
			p.Play(id, int64(2000+n), today+" 12:00:00", 60, 1)
		}
	}
	s.append(p, p.Views[100:]...)

	failed := s.runDay(today, "--chunk-rows", "30")

	failed.requireFailure("2024-05-06 has 253 rows of videos that are not in the catalogue: 61 (1 row), 62 (2 rows), ", ", 82 (20 rows); import them")
	require.NotContains(t, failed.stderr, "83 (")
	require.Equal(t, "failed", s.stateOf(today))
	s.starter("export", "settlement", "--period", "daily", "--date", today).requireRefusal("not closed")
	whole := s.number(`SELECT COUNT(*) FROM run_chunks WHERE unknown_rows = 0 AND state = 'counted'`)
	part := s.number(`SELECT COUNT(*) FROM run_chunks WHERE unknown_rows > 0 AND state = 'planned'`)
	require.Positive(t, whole)
	require.Positive(t, part)

	s.putVideos(p.Videos[known:]...)
	s.runDay(today).requireSuccess()

	s.requireSettled(p.Settle(today, today)[0])
	require.Equal(t, whole, s.number(`SELECT COUNT(*) FROM run_chunks WHERE counts = 1`), "what was known is not counted again")
	require.Equal(t, part, s.number(`SELECT COUNT(*) FROM run_chunks WHERE counts = 2`))
}

func TestRowsThatArriveBeforeTheCheckAreCounted(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker()
	counting := s.lockCounting()
	run := s.beginDay(today, "--chunk-rows", "1", "--parallel", "1")
	waitUntil(t, "the day is planned", func() bool { return s.chunks(today) == 10 })
	lastChunk := s.lockChunk(today, 10)
	counting.release()
	waitUntil(t, "all chunks but the last are counted", func() bool {
		return s.number(`SELECT COUNT(*) FROM run_chunks WHERE state = 'counted'`) == 9
	})

	arrive(s, p, 10)
	arrive(s, p, 70)
	arrive(s, p, 70)
	lastChunk.release()

	run.wait().requireSuccess()
	s.requireSettled(p.Settle(today, today)[0])
	s.requireCounts(2, 1, 1, 1, 1, 1, 2, 1, 1, 1)
}

func TestRowsThatArriveBeforeTheCloseAreCounted(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker()
	ranking := s.lockRanking()
	run := s.beginDay(today, "--chunk-rows", "1")
	s.waitUntilSettled(10)

	arrive(s, p, 100)
	ranking.release()

	run.wait().requireSuccess()
	s.requireSettled(p.Settle(today, today)[0])
	s.requireCounts(1, 1, 1, 1, 1, 1, 1, 1, 1, 2)
}

func TestRowsThatKeepArrivingFailTheRun(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker()
	ranking := s.lockRanking()
	run := s.beginDay(today, "--chunk-rows", "1")
	for arrivals := range 3 { // each takes two rounds: one to find that it cannot close, one to count again
		s.waitUntilSettled(10)
		arrive(s, p, 50)
		counting := s.lockCounting()
		ranking.release()
		if arrivals == 2 {
			counting.release()
			break
		}
		waitUntil(t, "the day is counted again", func() bool {
			return s.number(`SELECT COUNT(*) FROM run_chunks WHERE state = 'planned'`) == 1
		})
		ranking = s.lockRanking()
		counting.release()
	}

	run.wait().requireFailure("rows of 2024-05-06 keep arriving")
	require.Equal(t, "failed", s.stateOf(today))

	s.runDay(today).requireSuccess()
	s.requireSettled(p.Settle(today, today)[0])
}

func TestRowsThatComeAfterTheCloseAreLate(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker()
	s.runDay(today).requireSuccess()
	file := filepath.Join(t.TempDir(), "late.csv")
	require.NoError(t, os.WriteFile(file, []byte(`view_id,video_id,viewer_id,watched_at,played_seconds,ad_views
9001,10,77,2024-05-06T23:59:59.999+09:00,60,1
9002,10,77,2024-05-06T15:00:00Z,60,1
`), 0o600))

	imported := s.starter("import", "--views", file).requireSuccess()

	require.Contains(t, imported.stdout, "1 view of 1 closed day (2024-05-06 to 2024-05-06) came late: the next daily run posts them as adjustments")
	s.requireSettled(p.Settle(today, today)[0])
	p.PlayWithID(9002, 10, 77, "2024-05-07 00:00:00", 60, 1) // just after the late one: a repeat
	p.PlayLate(tomorrow, 9001, 10, 77, "2024-05-06 23:59:59.999", 60, 1)
	s.runDay(tomorrow).requireSuccess()
	s.requireSettled(p.Settle(today, tomorrow)[1])
	s.requireSettled(p.Settle(today, today)[0])
	s.starter("verify", "--date", today).requireSuccess()
	s.starter("verify", "--date", tomorrow).requireSuccess()
}

func (s *system) waitUntilSettled(chunks int64) {
	s.t.Helper()
	waitUntil(s.t, "all chunks are settled", func() bool {
		return s.number(`SELECT COUNT(*) FROM run_chunks WHERE state = 'settled'`) == chunks
	})
}

// requireCounts tells how often each chunk was counted.
func (s *system) requireCounts(want ...int64) {
	s.t.Helper()
	for i, counts := range want {
		require.Equal(s.t, counts, s.number(`SELECT counts FROM run_chunks WHERE chunk = ?`, i+1), "chunk %d", i+1)
	}
}
