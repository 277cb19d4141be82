package daily

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
)

// arrive adds a view of the video to the platform and to the system.
func arrive(s *rig.System, p *oracle.Platform, videoID int64) {
	s.T.Helper()
	p.Play(videoID, int64(5000+len(p.Views)), rig.Today+" 20:00:00", 60, 1)
	s.Append(p, p.Views[len(p.Views)-1])
}

func TestUnknownVideosKeepADayFromClosingUntilTheyAreKnown(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	known := len(p.Videos)
	for id := int64(61); len(p.Videos) < known+22; id++ {
		if id%10 == 0 {
			continue // known
		}
		p.AddVideo(oracle.Video{ID: id, Creator: 1, Title: "New"})
		for n := range len(p.Videos) - known {
			p.Play(id, int64(2000+n), rig.Today+" 12:00:00", 60, 1)
		}
	}
	s.Append(p, p.Views[100:]...)

	failed := s.RunDay(rig.Today, "--chunk-rows", "30")

	failed.RequireFailure("2024-05-06 has 253 rows of videos that are not in the catalogue: 61 (1 row), 62 (2 rows), ", ", 82 (20 rows); import them")
	require.NotContains(t, failed.Stderr, "83 (")
	require.Equal(t, "failed", s.StateOf(rig.Today))
	s.Starter("export", "settlement", "--period", "daily", "--date", rig.Today).RequireRefusal("not closed")
	whole := s.Number(`SELECT COUNT(*) FROM run_chunks WHERE unknown_rows = 0 AND state = 'counted'`)
	part := s.Number(`SELECT COUNT(*) FROM run_chunks WHERE unknown_rows > 0 AND state = 'planned'`)
	require.Positive(t, whole)
	require.Positive(t, part)

	s.PutVideos(p.Videos[known:]...)
	s.RunDay(rig.Today).RequireSuccess()

	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
	require.Equal(t, whole, s.Number(`SELECT COUNT(*) FROM run_chunks WHERE counts = 1`), "what was known is not counted again")
	counts := 3 // without them, to find them, and when they are known
	if devtest.MySQL(t).IsTiDB() {
		counts = 2
	}
	require.Equal(t, part, s.Number(`SELECT COUNT(*) FROM run_chunks WHERE counts = ?`, counts))
}

func TestRowsThatArriveBeforeTheCheckAreCounted(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	counting := s.LockCounting()
	run := s.BeginDay(rig.Today, "--chunk-rows", "1", "--parallel", "1")
	rig.WaitUntil(t, "the day is planned", func() bool { return s.Chunks(rig.Today) == 10 })
	lastChunk := s.LockChunk(rig.Today, 10)
	counting.Release()
	rig.WaitUntil(t, "all chunks but the last are counted", func() bool {
		return s.Number(`SELECT COUNT(*) FROM run_chunks WHERE state = 'counted'`) == 9
	})

	arrive(s, p, 10)
	arrive(s, p, 70)
	arrive(s, p, 70)
	lastChunk.Release()

	run.Wait().RequireSuccess()
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
	s.RequireCounts(2, 1, 1, 1, 1, 1, 2, 1, 1, 1)
}

func TestRowsThatArriveBeforeTheCloseAreCounted(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	ranking := s.LockRanking()
	run := s.BeginDay(rig.Today, "--chunk-rows", "1")
	s.WaitUntilSettled(10)

	arrive(s, p, 100)
	ranking.Release()

	run.Wait().RequireSuccess()
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
	s.RequireCounts(1, 1, 1, 1, 1, 1, 1, 1, 1, 2)
}

func TestRowsThatKeepArrivingFailTheRun(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	ranking := s.LockRanking()
	run := s.BeginDay(rig.Today, "--chunk-rows", "1")
	for arrivals := range 3 { // each takes two rounds: one to find that it cannot close, one to count again
		s.WaitUntilSettled(10)
		arrive(s, p, 50)
		counting := s.LockCounts()
		ranking.Release()
		if arrivals == 2 {
			counting.Release()
			break
		}
		rig.WaitUntil(t, "the day is counted again", func() bool {
			return s.Number(`SELECT COUNT(*) FROM run_chunks WHERE state = 'planned'`) == 1
		})
		ranking = s.LockRanking()
		counting.Release()
	}

	run.Wait().RequireFailure("rows of 2024-05-06 keep arriving")
	require.Equal(t, "failed", s.StateOf(rig.Today))

	s.RunDay(rig.Today).RequireSuccess()
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
}

func TestRowsThatComeAfterTheCloseAreLate(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	s.RunDay(rig.Today).RequireSuccess()
	file := filepath.Join(t.TempDir(), "late.csv")
	require.NoError(t, os.WriteFile(file, []byte(`view_id,video_id,viewer_id,watched_at,played_seconds,ad_views
9001,10,77,2024-05-06T23:59:59.999+09:00,60,1
9002,10,77,2024-05-06T15:00:00Z,60,1
`), 0o600))

	imported := s.Starter("import", "--views", file).RequireSuccess()

	require.Contains(t, imported.Stdout, "1 view of 1 closed day (2024-05-06 to 2024-05-06) came late: the next daily run posts them as adjustments")
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
	p.PlayWithID(9002, 10, 77, "2024-05-07 00:00:00", 60, 1) // just after the late one: a repeat
	p.PlayLate(rig.Tomorrow, 9001, 10, 77, "2024-05-06 23:59:59.999", 60, 1)
	s.RunDay(rig.Tomorrow).RequireSuccess()
	s.RequireSettled(p.Settle(rig.Today, rig.Tomorrow)[1])
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
	s.Starter("verify", "--date", rig.Today).RequireSuccess()
	s.Starter("verify", "--date", rig.Tomorrow).RequireSuccess()
}
