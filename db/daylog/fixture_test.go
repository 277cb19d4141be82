package daylog_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/db/server"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestMain(m *testing.M) { devtest.Main(m) }

// monday is 2024-05-06.
const monday = settlement.Day(19849)

var allVideos settlement.Range

var seoul, _ = settlement.NewCalendar(settlement.DefaultTimeZone)

// logs are the logs of a database of the test's own.
type logs struct {
	pool     *server.Pool
	views    *daylog.Views
	payments *daylog.Payments
}

func open(t *testing.T) logs {
	t.Helper()
	dsn := devtest.Database(t)
	dbtest.OpenAt(t, dsn)
	pool, err := server.Open(t.Context(), dsn, 4)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	return logs{pool, daylog.NewViews(pool, nil), daylog.NewPayments(pool, nil)}
}

// book is one of the logs as the platform sees it.
type book struct {
	*daylog.Log
	pool       *server.Pool
	rows       string // what its rows are called
	table, day string
	late       string // the table of late rows
	columns    string // that the platform writes; TiDB has the epoch for all to see
	values     string // of a row, behind its day: %[3]d is its video and %[4]d a number of its own
	changed    string // an assignment that gives a row other figures
}

// openEach runs the test for each log, with room for three days.
func openEach(t *testing.T, test func(*testing.T, book)) {
	t.Helper()
	for _, rows := range []string{"views", "payments"} {
		t.Run(rows, func(t *testing.T) {
			logs := open(t)
			one := book{
				Log: logs.views.Log, pool: logs.pool, rows: "views", table: "watch_log", day: "watched_on", late: "late_views",
				columns: "watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views",
				values:  "%[3]d, 10, '2024-05-06 00:00:00' + INTERVAL %[4]d SECOND, %[4]d, 60, 1", changed: "ad_views = 7",
			}
			if rows == "payments" {
				one = book{
					Log: logs.payments.Log, pool: logs.pool, rows: "payments", table: "payments", day: "paid_on", late: "late_payments",
					columns: "paid_on, video_id, payment_id, paid_at, status, payer_id, amount, method, refund_of",
					values:  "%[3]d, %[4]d, '2024-05-06 00:00:00' + INTERVAL %[4]d SECOND, 'completed', 10, 900, 'card', NULL", changed: "refund_of = 7",
				}
			}
			_, err := one.Add(t.Context(), monday, monday+2, func([]daylog.Partition) error { return nil })
			require.NoError(t, err)
			test(t, one)
		})
	}
}

// write stores rows of the video as the platform does, with these numbers.
func (b book) write(t *testing.T, day settlement.Day, video int64, numbers ...int64) {
	t.Helper()
	for _, number := range numbers {
		b.exec(t, b.insert(day, video, number))
	}
}

// insert is the statement that stores a row.
func (b book) insert(day settlement.Day, video, number int64) string {
	return fmt.Sprintf("INSERT INTO %[1]s ("+b.columns+") VALUES ('%[2]s', "+b.values+")", b.table, day, video, number)
}

func (b book) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	_, err := b.pool.ExecContext(t.Context(), statement, args...)
	require.NoError(t, err)
}

// close makes what is written from now on late for the day, which has its rows of
// now.
func (b book) close(t *testing.T, day settlement.Day) daylog.OnTime {
	t.Helper()
	epoch, err := b.RaiseEpoch(t.Context())
	require.NoError(t, err)
	return daylog.OnTime{Day: day, LateFrom: epoch}
}

// post makes the day post what came late for the closed one.
func (b book) post(t *testing.T, posting settlement.Day, closed ...daylog.OnTime) error {
	t.Helper()
	return b.pool.InTx(t.Context(), func(tx *sqlx.Tx) error { return b.Post(t.Context(), tx, posting, closed, allVideos, seoul) })
}

// stored are all rows of the log in the order of its key, each with whether it was
// written before the first close.
func (b book) stored(t *testing.T) (rows []string) {
	t.Helper()
	require.NoError(t, server.EachRow(t.Context(), b.pool, func(row *sqlx.Rows) error {
		values := map[string]any{}
		err := row.MapScan(values)
		delete(values, "epoch") // which TiDB shows
		rows = append(rows, fmt.Sprintf("%s", values))
		return err
	}, "SELECT *, epoch < 2 FROM "+b.table+" ORDER BY 1, 2, 3, 4, 5"))
	return rows
}

// days are the days of the log.
func (b book) days(t *testing.T) (days []settlement.Day) {
	t.Helper()
	present, err := b.Partitions(t.Context())
	require.NoError(t, err)
	for _, partition := range present {
		days = append(days, partition.Day)
	}
	return days
}

// backup copies the log into another database.
func (b book) backup(t *testing.T) string {
	t.Helper()
	config, err := mysql.ParseDSN(devtest.Database(t))
	require.NoError(t, err)
	devtest.CopyTable(t, b.pool, b.table, config.DBName+"."+b.table)
	return config.DBName
}

// payment is a completed row of the day, so long after its start.
func payment(day settlement.Day, video, id int64, afterStart time.Duration) daylog.Payment {
	return daylog.Payment{Day: day, Payment: settlement.Payment{
		VideoID: video, PaymentID: id, PaidAt: seoul.Start(day).Add(afterStart).UnixMilli(), Status: settlement.PaymentCompleted,
		PayerID: 10, Amount: 900, Method: "card",
	}}
}

// add makes room for the days of the rows and stores them; it returns the
// conflicts.
func (l logs) add(t *testing.T, rows ...daylog.Payment) (added int64, conflicts []int) {
	t.Helper()
	indexes := make([]int, len(rows))
	for i, row := range rows {
		indexes[i] = i
		_, err := l.payments.Add(t.Context(), row.Day, row.Day, func([]daylog.Partition) error { return nil })
		require.NoError(t, err)
	}
	require.NoError(t, l.pool.InTx(t.Context(), func(tx *sqlx.Tx) (err error) {
		added, conflicts, err = l.payments.Insert(t.Context(), tx, rows, indexes)
		return err
	}))
	return added, conflicts
}
