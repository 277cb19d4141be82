// Package dbtest makes books to test with: a database of the test's own with the
// schema, filled and closed through the packages that the programs use.
package dbtest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/db/server"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

// Viewer is nobody's creator.
const Viewer = 1000

// Books are one test's. What goes wrong with them fails the test.
type Books struct {
	testing.TB
	DB       *db.DB
	Calendar settlement.Calendar
	behind   *server.Pool
	views    int64
}

// Open makes books without creators, videos and days in a database of their own.
func Open(t testing.TB) *Books {
	t.Helper()
	return OpenAt(t, devtest.Database(t))
}

// OpenAt makes such books in the database that the DSN names.
func OpenAt(t testing.TB, dsn string) *Books {
	t.Helper()
	database, err := db.Open(t.Context(), dsn, 8)
	require.NoError(t, err)
	t.Cleanup(func() { _ = database.Close() })
	calendar, err := settlement.NewCalendar(settlement.DefaultTimeZone)
	require.NoError(t, err)
	_, err = database.Migrate(t.Context(), calendar)
	require.NoError(t, err)
	behind, err := server.Open(t.Context(), dsn, 1)
	require.NoError(t, err)
	t.Cleanup(func() { _ = behind.Close() })
	return &Books{TB: t, DB: database, Calendar: calendar, behind: behind}
}

// Exec changes the database behind the methods' back.
func (b *Books) Exec(statement string, args ...any) {
	b.Helper()
	_, err := b.behind.ExecContext(b.Context(), statement, args...)
	require.NoError(b, err)
}

// Copy makes a table like another one, with its rows.
func (b *Books) Copy(from, to string) {
	b.Helper()
	devtest.CopyTable(b, b.behind, from, to)
}

// CopyRows adds the rows of a table to another one with the same columns.
func (b *Books) CopyRows(from, to string) {
	b.Helper()
	devtest.CopyRows(b, b.behind, from, to)
}

// AddVideo stores a video of the creator, who is stored too.
func (b *Books) AddVideo(creator int64, video db.Video) {
	b.Helper()
	require.NoError(b, b.DB.PutCreators(b.Context(), []db.Creator{{
		ID: creator, Name: fmt.Sprintf("Creator %d", creator), Email: Address(creator), Locale: "en",
	}}))
	video.CreatorID = creator
	refused, err := b.DB.PutVideos(b.Context(), []db.Video{video})
	require.NoError(b, err)
	require.Empty(b, refused)
}

// Address is where the creator's mails go.
func Address(creator int64) string { return fmt.Sprintf("c%d@creators.example", creator) }

// AddDays makes room for the days, both included.
func (b *Books) AddDays(first, last settlement.Day) {
	b.Helper()
	_, err := b.DB.AddPartitions(b.Context(), first, last)
	require.NoError(b, err)
}

// Play stores a play of 10 s with one ad in the day's partition.
func (b *Books) Play(day settlement.Day, video, viewer int64, at time.Time) {
	b.Helper()
	b.views++
	_, refused, err := b.DB.AppendViews(b.Context(), []daylog.View{{
		Day: day, VideoID: video, ViewerID: viewer, ViewID: b.views,
		WatchedAt: at.UnixMilli(), PlayedSeconds: 10, AdViews: 1,
	}})
	require.NoError(b, err)
	require.Empty(b, refused)
}

// Watch stores so many plays of the video that count, a minute apart from the
// start of the day.
func (b *Books) Watch(day settlement.Day, video int64, plays int) {
	b.Helper()
	for i := range plays {
		b.Play(day, video, Viewer, b.Calendar.Start(day).Add(time.Duration(i)*time.Minute))
	}
}
