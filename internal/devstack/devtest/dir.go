package devtest

import (
	"os"
	"syscall"
	"testing"
)

// inMemory is where Linux keeps files in memory, and roomInMemory what the
// servers of two test processes take there, amply.
const (
	inMemory     = "/dev/shm"
	roomInMemory = 6 << 30
)

// Dir is an empty folder for the servers that a test starts for itself. It is
// removed at the end of the test.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := makeDir()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// makeDir makes a folder in memory where there is room. A test can kill a server
// but not cut its power, so what it writes need not reach a disk, and to wait for
// one was four fifths of the time of the tests of package db.
func makeDir() (string, error) {
	var at syscall.Statfs_t
	parent := ""
	if err := syscall.Statfs(inMemory, &at); err == nil && at.Bavail*uint64(at.Bsize) >= roomInMemory {
		parent = inMemory
	}
	return os.MkdirTemp(parent, "creatorpay-test-")
}
