package db

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestMain(m *testing.M) { devtest.Main(m) }

// monday is 2024-05-06, which starts a week within one month.
const monday = settlement.Day(19849)

const (
	creator = 1
	viewer  = 10
)

// me holds the runs of the tests; a stranger does not.
var (
	me       = Holder{WorkflowID: "daily", RunID: "mine"}
	stranger = Holder{WorkflowID: "daily", RunID: "not mine"}
)

var (
	seoul     = calendarOf(settlement.DefaultTimeZone)
	allVideos settlement.Range
)

func calendarOf(zone string) settlement.Calendar {
	calendar, err := settlement.NewCalendar(zone)
	if err != nil {
		panic(err)
	}
	return calendar
}

// openEmpty is a pool on a database of this test's own, without a schema.
func openEmpty(t *testing.T) *DB {
	t.Helper()
	db, err := Open(t.Context(), devtest.Database(t), 8)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// openMigrated is a pool on a database of this test's own, with the schema and
// the creator.
func openMigrated(t *testing.T) *DB {
	t.Helper()
	db := openEmpty(t)
	migrate(t, db)
	return db
}

// migrate makes the schema and the creator.
func migrate(t *testing.T, db *DB) {
	t.Helper()
	_, err := db.Migrate(t.Context(), seoul)
	require.NoError(t, err)
	require.NoError(t, db.PutCreators(t.Context(), []Creator{{ID: creator, Name: "Kim", Email: "kim@example.com", Locale: "ko"}}))
}

// exec changes the database behind the methods' back.
func exec(t *testing.T, db *DB, statement string, args ...any) {
	t.Helper()
	_, err := db.pool.ExecContext(t.Context(), statement, args...)
	require.NoError(t, err)
}

// read is the one value that a query gives.
func read[T any](t *testing.T, db *DB, query string, args ...any) (value T) {
	t.Helper()
	require.NoError(t, db.pool.GetContext(t.Context(), &value, query, args...))
	return value
}

func putVideos(t *testing.T, db *DB, ids ...int64) {
	t.Helper()
	videos := make([]Video, len(ids))
	for i, id := range ids {
		videos[i] = Video{ID: id, CreatorID: creator, Title: "a video", DurationSeconds: 60}
	}
	refused, err := db.PutVideos(t.Context(), videos)
	require.NoError(t, err)
	require.Empty(t, refused)
}

// view is the viewer's play of the video, so long after the day's start.
func view(day settlement.Day, video int64, afterStart time.Duration) daylog.View {
	at := seoul.Start(day).Add(afterStart).UnixMilli()
	return daylog.View{Day: day, VideoID: video, ViewerID: viewer, WatchedAt: at, ViewID: 1, PlayedSeconds: 60, AdViews: 2}
}

// views are n plays of the video, a minute apart.
func views(day settlement.Day, video int64, n int) []daylog.View {
	all := make([]daylog.View, n)
	for i := range all {
		all[i] = view(day, video, time.Duration(i)*time.Minute)
	}
	return all
}

func addPartitions(t *testing.T, db *DB, first, last settlement.Day) {
	t.Helper()
	_, err := db.AddPartitions(t.Context(), first, last)
	require.NoError(t, err)
}

// watch makes room for the days of the views and stores them.
func watch(t *testing.T, db *DB, views ...daylog.View) {
	t.Helper()
	for _, view := range views {
		addPartitions(t, db, view.Day, view.Day)
	}
	added, refused, err := db.AppendViews(t.Context(), views)
	require.NoError(t, err)
	require.Empty(t, refused)
	require.EqualValues(t, len(views), added.Rows)
}

// onTime are the day's own rows.
func onTime(t *testing.T, db *DB, day settlement.Day) daylog.OnTime {
	t.Helper()
	rows, err := db.OnTime(t.Context(), day)
	require.NoError(t, err)
	return rows
}

// insertRow stores a row of the watch log as the platform does.
const insertRow = `
		INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
		VALUES (?, ?, ?, ?, ?, ?, ?)`

// rowOf are the arguments of insertRow for the view.
func rowOf(view daylog.View) []any {
	return []any{view.Day, view.VideoID, view.ViewerID, time.UnixMilli(view.WatchedAt).UTC(), view.ViewID, view.PlayedSeconds, view.AdViews}
}
