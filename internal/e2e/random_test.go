package e2e

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"creatorpay/internal/e2e/oracle"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
)

// seedVariable holds the seed that repeats what a test did at random.
const seedVariable = "CREATORPAY_TEST_SEED"

func newRandom(t testing.TB) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv(seedVariable); text != "" {
		var err error
		seed, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("%s=%d", seedVariable, seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func TestRandomDaysAreWorthWhatTheRulesSay(t *testing.T) {
	t.Parallel()
	for round := range 6 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			random := newRandom(t)
			p := randomPlatform(random)
			s := newEmptySystem(t, p)
			s.detectRaces()
			s.environment = append(s.environment, s.dsn(func(c *mysql.Config) { // what the programs must not depend on
				c.ParseTime = false
				c.Loc = p.Zone
			}))
			importFiles(s, p, random)
			s.addDays("2024-05-05", "2024-05-08")
			for range 2 {
				s.startWorker("REPEAT_WINDOW=" + p.Window.String())
			}
			for _, want := range p.Settle("2024-05-06", "2024-05-08") {
				s.runDay(want.Start, "--parallel", fmt.Sprint(1+random.IntN(8)), "--chunk-rows", fmt.Sprint(1+random.IntN(400))).requireSuccess()
				s.requireSettled(want)
				s.starter("verify", "--date", want.Start).requireSuccess()
			}
		})
	}
}

// randomPlatform has few videos, few viewers and many plays that lie close
// together, around the midnights of 2024-05-05 to 2024-05-09.
func randomPlatform(random *rand.Rand) *oracle.Platform {
	p := oracle.NewPlatform([]string{"Asia/Seoul", "UTC", "America/New_York"}[random.IntN(3)])
	p.Window = []time.Duration{30 * time.Second, 30 * time.Second, 0, 45 * time.Minute}[random.IntN(4)]
	id := int64(1)
	for range 2 + random.IntN(12) {
		p.AddVideo(oracle.Video{
			ID:      id,
			Creator: 1 + random.Int64N(6), // viewers 1 to 6 are creators, too
			Title:   fmt.Sprintf("Video, \"%d\"", id),
			// Close below a tier, so that a few views or ads lead over it.
			OpeningViews:   max(0, pick[int64](random, 0, 100_000, 500_000, 1_000_000)-random.Int64N(60)),
			OpeningAdViews: max(0, pick[int64](random, 0, 100_000, 500_000, 1_000_000)-random.Int64N(60)),
		})
		id += pick(random, 1, 2, random.Int64N(1<<40))
	}
	midnight := p.Midnight("2024-05-05")
	at := midnight
	for i := range 1500 {
		switch random.IntN(20) {
		case 0:
			at = midnight.AddDate(0, 0, random.IntN(5)).Add(time.Duration(random.IntN(60_000)-30_000) * time.Millisecond)
		case 1:
			at = midnight.Add(time.Duration(random.Int64N(int64(4 * 24 * time.Hour)))).Truncate(time.Millisecond)
		default:
			at = at.Add(time.Duration(pick(random, 0, 1, 1000, 10_000, 20_000, 29_999, 30_000, 30_001)) * time.Millisecond)
		}
		p.Views = append(p.Views, oracle.View{
			ID:      int64(i + 1),
			Video:   p.Videos[min(random.IntN(len(p.Videos)), random.IntN(len(p.Videos)))].ID,
			Viewer:  random.Int64N(9),
			At:      at,
			Seconds: uint32(random.IntN(4000)),
			Ads:     pick(random, 0, 0, 1, 2, 30, uint32(random.IntN(1_000_000)), math.MaxUint32),
		})
	}
	random.Shuffle(len(p.Views), func(i, j int) { p.Views[i].ID, p.Views[j].ID = p.Views[j].ID, p.Views[i].ID })
	return p
}

func pick[T cmp.Ordered](random *rand.Rand, values ...T) T { return values[random.IntN(len(values))] }

// importFiles brings the platform in as people do: as files, in any order and
// with times at any offset.
func importFiles(s *system, p *oracle.Platform, random *rand.Rand) {
	s.t.Helper()
	views := oracle.NewTable("view_id", "video_id", "viewer_id", "watched_at", "played_seconds", "ad_views")
	for _, i := range random.Perm(len(p.Views)) {
		v := p.Views[i]
		at := v.At.In(time.FixedZone("", (random.IntN(24*4)-12*4)*15*60))
		views.Add(v.ID, v.Video, v.Viewer, at.Format(time.RFC3339Nano), v.Seconds, v.Ads)
	}
	dir := s.t.TempDir()
	args := []string{"import"}
	for name, file := range map[string]*oracle.Table{"creators": creatorsFile(p.Creators), "videos": videosFile(p.Videos), "views": views} {
		path := filepath.Join(dir, name+".csv")
		require.NoError(s.t, os.WriteFile(path, []byte(file.CSV()), 0o600))
		args = append(args, "--"+name, path)
	}
	s.starter(args...).requireSuccess()
	s.starter(args...).requireSuccess() // once more changes nothing
}
