package devstack

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
)

// ownerDir in the environment makes this test binary the owner of a MySQL server, to be killed.
const ownerDir = "DEVSTACK_TEST_OWNER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(ownerDir); dir != "" {
		ownMySQL(dir)
	}
	os.Exit(m.Run())
}

// ownMySQL starts a server, prints its process id and waits to be killed.
func ownMySQL(dir string) {
	server, err := StartMySQL(context.Background(), dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(server.process.pid)
	_, _ = fmt.Scanln() // its stdin stays open and silent
	os.Exit(0)
}

// startOwner starts ownMySQL in a process of its own. It returns that process and the server's id.
func startOwner(t *testing.T, dir string) (owner *exec.Cmd, serverPID int) {
	t.Helper()
	owner = exec.CommandContext(t.Context(), os.Args[0])
	owner.Env = append(os.Environ(), ownerDir+"="+dir)
	owner.Stderr = os.Stderr
	_, err := owner.StdinPipe()
	require.NoError(t, err)
	stdout, err := owner.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, owner.Start())
	t.Cleanup(func() {
		_ = owner.Process.Kill()
		_ = owner.Wait()
		requireGone(t, serverPID) // until then it writes to its directory, which is about to be removed
	})
	_, err = fmt.Fscanln(bufio.NewReader(stdout), &serverPID)
	require.NoError(t, err, "the owner prints its server's process id")
	return owner, serverPID
}

// seededDir is a directory for StartMySQL that spares it the making of a data directory.
func seededDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, SeedMySQL(t.Context(), dir))
	return dir
}

func startMySQL(t *testing.T, dir string) *MySQL {
	t.Helper()
	server, err := StartMySQL(t.Context(), dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Kill()) })
	return server
}

func openDB(t *testing.T, server *MySQL, database string) *sql.DB {
	t.Helper()
	return openDSN(t, server.DSN(database))
}

func openDSN(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("mysql", dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() }) // says goodbye to a server that may be gone
	return db
}

func requireGone(t *testing.T, pid int) {
	t.Helper()
	require.Eventually(t, func() bool { return !isAlive(pid) }, time.Minute, 10*time.Millisecond)
}
