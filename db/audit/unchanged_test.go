package audit

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestR11_AuditTellsThatAClosedRowHasChanged(t *testing.T) {
	b := openClosed(t)
	restore := b.save()
	for _, test := range []sabotage{
		{"fees", `UPDATE runs SET fee_rule = 7 WHERE starts_on = '2024-05-28'`, "2024-05-28, runs: has 1 row as when it closed, but not the same"},
		{"a run", `UPDATE runs SET repeat_window_ms = 1 WHERE starts_on = '2024-05-28'`, "2024-05-28, runs: has 1 row as when it closed, but not the same"},
		{"a chunk", `UPDATE run_chunks SET checksum = 1 WHERE kind = 'weekly'`, "2024-W22, run_chunks: has 1 row as when it closed, but not the same"},
		{"a week's video", `UPDATE period_videos SET title = 'changed' WHERE kind = 'weekly' AND video_id = 2`, "2024-W22, period_videos: has 5 rows as when it closed, but not the same"},
		{"a month's statement", `UPDATE statements SET locale = 'ko' WHERE kind = 'monthly' AND creator_id = 2`, "2024-05, statements: has 2 rows as when it closed, but not the same"},
		{"a line without figures", `INSERT INTO daily_statistics (starts_on, video_id, creator_id, views, self_views, repeat_views, played_seconds, ad_views) VALUES ('2024-05-28', 2, 1, 0, 0, 0, 0, 0)`, "2024-05-28, daily_statistics: had 3 rows when it closed, has 4 now"},
		{"the seals", `UPDATE runs SET seals = NULL WHERE kind = 'weekly'`, "2024-W22: closed without a seal"},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer restore()
			b.Exec(test.change)

			require.Equal(t, []string{"unchanged: " + test.findings}, b.findings(monday, sunday))
		})
	}
}
