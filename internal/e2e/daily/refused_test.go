package daily

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/rig"
)

func TestDayThatMayNotRunIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	notOver := p.DayOf(time.Now().Add(24 * time.Hour))
	requireRefused(s, notOver, notOver+" is not over yet in Asia/Seoul")
	requireRefused(s, "2024-05-07", "the watch log has no partition for 2024-05-07")
	requireRefused(s, "2024-02-30", `"2024-02-30" is not a date`)
	requireRefused(s, "today", `"today" is not a date`)

	s.StartWorker()
	s.RunDay(rig.Today).RequireSuccess()
	s.AddDays("2024-05-04", rig.Today)
	requireRefused(s, rig.Today, "2024-05-06 is closed and is never run again")
	requireRefused(s, "2024-05-08", "2024-05-07 is not closed: it was never run")
	requireRefused(s, "2024-05-05", "2024-05-05 lies before 2024-05-06, the first day that was settled")
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
}

func TestDayAfterAFailedOneIsRefused(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	s.RunDay(rig.Today).RequireSuccess()
	s.AddDays(rig.Tomorrow, rig.DayAfterTomorrow)
	s.Exec(`INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views) VALUES (?, 999, 1, '2024-05-06 20:00:00', 1, 1, 1)`, rig.Tomorrow)
	s.RunDay(rig.Tomorrow).RequireFailure("999 (1 row)")

	requireRefused(s, rig.DayAfterTomorrow, "2024-05-07 is not closed: its run failed")
}

// requireRefused means that the day is refused in one line and nothing came of
// it, neither in the database nor in Temporal.
func requireRefused(s *rig.System, day, why string) {
	s.T.Helper()
	rows, run := tableRows(s), s.LatestRun("daily:"+day)

	s.RunDay(day).RequireRefusal(why)

	require.Equal(s.T, rows, tableRows(s))
	require.Equal(s.T, run, s.LatestRun("daily:"+day))
}

// tableRows is how many rows each table of results has.
func tableRows(s *rig.System) map[string]int64 {
	s.T.Helper()
	rows := map[string]int64{}
	for _, table := range []string{"runs", "run_chunks", "daily_statistics", "daily_settlements", "top_videos"} {
		rows[table] = s.Number(`SELECT COUNT(*) FROM ` + table)
	}
	return rows
}
