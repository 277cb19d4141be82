package db

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// startsIn inserts a row of the kind that starts on the day, in each table that
// has such rows.
var startsIn = map[string]string{
	"runs": `
		INSERT INTO runs (kind, starts_on, version, state, fence, workflow_id, holder, price_rule, repeat_window_ms, failure, began_at)
		VALUES (?, ?, 1, 'running', 1, '', '', 1, 0, '', NOW())`,
	"run_chunks": `INSERT INTO run_chunks (kind, starts_on, version, chunk, state) VALUES (?, ?, 1, 1, 'planned')`,
	"top_videos": `INSERT INTO top_videos (kind, starts_on, metric, video_rank, video_id, title, value) VALUES (?, ?, 'views', 1, 1, '', 1)`,
	"period_videos": `
		INSERT INTO period_videos (
			kind, starts_on, creator_id, video_id, title, views, self_views, repeat_views, played_seconds, ad_views,
			views_from, views_to, ad_views_from, ad_views_to, video_amount, ad_amount
		)
		VALUES (?, ?, 1, 1, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)`,
	"statements": `
		INSERT INTO statements (kind, starts_on, version, creator_id, name, locale, views, self_views, repeat_views, played_seconds, ad_views, video_amount, ad_amount)
		VALUES (?, ?, 1, 1, '', 'ko', 0, 0, 0, 0, 0, 0, 0)`,
}

// What no run does, the server refuses to whoever does it by hand.
func TestTheBooksTakeNoWeekOrMonthThatStartsOnAnotherDay(t *testing.T) {
	db := openMigrated(t)
	for table, insert := range startsIn {
		for _, wrong := range []struct {
			kind  string
			start any
		}{
			{"weekly", monday + 3}, {"weekly", monday - 1}, {"weekly", "2024-05-01"},
			{"monthly", monday}, {"monthly", "2024-04-30"},
		} {
			_, err := db.pool.ExecContext(t.Context(), insert, wrong.kind, wrong.start)
			require.ErrorContains(t, err, table+"_starts_on_chk", "%s from %v in %s", wrong.kind, wrong.start, table)
		}
		exec(t, db, insert, "weekly", monday)
		exec(t, db, insert, "monthly", "2024-05-01")
	}
	exec(t, db, startsIn["runs"], "daily", monday+3)

	delivery := `INSERT INTO deliveries (starts_on, version, creator_id, state, changed_at) VALUES (?, 1, 1, 'pending', NOW())`
	_, err := db.pool.ExecContext(t.Context(), delivery, monday+3)
	require.ErrorContains(t, err, "deliveries_starts_on_chk")
	exec(t, db, delivery, monday)
}
