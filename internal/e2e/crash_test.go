package e2e

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/e2e/oracle"
)

const (
	crashRows   = 300_000
	crashChunks = "7500" // rows per chunk: about 40 chunks
)

// bigPlatform has a day of which some videos have far more plays than others,
// some viewers come back too soon, and many videos are close below a tier.
func bigPlatform(random *rand.Rand) *oracle.Platform {
	p := oracle.NewPlatform("Asia/Seoul")
	for id := range int64(1000) {
		p.AddVideo(oracle.Video{
			ID: id + 1, Creator: id%50 + 1, Title: fmt.Sprintf("Video %d", id+1),
			OpeningViews: pick[int64](random, 0, 99_900, 499_900, 999_900), OpeningAdViews: pick[int64](random, 0, 99_900, 499_900),
		})
	}
	zipf := rand.NewZipf(random, 1.1, 20, 999)
	midnight := p.Midnight(today)
	for id := range int64(crashRows) {
		play := oracle.View{
			ID: id + 1, Video: int64(zipf.Uint64()) + 1, Viewer: random.Int64N(50_000),
			At:      midnight.Add(time.Duration(random.Int64N(24*60*60*1000)) * time.Millisecond),
			Seconds: uint32(random.IntN(600)), Ads: uint32(random.IntN(4)),
		}
		if last := len(p.Views) - 1; last >= 0 && random.IntN(20) == 0 { // back after up to 40 s, at times after midnight
			play.Video, play.Viewer = p.Views[last].Video, p.Views[last].Viewer
			play.At = p.Views[last].At.Add(time.Duration(random.IntN(40_000)) * time.Millisecond)
		}
		p.Views = append(p.Views, play)
	}
	return p
}

func TestKilledWorkersChangeNothing(t *testing.T) {
	t.Parallel()
	random := newRandom(t)
	p := bigPlatform(random)
	want := p.Settle(today, today)[0]

	undisturbed := newSystem(t, p)
	undisturbed.startWorker()
	undisturbed.runDay(today, "--chunk-rows", crashChunks).requireSuccess()
	undisturbed.requireSettled(want)

	s := newSystem(t, p)
	s.detectRaces()
	run := s.beginDay(today, "--chunk-rows", crashChunks)
	run.waitUntilSaid("daily:2024-05-06 runs")
	ranking := s.lockRanking() // however fast the machine is, the day outlives its workers
	for range 10 {
		worker := s.startWorker("WORKER_SLOTS=2")
		s.awaitProgress(random.Int64N(8))
		spin(t, random)
		worker.kill()
	}
	ranking.release()
	s.startWorker("WORKER_SLOTS=2")

	run.wait().requireSuccess()
	s.requireSettled(want)
	require.GreaterOrEqual(t, s.chunks(today), 30)
	s.starter("verify", "--date", today).requireSuccess()
}

func TestKilledDatabaseChangesNothing(t *testing.T) {
	t.Parallel()
	random := newRandom(t)
	p := bigPlatform(random)
	dir := devtest.Dir(t)
	require.NoError(t, devstack.SeedMySQL(t.Context(), dir))
	mysql, err := devstack.StartMySQL(t.Context(), dir, "--innodb-buffer-pool-size=256M", "--default-time-zone=+09:00") // a zone that must not matter
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, mysql.Kill()) })
	require.NoError(t, mysql.CreateDatabase(t.Context(), "creatorpay"))
	s := newSystemOn(t, mysql.DSN("creatorpay"), devtest.Temporal(t))
	s.detectRaces()
	s.migrate(p)
	s.load(p)

	s.startWorker()
	run := s.beginDay(today, "--chunk-rows", crashChunks)
	for range 3 {
		s.awaitProgress(1 + random.Int64N(20))
		spin(t, random)
		require.NoError(t, mysql.Kill())
		require.NoError(t, mysql.Restart(t.Context()))
		require.Equal(t, "running", s.stateOf(today))
	}

	run.wait().requireSuccess()
	s.requireSettled(p.Settle(today, today)[0])
	s.starter("verify", "--date", today).requireSuccess()
}

// awaitProgress waits until so many more chunks are counted or settled than now,
// or all are.
func (s *system) awaitProgress(chunks int64) {
	s.t.Helper()
	done := func() int64 {
		return s.number(`SELECT COALESCE(SUM(state <> 'planned'), 0) + COALESCE(SUM(state = 'settled'), 0) FROM run_chunks`)
	}
	before := done()
	waitUntil(s.t, "the run gets on", func() bool {
		return done() >= before+chunks || s.number(`SELECT COUNT(*) > 0 AND SUM(state <> 'settled') = 0 FROM run_chunks`) == 1
	})
}

// spin waits for a random moment, so that what is killed is killed anywhere.
func spin(t testing.TB, random *rand.Rand) {
	t.Helper()
	select {
	case <-time.After(time.Duration(random.IntN(50)) * time.Millisecond):
	case <-t.Context().Done():
	}
}
