package server

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
)

// Numbers that the servers give: to both, to MySQL, to MariaDB.
const (
	erReadOnlyTransaction = 1792
	erQueryTimeout        = 3024
	erStatementTimeout    = 1969
)

// long is far more than a reader's limit.
const long = `
	WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
	SELECT COUNT(*)
	FROM n a, n b, n c`

func openReader(t *testing.T, dsn string, limit time.Duration) *Pool {
	t.Helper()
	pool, err := OpenLazily(dsn, 2, limit)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	return pool
}

func TestAReaderCannotWrite(t *testing.T) {
	if devtest.MySQL(t).IsTiDB() {
		t.Skip("it has no transactions that only read")
	}
	dsn := devtest.Database(t)
	writer, err := sql.Open("mysql", dsn)
	require.NoError(t, err)
	defer writer.Close()
	_, err = writer.ExecContext(t.Context(), `CREATE TABLE t (i INT)`)
	require.NoError(t, err)

	scanner, err := OpenToScan(dsn, 2)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, scanner.Close()) })
	for _, reader := range []*Pool{openReader(t, dsn, time.Minute), scanner} {
		_, err = reader.ExecContext(t.Context(), `INSERT INTO t VALUES (1)`)
		require.Equal(t, uint16(erReadOnlyTransaction), ErrorNumber(err), err)
		var rows int
		require.NoError(t, reader.GetContext(t.Context(), &rows, `SELECT COUNT(*) FROM t`))
		require.Zero(t, rows)
	}
}

func TestAServerThatSendsNothingIsNotWaitedForByWhoScans(t *testing.T) {
	config, err := mysql.ParseDSN(devtest.Database(t))
	require.NoError(t, err)
	config.ReadTimeout = 200 * time.Millisecond // instead of its own
	scanner, err := OpenToScan(config.FormatDSN(), 1)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, scanner.Close()) })

	err = scanner.GetContext(t.Context(), new(int), `SELECT SLEEP(3600)`)

	require.ErrorIs(t, err, mysql.ErrInvalidConn)
}

func TestTheServerBreaksOffAReadersLongStatement(t *testing.T) {
	reader := openReader(t, devtest.Database(t), 50*time.Millisecond)
	var rows int
	err := reader.GetContext(t.Context(), &rows, long)
	require.Contains(t, []uint16{erQueryTimeout, erStatementTimeout}, ErrorNumber(err), err)
}

func TestAUserWhoMayOnlySelectCanRead(t *testing.T) {
	config, err := mysql.ParseDSN(devtest.Database(t))
	require.NoError(t, err)
	admin, err := sql.Open("mysql", config.FormatDSN())
	require.NoError(t, err)
	defer admin.Close()
	for _, statement := range []string{
		`CREATE USER reader IDENTIFIED BY ''`,
		`GRANT SELECT ON ` + config.DBName + `.* TO reader`,
	} {
		_, err := admin.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	t.Cleanup(func() { _, _ = admin.Exec(`DROP USER reader`) })
	config.User = "reader"
	var grants []string
	reader := openReader(t, config.FormatDSN(), time.Second)
	require.NoError(t, reader.SelectContext(t.Context(), &grants, `SHOW GRANTS`))
	require.NotContains(t, strings.Join(grants, "\n"), "ALL PRIVILEGES")

	beyond, err := reader.RightsBeyondReading(t.Context())
	require.NoError(t, err)
	require.Empty(t, beyond)
	beyond, err = openReader(t, devtest.Database(t), time.Second).RightsBeyondReading(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, beyond, "root may do more")
}

func TestAReadersServerMayBeDown(t *testing.T) {
	reader := openReader(t, "root@tcp(127.0.0.1:1)/db", time.Second)
	require.Error(t, reader.PingContext(t.Context()))
}

func TestAMalformedDSNIsAnErrorAtOnce(t *testing.T) {
	_, err := OpenLazily("mysql://app:s3cret@127.0.0.1/db", 1, time.Second)
	require.EqualError(t, err, "cannot be read: write it as user:password@tcp(host:3306)/database")
}

func TestAReplicaThatShowsTransactionsInAnotherOrderIsRefused(t *testing.T) {
	shuffling := devtest.NewMySQL(t, "--loose-replica-preserve-commit-order=OFF", "--loose-replica-parallel-workers=4")
	if shuffling.IsTiDB() {
		t.Skip(devstack.ErrNoReplicas)
	}
	require.NoError(t, shuffling.CreateDatabase(t.Context(), "copied"))
	pool := openReader(t, shuffling.DSN("copied"), time.Second)
	var version string
	require.NoError(t, pool.GetContext(t.Context(), &version, `SELECT VERSION()`))
	if strings.Contains(version, "MariaDB") {
		require.NoError(t, pool.CheckCommitOrder(t.Context()), "it knows no other order")
	} else {
		require.ErrorContains(t, pool.CheckCommitOrder(t.Context()), "set replica_preserve_commit_order = ON")
	}
	require.NoError(t, openReader(t, devtest.Database(t), time.Second).CheckCommitOrder(t.Context()), "the default")
}
