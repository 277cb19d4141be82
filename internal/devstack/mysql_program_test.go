package devstack

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A MariaDB that starts deletes the temporary tables in its folder for them, also those that another server's
// installer is using: the default folder is not for us.
func TestMySQLInstallerLeavesTheSharedTemporaryFolderAlone(t *testing.T) {
	shared := t.TempDir()
	t.Setenv("TMPDIR", shared)
	table := filepath.Join(shared, "#sql-temptable-1-2-3.MAI")
	require.NoError(t, os.WriteFile(table, nil, 0o600))
	program, err := findMySQL(t.Context())
	require.NoError(t, err)
	folder := filepath.Join(t.TempDir(), "a folder")
	require.NoError(t, os.Mkdir(folder, 0o750))

	require.NoError(t, program.initialise(t.Context(), filepath.Join(folder, "mysql")))

	require.FileExists(t, table, "another server's temporary table")
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, 1, "the data directory and nothing else")
}

func TestMySQLInstallerErrorQuotesTheCause(t *testing.T) {
	program := fakeMariaDB(t, `
echo "Installing MariaDB/MySQL system tables in '/data' ..."
echo "2024-05-06  4:00:01 0 [ERROR] mariadbd: Can't lock aria control file" >&2
echo "ERROR: 1051  Unknown table 'mysql.tmp_proxies_priv'" >&2
echo "Installation of system tables failed!  Examine the logs in"
for line in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do echo "advice $line"; done
echo "Please check all of the above before submitting a bug report"
exit 1`)

	err := program.initialise(t.Context(), filepath.Join(t.TempDir(), "mysql"))

	require.ErrorContains(t, err, "Can't lock aria control file\nERROR: 1051  Unknown table 'mysql.tmp_proxies_priv'")
	require.ErrorContains(t, err, "exit status 1")
	require.NotContains(t, err.Error(), "bug report")
}

func TestMySQLInstallerErrorQuotesTheEndWhenNoLineSaysTheCause(t *testing.T) {
	program := fakeMariaDB(t, "echo one; echo two; exit 3")

	err := program.initialise(t.Context(), filepath.Join(t.TempDir(), "mysql"))

	require.ErrorContains(t, err, "exit status 3")
	require.ErrorContains(t, err, "one\ntwo")
}

func TestMySQLInstallerThatFailsLeavesNothing(t *testing.T) {
	folder := t.TempDir()

	require.Error(t, fakeMariaDB(t, "exit 1").initialise(t.Context(), filepath.Join(folder, "mysql")))

	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, entries)
}

// fakeMariaDB is a server whose installer is the given shell script.
func fakeMariaDB(t *testing.T, installer string) mysqlProgram {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "mariadbd"), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "mariadb-install-db"), []byte("#!/bin/sh\n"+installer), 0o700))
	return mysqlProgram{path: filepath.Join(dir, "mariadbd"), product: mariaDB}
}
