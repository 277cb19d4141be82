package recovery

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
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
			OpeningViews: rig.Pick[int64](random, 0, 99_900, 499_900, 999_900), OpeningAdViews: rig.Pick[int64](random, 0, 99_900, 499_900),
		})
	}
	zipf := rand.NewZipf(random, 1.1, 20, 999)
	midnight := p.Midnight(rig.Today)
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
	random := rig.NewRandom(t)
	p := bigPlatform(random)
	want := p.Settle(rig.Today, rig.Today)[0]

	undisturbed := rig.New(t, p)
	undisturbed.StartWorker()
	undisturbed.RunDay(rig.Today, "--chunk-rows", crashChunks).RequireSuccess()
	undisturbed.RequireSettled(want)

	s := rig.New(t, p)
	s.DetectRaces()
	run := s.BeginDay(rig.Today, "--chunk-rows", crashChunks)
	run.WaitUntilSaid("daily:2024-05-06 runs")
	ranking := s.LockRanking() // however fast the machine is, the day outlives its workers
	for range 10 {
		worker := s.StartWorker("WORKER_SLOTS=2")
		awaitProgress(s, random.Int64N(8))
		rig.WaitRandomly(t, random)
		worker.Kill()
	}
	ranking.Release()
	s.StartWorker("WORKER_SLOTS=2")

	run.Wait().RequireSuccess()
	s.RequireSettled(want)
	require.GreaterOrEqual(t, s.Chunks(rig.Today), 30)
	s.Starter("verify", "--date", rig.Today).RequireSuccess()
}

func TestKilledDatabaseChangesNothing(t *testing.T) {
	t.Parallel()
	random := rig.NewRandom(t)
	p := bigPlatform(random)
	dir := devtest.Dir(t)
	require.NoError(t, devstack.SeedMySQL(t.Context(), dir))
	mysql, err := devstack.StartMySQL(t.Context(), dir, "--loose-innodb-buffer-pool-size=256M", "--loose-default-time-zone=+09:00") // a zone that must not matter
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, mysql.Kill()) })
	require.NoError(t, mysql.CreateDatabase(t.Context(), "creatorpay"))
	s := rig.NewOn(t, mysql.DSN("creatorpay"), devtest.Temporal(t))
	s.DetectRaces()
	s.Migrate(p)
	s.Load(p)

	s.StartWorker()
	run := s.BeginDay(rig.Today, "--chunk-rows", crashChunks)
	for range 3 {
		awaitProgress(s, 1+random.Int64N(20))
		rig.WaitRandomly(t, random)
		require.NoError(t, mysql.Kill())
		require.NoError(t, mysql.Restart(t.Context()))
		require.Contains(t, []string{"running", "closed"}, s.StateOf(rig.Today)) // what goes on while nobody looks may be all
	}

	run.Wait().RequireSuccess()
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
	s.Starter("verify", "--date", rig.Today).RequireSuccess()
}

// awaitProgress waits until so many more chunks are counted or settled than now,
// or all are.
func awaitProgress(s *rig.System, chunks int64) {
	s.T.Helper()
	done := func() int64 {
		return s.Number(`SELECT COALESCE(SUM(state <> 'planned'), 0) + COALESCE(SUM(state = 'done'), 0) FROM run_chunks`)
	}
	before := done()
	rig.WaitUntil(s.T, "the run gets on", func() bool {
		return done() >= before+chunks || s.Number(`SELECT COUNT(*) > 0 AND SUM(state <> 'done') = 0 FROM run_chunks`) == 1
	})
}
