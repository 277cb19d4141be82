package importer

import (
	"database/sql"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestMain(m *testing.M) { devtest.Main(m) }

// bench is a migrated database with a folder of import files.
type bench struct {
	db  *db.DB
	raw *sql.DB // to look into the database
	dir string
}

func setup(t *testing.T) *bench {
	dsn := devtest.Database(t)
	database, err := db.Open(t.Context(), dsn, rowConnections)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, database.Close()) })
	calendar, err := settlement.NewCalendar("Asia/Seoul")
	require.NoError(t, err)
	_, err = database.Migrate(t.Context(), calendar)
	require.NoError(t, err)
	raw, err := sql.Open("mysql", dsn+"?parseTime=true")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, raw.Close()) })
	return &bench{db: database, raw: raw, dir: t.TempDir()}
}

// file writes an import file with the usual header.
func (b *bench) file(t *testing.T, name string, columns []string, lines ...string) string {
	path := filepath.Join(b.dir, name)
	text := strings.Join(append([]string{strings.Join(columns, ",")}, lines...), "\n") + "\n"
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func (b *bench) creators(t *testing.T, lines ...string) string {
	return b.file(t, "creators.csv", creatorColumns, lines...)
}

func (b *bench) videos(t *testing.T, lines ...string) string {
	return b.file(t, "videos.csv", videoColumns, lines...)
}

func (b *bench) views(t *testing.T, lines ...string) string {
	return b.file(t, "views.csv", viewColumns, lines...)
}

func (b *bench) payments(t *testing.T, lines ...string) string {
	return b.file(t, "payments.csv", append(paymentColumns[:len(paymentColumns):len(paymentColumns)], furtherPaymentColumns...), lines...)
}

// latest is an instant whose tomorrow is the last day for which the database can
// hold a partition: it needs the day after it for the upper border.
var latest = time.Date(9999, 12, 29, 0, 0, 0, 0, time.UTC)

func (b *bench) load(t *testing.T, options Options) Report {
	options.DB = b.db
	if options.Now.IsZero() {
		options.Now = latest
	}
	report, err := Import(t.Context(), options)
	require.NoError(t, err)
	return report
}

// rejected is a line of a reject file.
type rejected struct {
	file    string
	line    int
	column  string
	reason  string
	content string
}

func readRejects(t *testing.T, path string) []rejected {
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	require.Equal(t, rejectColumns, rows[0])
	var all []rejected
	for _, row := range rows[1:] {
		line, err := strconv.Atoi(row[1])
		require.NoError(t, err)
		all = append(all, rejected{row[0], line, row[2], row[3], row[4]})
	}
	return all
}

// rows reads a table as text, in the order of its key.
func (b *bench) rows(t *testing.T, query string) [][]string {
	rows, err := b.raw.QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(t, err)
	var all [][]string
	for rows.Next() {
		row := make([]string, len(columns))
		into := make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		require.NoError(t, rows.Scan(into...))
		all = append(all, row)
	}
	require.NoError(t, rows.Err())
	return all
}

func (b *bench) storedViews(t *testing.T) [][]string {
	return b.rows(t, `
		SELECT
			CONCAT(watched_on),
			video_id,
			viewer_id,
			CONCAT(watched_at),
			view_id,
			played_seconds,
			ad_views
		FROM watch_log
		ORDER BY watched_on, video_id, viewer_id, watched_at, view_id`)
}

// closeDay seals a day as its run would.
func (b *bench) closeDay(t *testing.T, day string) {
	_, err := b.raw.ExecContext(t.Context(), `
		INSERT INTO runs (kind, starts_on, version, state, fence, workflow_id, holder, price_rule, repeat_window_ms, failure, began_at)
		VALUES ('daily', ?, 1, 'closed', 1, 'daily', 'run', 1, 30000, '', '2024-01-01')`, day)
	require.NoError(t, err)
}

// countVideo marks a video as the day that first counted it would.
func (b *bench) countVideo(t *testing.T, video int64) {
	_, err := b.raw.ExecContext(t.Context(), `
		UPDATE videos
		SET counted_from = '2024-05-01'
		WHERE video_id = ?`, video)
	require.NoError(t, err)
}
