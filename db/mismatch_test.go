package db

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

// checkRows checks all chunks of a closed day of the audited books.
func checkRows(t *testing.T, db *DB, day settlement.Day) settlement.Mismatch {
	t.Helper()
	run, err := db.ClosedRun(t.Context(), settlement.DailyPeriod(day))
	require.NoError(t, err)
	chunks, err := db.Chunks(t.Context(), run.Period())
	require.NoError(t, err)
	found, err := db.CheckRows(t.Context(), run, chunks)
	require.NoError(t, err)
	require.Equal(t, day, found.Day)
	return found
}

func TestCheckRows_RowsAsTheyWereCountedAndPostedAreNoMismatch(t *testing.T) {
	db := openAudited(t)
	watch(t, db, view(auditedMonday+1, 2, 5*time.Hour)) // late, and posted by nobody yet

	for day := auditedMonday; day < auditedMonday+7; day++ {
		found := checkRows(t, db, day)

		require.True(t, found.None(), found)
		require.Positive(t, found.Found)
	}
}

func TestCheckRows_TellsWhatIsOtherThanItWas(t *testing.T) {
	db := openAudited(t)
	for name, c := range map[string]struct{ change, undo, want string }{
		"a row that changed in place": {
			`UPDATE watch_log SET ad_views = 3 WHERE watched_on = '2024-05-28' AND video_id = 5`,
			`UPDATE watch_log SET ad_views = 2 WHERE watched_on = '2024-05-28' AND video_id = 5`,
			"2024-05-28 has 21 rows, 21 counted and posted, and other rows than were counted in chunk 2",
		},
		"a posted late row that changed": {
			`UPDATE watch_log SET ad_views = 3 WHERE watched_on = '2024-05-29' AND watched_at = '2024-05-28 16:00:00'`,
			`UPDATE watch_log SET ad_views = 2 WHERE watched_on = '2024-05-29' AND watched_at = '2024-05-28 16:00:00'`,
			"2024-05-29 has 15 rows, 15 counted and posted, and other figures in 1 posted late row",
		},
		"a row with a mark from before the close": {
			`INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views, epoch) VALUES ('2024-05-28', 5, 1, '2024-05-28 00:00:00', 99, 60, 2, 0)`,
			`DELETE FROM watch_log WHERE watched_on = '2024-05-28' AND view_id = 99`,
			"2024-05-28 has 22 rows, 21 counted and posted, and other rows than were counted in chunk 2",
		},
	} {
		t.Run(name, func(t *testing.T) {
			exec(t, db, c.change)
			// t.Context is over by then.
			defer func() { _, _ = db.pool.ExecContext(context.Background(), c.undo) }()

			found := checkRows(t, db, dayOf(t, c.want[:10]))

			require.False(t, found.None())
			require.Equal(t, c.want, found.String())
		})
	}
}

func TestCheckRows_RowsThatWentAreAMismatchUnlessTheirDayWasDropped(t *testing.T) {
	db := openAudited(t)
	exec(t, db, `DELETE FROM watch_log WHERE watched_on = '2024-05-28' AND video_id = 5`)
	require.Equal(t, "2024-05-28 has 20 rows, 21 counted and posted, and other rows than were counted in chunk 2",
		checkRows(t, db, auditedMonday+1).String())

	exec(t, db, `ALTER TABLE watch_log DROP PARTITION p20240528`)

	require.True(t, checkRows(t, db, auditedMonday+1).None())
}

func TestMismatch_NamesSomeOfManyChunks(t *testing.T) {
	m := settlement.Mismatch{Day: monday, Expected: 9, Found: 8}
	require.Equal(t, "2024-05-06 has 8 rows, 9 counted and posted", m.String())
	for number := 1; number <= 12; number++ {
		m.Add(settlement.Mismatch{Day: monday, Expected: 1, Found: 1, Chunks: []int{number}})
	}

	require.Equal(t, "2024-05-06 has 20 rows, 21 counted and posted, and other rows than were counted in chunk 1 2 3 4 5 6 7 8 9 10 and 2 more", m.String())
}

func dayOf(t *testing.T, date string) settlement.Day {
	t.Helper()
	day, err := settlement.ParseDay(date)
	require.NoError(t, err)
	return day
}
