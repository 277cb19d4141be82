package verify

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestMain(m *testing.M) { devtest.Main(m) }

const monday = settlement.Day(19849) // 2024-05-06

func TestRows_TellWhatHappenedAndWhetherItIsBad(t *testing.T) {
	chunk := db.Chunk{Number: 2, Checksum: 7, UnknownRows: 1, Totals: settlement.Totals{
		Statistics: settlement.Statistics{Views: 5, SelfViews: 3, RepeatViews: 1}, PaymentFigures: settlement.PaymentFigures{Payments: 3, Pending: 2}, LatePayments: 1,
	}, PaymentsChecksum: 6}
	late := func(unposted, missing, changed int64) daylog.LateRows {
		return daylog.LateRows{Unposted: unposted, PostedRows: daylog.PostedRows{Posted: 9, Missing: missing, Changed: changed}}
	}
	for _, c := range []struct {
		rows    Rows
		verdict string
		bad     bool
	}{
		{Rows{chunk, 10, 7, late(0, 0, 0), false}, "", false},
		{Rows{chunk, 10, 7, late(2, 0, 0), false}, "2 rows came late, not posted yet", false},
		{Rows{chunk, 9, 6, late(0, 0, 0), false}, "1 row missing", true},
		{Rows{chunk, 12, 6, late(0, 0, 0), false}, "2 rows came with an epoch from before the close: restored, or inserted with it", true},
		{Rows{chunk, 10, 6, late(0, 0, 0), false}, "rows changed", true},
		{Rows{chunk, 10, 7, late(0, 1, 0), false}, "1 posted late row missing", true},
		{Rows{chunk, 10, 7, late(0, 0, 2), false}, "2 posted late rows changed", true},
		{Rows{chunk, 8, 6, late(1, 1, 1), false}, "2 rows missing; 1 posted late row missing; 1 posted late row changed; 1 row came late, not posted yet", true},
		{Rows{chunk, 4, 6, late(0, 0, 0), true}, "", false},
		{Rows{chunk, 3, 6, late(0, 0, 0), true}, "1 payment row missing", true},
		{Rows{chunk, 4, 7, late(2, 1, 1), true}, "payment rows changed; 1 posted late payment row missing; 1 posted late payment row changed; 2 payment rows came late, not posted yet", true},
	} {
		t.Run(c.verdict, func(t *testing.T) {
			require.EqualValues(t, map[bool]int{false: 10, true: 4}[c.rows.Payments], c.rows.Counted())
			require.Equal(t, c.verdict, c.rows.Verdict())
			require.Equal(t, c.bad, c.rows.Bad())
		})
	}
}

func TestReport_CountsBadChunksAndUnpostedRows(t *testing.T) {
	report := Report{Chunks: []Rows{
		{Chunk: db.Chunk{Number: 1}},
		{Chunk: db.Chunk{Number: 2}, Found: 1},
		{Chunk: db.Chunk{Number: 3}, Late: daylog.LateRows{Unposted: 3}},
		{Chunk: db.Chunk{Number: 4}, Checksum: 1, Late: daylog.LateRows{Unposted: 2}},
		{Chunk: db.Chunk{Number: 4}, Found: 1, Payments: true},
	}}

	require.Equal(t, 2, report.Bad())
	require.EqualValues(t, 5, report.Unposted())
}

// openPosted has Monday closed in two chunks with three rows each, and a late row
// of video 2, an hour into it, that Tuesday has posted.
func openPosted(t *testing.T) *dbtest.Books {
	t.Helper()
	b := dbtest.Open(t)
	b.AddVideo(1, db.Video{ID: 1, Title: "one"})
	b.AddVideo(2, db.Video{ID: 2, Title: "two"})
	b.AddDays(monday, monday+1)
	b.Watch(monday, 1, 3)
	b.Watch(monday, 2, 3)
	b.CloseDay(monday, 2)
	b.Play(monday, 2, dbtest.Viewer, b.Calendar.Start(monday).Add(time.Hour))
	b.CloseDay(monday+1, 2)
	return b
}

// checkChunks checks the plays of all chunks of a closed day.
func checkChunks(t *testing.T, b *dbtest.Books, day settlement.Day) settlement.Mismatch {
	t.Helper()
	return checkChunksOf(t, b, day, false)
}

// checkChunksOf checks the rows in one of the logs.
func checkChunksOf(t *testing.T, b *dbtest.Books, day settlement.Day, payments bool) settlement.Mismatch {
	t.Helper()
	run, err := b.DB.ClosedRun(t.Context(), settlement.DailyPeriod(day))
	require.NoError(t, err)
	chunks, err := b.DB.Chunks(t.Context(), run.Period())
	require.NoError(t, err)
	found, err := Chunks(t.Context(), b.DB, run, chunks, payments)
	require.NoError(t, err)
	require.Equal(t, day, found.Day)
	return found
}

func TestChunks_RowsAsTheyWereCountedAndPostedAreNoMismatch(t *testing.T) {
	b := openPosted(t)
	b.Play(monday, 2, dbtest.Viewer, b.Calendar.Start(monday).Add(5*time.Hour)) // late, and posted by nobody yet

	found := checkChunks(t, b, monday)

	require.True(t, found.None(), found)
	require.EqualValues(t, 7, found.Found)
	require.True(t, checkChunks(t, b, monday+1).None())
}

func TestChunks_TellWhatIsOtherThanItWas(t *testing.T) {
	b := openPosted(t)
	for _, c := range []struct{ name, change, undo, want string }{
		{
			"a row that changed in place",
			`UPDATE watch_log SET ad_views = 3 WHERE video_id = 2 AND watched_at = '2024-05-05 15:00:00'`,
			`UPDATE watch_log SET ad_views = 1 WHERE video_id = 2 AND watched_at = '2024-05-05 15:00:00'`,
			"2024-05-06 has 7 rows, 7 counted and posted, and other rows than were counted in chunk 2",
		},
		{
			"a posted late row that changed",
			`UPDATE watch_log SET ad_views = 3 WHERE watched_at = '2024-05-05 16:00:00'`,
			`UPDATE watch_log SET ad_views = 1 WHERE watched_at = '2024-05-05 16:00:00'`,
			"2024-05-06 has 7 rows, 7 counted and posted, and other figures in 1 posted late row",
		},
		{
			"a row with an epoch from before the close",
			`INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views, epoch) VALUES ('2024-05-06', 2, 1, '2024-05-06 00:00:00', 99, 60, 2, 0)`,
			`DELETE FROM watch_log WHERE view_id = 99`,
			"2024-05-06 has 8 rows, 7 counted and posted, and other rows than were counted in chunk 2",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			b.Exec(c.change)

			require.Equal(t, c.want, checkChunks(t, b, monday).String())

			b.Exec(c.undo)
			require.True(t, checkChunks(t, b, monday).None())
		})
	}
}

func TestChunks_MissingRowsAreAMismatchUnlessTheirDayWasDropped(t *testing.T) {
	b := openPosted(t)
	b.Exec(`DELETE FROM watch_log WHERE video_id = 2 AND watched_at = '2024-05-05 15:00:00'`)
	require.Equal(t, "2024-05-06 has 6 rows, 7 counted and posted, and other rows than were counted in chunk 2", checkChunks(t, b, monday).String())

	b.Exec(`ALTER TABLE watch_log DROP PARTITION p20240506`)

	require.True(t, checkChunks(t, b, monday).None())
}
