package audit

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestR10_AuditFindsRowsOfTheWatchLogThatAreNotThoseCounted(t *testing.T) {
	requireFindings(t, []sabotage{
		{
			"a missing row of the watch log",
			`DELETE FROM watch_log WHERE watched_on = '2024-05-28' AND video_id = 5`,
			`rows: 2024-05-28: 1 row missing: 18 counted, 17 there
			checksums: 2024-05-28, chunk 2 (videos from 3): 9 rows counted, 8 there`,
		},
		{
			"a changed row of the watch log",
			`UPDATE watch_log SET ad_views = 3 WHERE watched_on = '2024-05-28' AND video_id = 5`,
			`checksums: 2024-05-28, chunk 2 (videos from 3): rows changed`,
		},
		{
			"a row of a day that was dropped",
			`INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views) VALUES ('2024-01-01', 1, 1, '2024-01-01', 1, 1, 1)`,
			`dropped days: 2024-01-01: 1 row came after it was dropped`,
		},
		{
			"a posted row of the watch log that has changed",
			`UPDATE watch_log SET ad_views = 3 WHERE watched_on = '2024-05-29' AND watched_at = '2024-05-28 16:00:00'`,
			`rows: 2024-05-29: 1 posted late row changed`,
		},
		{
			"a row of the watch log with an earlier epoch",
			`INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views, epoch) VALUES ('2024-05-28', 5, 1, '2024-05-28 00:00:00', 99, 60, 2, 0)`,
			`rows: 2024-05-28: 1 row came with an epoch from before the close: 18 counted, 19 there
			checksums: 2024-05-28, chunk 2 (videos from 3): 9 rows counted, 10 there`,
		},
		{
			"a missing posted row of the watch log",
			`DELETE FROM watch_log WHERE watched_on = '2024-05-29' AND watched_at = '2024-05-28 16:00:00'`,
			`rows: 2024-05-29: 1 posted late row missing`,
		},
	})
}

func TestAudit_NotesLateRowsThatNobodyHasPosted(t *testing.T) {
	b := openClosed(t)
	b.watch(monday+1, 1, time.Hour)
	var notes []string

	for _, result := range b.audit(monday, sunday) {
		require.Empty(t, result.Findings, result.Name)
		notes = append(notes, result.Notes...)
	}

	require.Equal(t, []string{"2024-05-28: 1 row came late, not posted yet"}, notes)
}

func TestAudit_WithoutChecksumsOnlyCountsTheRows(t *testing.T) {
	b := openClosed(t)
	b.Exec(`UPDATE watch_log SET ad_views = 3 WHERE watched_on = '2024-05-28' AND video_id = 5`)
	b.Exec(`UPDATE payments SET payer_id = payer_id + 1 WHERE paid_on = '2024-05-28' AND payment_id = 104`)

	results, err := Run(t.Context(), b.DB, monday, sunday, false)

	require.NoError(t, err)
	for _, result := range results {
		require.NotContains(t, []string{checksumsInvariant.Name, paymentsInvariant.Name}, result.Name)
		require.Empty(t, result.Findings, result.Name)
	}
}
