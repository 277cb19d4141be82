package devstack

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestGuardStopsTheServerOfAKilledOwner(t *testing.T) {
	owner, serverPID := startOwner(t, seededDir(t))
	require.True(t, isAlive(serverPID))

	require.NoError(t, owner.Process.Kill())

	requireGone(t, serverPID)
}

func TestDirectoryOfAKilledOwnerCanBeUsedAtOnce(t *testing.T) {
	dir := seededDir(t)
	owner, _ := startOwner(t, dir)

	require.NoError(t, owner.Process.Kill())
	require.Error(t, owner.Wait())

	startMySQL(t, dir)
}

func TestSecondStackOnADirectoryIsRefused(t *testing.T) {
	dir := seededDir(t)
	owner, _ := startOwner(t, dir)

	_, err := StartMySQL(t.Context(), dir)

	require.ErrorContains(t, err, dir)
	require.ErrorContains(t, err, "in use by process")
	require.True(t, isAlive(owner.Process.Pid))
}

func TestServerIsOutOfReachOfTheTerminal(t *testing.T) {
	process := startShell(t, "", time.Minute)

	group, err := syscall.Getpgid(process.pid)
	require.NoError(t, err)
	require.NotEqual(t, syscall.Getpgrp(), group)
}

func TestStopTellsTheServerToEnd(t *testing.T) {
	process := startShell(t, "trap 'exit 0' TERM", time.Minute)

	require.NoError(t, process.stop())
	require.False(t, isAlive(process.pid))
}

func TestStopKillsAServerThatWillNotEnd(t *testing.T) {
	process := startShell(t, "trap '' TERM", time.Second)

	require.ErrorContains(t, process.stop(), "137", "the status that sh gives to KILL")
	require.False(t, isAlive(process.pid))
}

// startShell runs a shell as a server, once it has done preparation. It is killed so long after
// it was told to end.
func startShell(t *testing.T, preparation string, grace time.Duration) *process {
	t.Helper()
	output, log, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { _ = output.Close() })
	defer log.Close()
	lock, err := os.Create(filepath.Join(t.TempDir(), "lock"))
	require.NoError(t, err)
	defer lock.Close()

	script := preparation + "\necho ready; while :; do sleep 0.1; done"
	process, err := startProcess([]string{"sh", "-c", script}, t.TempDir(), log, lock, grace)
	require.NoError(t, err)
	t.Cleanup(func() { _ = process.kill() })
	var word string
	_, err = fmt.Fscanln(output, &word)
	require.NoError(t, err)
	require.Equal(t, "ready", word)
	return process
}
