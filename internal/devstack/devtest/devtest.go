// Package devtest gives tests the real servers of the local stack: one MySQL, one Temporal and
// one MySQL with replicas per test process, each started when a test first asks for it. A package that uses them hands its
// tests over:
//
//	func TestMain(m *testing.M) { devtest.Main(m) }
//
// A server that is missing or does not start fails the test. Skipped is only what the server program cannot do at all: on TiDB
// the tests that need replicas, or that need to know how many rows a session has read.
package devtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"creatorpay/internal/devstack"
)

// scratch is the folder of this test process; "" unless Main runs the tests.
var scratch string

var (
	mysql    = lazy[*devstack.MySQL]{start: startMySQL}
	temporal = lazy[*devstack.Temporal]{start: startTemporal}
	cluster  = lazy[*devstack.Cluster]{start: startCluster}
)

var databases atomic.Int64

// Main runs the tests of a package, ends the servers that they used, and exits.
func Main(m *testing.M) {
	var err error
	if scratch, err = makeDir(); err != nil {
		exit(1, err)
	}
	code := m.Run()
	if code != 0 {
		mysql.quoteLog()
		temporal.quoteLog()
		cluster.quoteLog()
	}
	// Killed rather than stopped: their data goes too, and they take seconds to end in an orderly way.
	exit(code, errors.Join(mysql.kill(), temporal.kill(), cluster.kill(), os.RemoveAll(scratch)))
}

func exit(code int, err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "devtest:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// MySQL is the database server that the tests of this process share. A test that kills it restarts it.
func MySQL(t testing.TB) *devstack.MySQL {
	t.Helper()
	return mysql.get(t)
}

// NewMySQL is a database server of this test's own, for settings that others must not have.
func NewMySQL(t testing.TB, flags ...string) *devstack.MySQL {
	t.Helper()
	dir := Dir(t)
	if err := devstack.SeedMySQL(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	server, err := devstack.StartMySQL(t.Context(), dir, append(smallServer(), flags...)...)
	if err != nil {
		t.Fatal(err)
	}
	killAtTheEnd(t, server)
	return server
}

// NewCluster is a primary with replicas of this test's own, to be killed, frozen, stopped or promoted.
func NewCluster(t testing.TB, replicas int, flags ...string) *devstack.Cluster {
	t.Helper()
	cluster, err := newCluster(t.Context(), Dir(t), replicas, flags...)
	if err != nil {
		end(t, err)
	}
	killAtTheEnd(t, cluster)
	return cluster
}

func newCluster(ctx context.Context, dir string, replicas int, flags ...string) (*devstack.Cluster, error) {
	if err := devstack.SeedMySQL(ctx, dir); err != nil {
		return nil, err
	}
	return devstack.StartReplicated(ctx, dir, replicas, append(append(smallServer(), "--sync-binlog=0"), flags...)...)
}

// smallServer are the flags of a server that is one among several. As in makeDir, what it writes need not reach a disk.
func smallServer() []string {
	return []string{
		"--loose-innodb-buffer-pool-size=64M",
		"--loose-innodb-flush-log-at-trx-commit=2",
		"--loose-innodb-redo-log-capacity=100M", "--loose-innodb-log-file-size=96M",
	}
}

func killAtTheEnd(t testing.TB, server server) {
	t.Cleanup(func() {
		if err := server.Kill(); err != nil {
			t.Error(err)
		}
	})
}

// Database creates an empty database for this test alone and returns its DSN.
func Database(t testing.TB) string {
	t.Helper()
	server := MySQL(t)
	return server.DSN(newDatabase(t, server))
}

// Cluster is the primary with two replicas that the tests of this process share. A test that kills, freezes or stops one of them
// puts it back.
func Cluster(t testing.TB) *devstack.Cluster {
	t.Helper()
	return cluster.get(t)
}

// ReplicatedDatabase creates an empty database for this test alone on the cluster's primary, waits until the replicas have it, and
// returns the DSNs of both.
func ReplicatedDatabase(t testing.TB, cluster *devstack.Cluster) (primary string, replicas []string) {
	t.Helper()
	name := newDatabase(t, cluster.Primary)
	if err := cluster.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, replica := range cluster.Replicas {
		replicas = append(replicas, replica.DSN(name))
	}
	return cluster.Primary.DSN(name), replicas
}

func newDatabase(t testing.TB, server *devstack.MySQL) (name string) {
	t.Helper()
	name = fmt.Sprintf("test_%d", databases.Add(1))
	if err := server.CreateDatabase(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	return name
}

// Temporal is the Temporal server that the tests of this process share. A test that kills it
// restarts it. Tests keep apart by their own task queues and workflow IDs.
func Temporal(t testing.TB) *devstack.Temporal {
	t.Helper()
	return temporal.get(t)
}

func startMySQL() (*devstack.MySQL, error) {
	ctx := context.Background()
	dir := filepath.Join(scratch, "mysql")
	if err := devstack.SeedMySQL(ctx, dir); err != nil {
		return nil, err
	}
	return devstack.StartMySQL(ctx, dir,
		"--loose-innodb-buffer-pool-size=256M",
		"--loose-innodb-redo-log-capacity=100M", // of MySQL
		"--loose-innodb-log-file-size=96M",      // of MariaDB; both as in the seed
		// For the same reason as in makeDir, where the data is on a disk after all.
		"--loose-innodb-flush-log-at-trx-commit=2",
		"--loose-innodb-flush-method=O_DIRECT_NO_FSYNC",
	)
}

func startCluster() (*devstack.Cluster, error) {
	return newCluster(context.Background(), filepath.Join(scratch, "cluster"), 2)
}

func startTemporal() (*devstack.Temporal, error) {
	return devstack.StartTemporal(context.Background(), filepath.Join(scratch, "temporal"))
}

type server interface {
	Kill() error
	LogTail() string
}

// lazy is a server that starts when it is first asked for.
type lazy[S server] struct {
	start  func() (S, error)
	once   sync.Once
	server S
	err    error
	up     bool
}

func (l *lazy[S]) get(t testing.TB) S {
	t.Helper()
	if scratch == "" {
		t.Fatal("devtest: TestMain of this package must call devtest.Main")
	}
	l.once.Do(func() {
		l.server, l.err = l.start()
		l.up = l.err == nil
	})
	if l.err != nil {
		end(t, l.err)
	}
	return l.server
}

// end ends a test for which a server is missing.
func end(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, devstack.ErrNoReplicas) {
		t.Skip(err)
	}
	t.Fatal(err)
}

func (l *lazy[S]) kill() error {
	if !l.up {
		return nil
	}
	return l.server.Kill()
}

// quoteLog shows what the server said last: a test that failed may not know why.
func (l *lazy[S]) quoteLog() {
	if l.up {
		fmt.Fprintln(os.Stderr, l.server.LogTail())
	}
}
