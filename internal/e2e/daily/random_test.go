package daily

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
)

func TestRandomDaysAreWorthWhatTheRulesSay(t *testing.T) {
	t.Parallel()
	for round := range 6 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			random := rig.NewRandom(t)
			p := rig.RandomPlatform(random)
			rig.RandomPayments(random, p, "2024-05-06", "2024-05-08", false)
			s := rig.NewEmpty(t, p)
			s.AddFees(p)
			s.DetectRaces()
			s.Environment = append(s.Environment, s.DSN(func(c *mysql.Config) { // what the programs must not depend on
				c.ParseTime = false
				c.Loc = p.Zone
			}))
			importFiles(s, p, random)
			s.AddDays("2024-05-05", "2024-05-08")
			for range 2 {
				s.StartWorker("REPEAT_WINDOW=" + p.Window.String())
			}
			for _, want := range p.Settle("2024-05-06", "2024-05-08") {
				s.RunDay(want.Start, "--parallel", fmt.Sprint(1+random.IntN(8)), "--chunk-rows", fmt.Sprint(1+random.IntN(400))).RequireSuccess()
				s.RequireSettled(want)
				s.Starter("verify", "--date", want.Start).RequireSuccess()
			}
		})
	}
}

// importFiles brings the platform in as people do: as files, in any order and
// with times at any offset.
func importFiles(s *rig.System, p *oracle.Platform, random *rand.Rand) {
	s.T.Helper()
	anyZone := func() *time.Location { return time.FixedZone("", (random.IntN(24*4)-12*4)*15*60) }
	views := oracle.NewTable("view_id", "video_id", "viewer_id", "watched_at", "played_seconds", "ad_views")
	for _, i := range random.Perm(len(p.Views)) {
		v := p.Views[i]
		views.Add(v.ID, v.Video, v.Viewer, v.At.In(anyZone()).Format(time.RFC3339Nano), v.Seconds, v.Ads)
	}
	payments := slices.Clone(p.Payments)
	random.Shuffle(len(payments), func(i, j int) { payments[i], payments[j] = payments[j], payments[i] })
	for i, row := range payments {
		payments[i].At = row.At.In(anyZone())
	}
	dir := s.T.TempDir()
	args := []string{"import"}
	for name, file := range map[string]*oracle.Table{
		"creators": rig.CreatorsFile(p.Creators), "videos": rig.VideosFile(p.Videos), "views": views, "payments": rig.PaymentsFile(payments),
	} {
		path := filepath.Join(dir, name+".csv")
		require.NoError(s.T, os.WriteFile(path, []byte(file.CSV()), 0o600))
		args = append(args, "--"+name, path)
	}
	s.Starter(args...).RequireSuccess()
	s.Starter(args...).RequireSuccess() // once more changes nothing
}
