package late

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/rig"
)

func TestADayIsDroppedOnlyAfterItsLateViewsArePosted(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	p.Play(10, 77, rig.Tomorrow+" 10:00:00", 60, 1)
	p.Play(10, 77, rig.DayAfterTomorrow+" 10:00:00", 60, 1)
	p.PlayLate(rig.DayAfterTomorrow, 9001, 20, 77, rig.Today+" 12:00:00", 60, 1)
	s := newLateSystem(t, p, rig.Today, rig.DayAfterTomorrow)
	s.StartWorker()
	settled := p.Settle(rig.Today, rig.DayAfterTomorrow)
	s.RunDay(rig.Today).RequireSuccess()
	s.RunDay(rig.Tomorrow).RequireSuccess()
	s.InsertLate(p, rig.DayAfterTomorrow)

	kept := s.Starter("partitions", "drop", "--older-than-days", "1", "--yes").RequireSuccess()

	require.Contains(t, s.Starter("status").RequireSuccess().Stdout, "1 view of 1 closed day (2024-05-06 to 2024-05-06) came late")
	require.Contains(t, kept.Stderr, "2024-05-06 has 1 row that came late and that no day has posted: it is kept, with the day before it and all days after it, until 2024-05-08 posts them")
	require.Contains(t, kept.Stdout, "no closed day")

	s.RunDay(rig.DayAfterTomorrow).RequireSuccess()
	s.RequireSettled(settled[2])
	require.Contains(t, s.Starter("partitions", "drop", "--older-than-days", "1", "--yes").RequireSuccess().Stdout, "2 days dropped")

	file := filepath.Join(t.TempDir(), "late.csv")
	require.NoError(t, os.WriteFile(file, []byte("view_id,video_id,viewer_id,watched_at,played_seconds,ad_views\n9002,10,78,2024-05-06T23:59:59.999+09:00,60,1\n"), 0o600))
	refused := s.Starter("import", "--views", file)
	refused.RequireFailure("1 line rejected")
	require.NotContains(t, refused.Stdout, "came late")
	rejects, err := os.ReadFile(file + ".rejects.csv")
	require.NoError(t, err)
	require.Contains(t, string(rejects), "days up to "+rig.Tomorrow+" are closed and dropped")
	s.Starter("partitions", "add", "--from", rig.Today, "--to", rig.Today).RequireFailure("days up to " + rig.Tomorrow + " are closed and dropped")
	s.Starter("audit", "--from", rig.Today, "--to", rig.DayAfterTomorrow).RequireSuccess()
}
