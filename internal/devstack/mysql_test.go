package devstack

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMySQLMakesItsDataDirectory(t *testing.T) {
	server := startMySQL(t, filepath.Join(t.TempDir(), "a folder", strings.Repeat("long", 30)))

	require.NoError(t, openDB(t, server, "").PingContext(t.Context()))
}

func TestMySQLCommitSurvivesKillAndRestart(t *testing.T) {
	server := startMySQL(t, seededDir(t))
	writeRow(t, server)
	dsn := server.DSN("kept")

	require.NoError(t, server.Kill())
	require.Error(t, openDB(t, server, "").PingContext(t.Context()), "the server is down")
	require.NoError(t, server.Restart(t.Context()))

	require.Equal(t, dsn, server.DSN("kept"))
	requireRow(t, server)
}

func TestMySQLDataIsThereForTheNextStart(t *testing.T) {
	dir := seededDir(t)
	first := startMySQL(t, dir)
	writeRow(t, first)
	require.NoError(t, first.Stop())

	requireRow(t, startMySQL(t, dir))
}

func TestMySQLRestartAfterTheServerDied(t *testing.T) {
	server := startMySQL(t, seededDir(t))
	process, err := os.FindProcess(server.process.pid)
	require.NoError(t, err)
	require.NoError(t, process.Kill())
	<-server.process.ended

	require.NoError(t, server.Restart(t.Context()))
	require.NoError(t, openDB(t, server, "").PingContext(t.Context()))
}

func TestMySQLFlagsOfTheCallerWin(t *testing.T) {
	server, err := StartMySQL(t.Context(), seededDir(t), "--loose-innodb-buffer-pool-size=256M")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Kill()) })
	if server.IsTiDB() {
		t.Skip("it has no buffer pool")
	}

	var size int
	require.NoError(t, openDB(t, server, "").QueryRowContext(t.Context(), "SELECT @@innodb_buffer_pool_size").Scan(&size))
	require.Equal(t, 256<<20, size)
}

func TestMySQLStartErrorQuotesTheLog(t *testing.T) {
	dir := seededDir(t)

	_, err := StartMySQL(t.Context(), dir, "--no-such-flag")

	require.ErrorContains(t, err, filepath.Join(dir, "mysql.log"))
	require.ErrorContains(t, err, "no-such-flag")
}

func TestMySQLStartErrorNamesAMissingProgram(t *testing.T) {
	t.Setenv("MYSQLD", "/no/such/mysqld")

	_, err := StartMySQL(t.Context(), t.TempDir())

	require.ErrorContains(t, err, "MYSQLD")
	require.ErrorContains(t, err, "/no/such/mysqld")
}

func TestMySQLSeedLeavesOutTheServersIdentity(t *testing.T) {
	require.NoFileExists(t, filepath.Join(mysqlDataDir(seededDir(t)), "auto.cnf"))
}

func TestMySQLSeedKeepsExistingData(t *testing.T) {
	require.Error(t, SeedMySQL(t.Context(), seededDir(t)))
}

func TestMySQLDatabaseNameIsQuoted(t *testing.T) {
	server := startMySQL(t, seededDir(t))

	require.NoError(t, server.CreateDatabase(t.Context(), "a `b` c"))
	require.NoError(t, server.CreateDatabase(t.Context(), "a `b` c"), "creating it again changes nothing")

	var found int
	const query = "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = ?"
	require.NoError(t, openDB(t, server, "").QueryRowContext(t.Context(), query, "a `b` c").Scan(&found))
	require.Equal(t, 1, found)
}

// writeRow commits one row; requireRow finds it.
func writeRow(t *testing.T, server *MySQL) {
	t.Helper()
	require.NoError(t, server.CreateDatabase(t.Context(), "kept"))
	db := openDB(t, server, "kept")
	for _, statement := range []string{"CREATE TABLE t (n INT PRIMARY KEY)", "INSERT INTO t VALUES (7)"} {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
}

func requireRow(t *testing.T, server *MySQL) {
	t.Helper()
	var n int
	require.NoError(t, openDB(t, server, "kept").QueryRowContext(t.Context(), "SELECT n FROM t").Scan(&n))
	require.Equal(t, 7, n)
}
