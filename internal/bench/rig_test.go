package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack"
	"creatorpay/settlement"
)

// buildWorker makes the worker program and returns its path.
func buildWorker(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	output, err := exec.CommandContext(t.Context(), "go", "build", "-o", dir, "creatorpay/worker").CombinedOutput()
	require.NoError(t, err, string(output))
	return filepath.Join(dir, "worker")
}

// readPage is what was written to the page.
func readPage(t *testing.T, of files) string {
	t.Helper()
	page, err := os.ReadFile(of.Page)
	require.NoError(t, err)
	return string(page)
}

// newTestRig is a rig on a server of its own, without Temporal and workers; the
// books close days in their place.
func newTestRig(t *testing.T) (*rig, *dbtest.Books) {
	t.Helper()
	calendar, err := settlement.NewCalendar(settlement.DefaultTimeZone)
	require.NoError(t, err)
	server, err := devstack.StartMySQL(t.Context(), t.TempDir(), "--loose-innodb-buffer-pool-size=64M")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop()) })
	require.NoError(t, server.CreateDatabase(t.Context(), databaseName))
	books := dbtest.OpenAt(t, server.DSN(databaseName))
	r := &rig{mysql: server, db: books.DB, calendar: calendar}
	r.sql, err = sqlx.ConnectContext(t.Context(), "mysql", server.DSN(databaseName)+sqlSettings)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.sql.Close()) })
	require.NoError(t, r.makeTables(t.Context()))
	return r, books
}
