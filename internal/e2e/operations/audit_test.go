package operations

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/rig"
)

func TestAuditPrintsTheInvariantsAndTheRowsThatBreakThem(t *testing.T) {
	t.Parallel()
	m := rig.NewMailing(t, 5)
	worker := m.StartMailer()
	m.Starter("run", "weekly", "--week", rig.Week).RequireSuccess()
	worker.Kill()
	audit := func() rig.Outcome { return m.Starter("audit", "--from", "2024-05-01", "--to", rig.Sunday) }

	clean := audit().RequireSuccess()

	require.Contains(t, cells(clean.Stdout), "| mails | each weekly statement has one delivery")
	require.NotContains(t, clean.Stdout, "broken")
	m.Exec(`UPDATE daily_settlements SET ad_amount = 41 WHERE video_id = 2`)
	m.Exec(`DELETE FROM watch_log WHERE video_id = 2 LIMIT 1`)
	found := audit()
	found.RequireFailure("2024-05-01 to 2024-05-12: 6 invariants broken")
	for _, line := range []string{
		"2024-05-12, video 2: ad amount is ₩41, should be ₩40",
		"2024-05-12, daily_settlements: has 3 rows as when it closed, but not the same",
		"2024-W19, creator 2, video 2: ad amount: 1 fewer than in its days",
		"2024-05-12: ad amount: 120 in its run, 121 in its videos",
		"2024-05-12: 1 row missing: 7 counted, 6 there",
		"2024-05-12, chunk 1 (all videos): 7 rows counted, 6 there",
		"What to do: recompute the day", "To put its rows back: starter rows restore --date 2024-05-12",
	} {
		require.Contains(t, found.Stdout, line)
	}
	m.Starter("audit", "--from", "2024-06-01", "--to", "2024-06-02").RequireRefusal("no day from 2024-06-01 to 2024-06-02 is closed")
	m.Starter("audit", "--from", "2024-06-02", "--to", "2024-06-01").RequireRefusal("2024-06-01 comes before 2024-06-02")
}
