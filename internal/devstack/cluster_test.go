package devstack

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestReplicasHaveWhatThePrimaryHadAndWhatItGets(t *testing.T) {
	dir := seededDir(t)
	alone := startMySQL(t, dir) // without a binary log
	writeRow(t, alone)
	require.NoError(t, alone.Stop())

	cluster := startCluster(t, dir, 2)
	insert(t, cluster.Primary, 8)
	require.NoError(t, cluster.CatchUp(t.Context()))

	for _, replica := range cluster.Replicas {
		require.Equal(t, []int{7, 8}, rows(t, replica.MySQL))
	}
}

func TestReplicasFollowAPrimaryThatRanAloneMeanwhile(t *testing.T) {
	dir := seededDir(t)
	cluster := startCluster(t, dir, 1)
	writeRow(t, cluster.Primary)
	require.NoError(t, cluster.Stop())
	alone := startMySQL(t, dir)
	insert(t, alone, 8)
	require.NoError(t, alone.Stop())

	cluster = startCluster(t, dir, 1)
	insert(t, cluster.Primary, 9)
	require.NoError(t, cluster.CatchUp(t.Context()))

	require.Equal(t, []int{7, 8, 9}, rows(t, cluster.Replicas[0].MySQL))
}

func TestAReplicaRefusesWrites(t *testing.T) {
	cluster := startCluster(t, seededDir(t), 1)
	writeRow(t, cluster.Primary)
	require.NoError(t, cluster.Primary.exec(t.Context(), "CREATE USER writer@'127.0.0.1'", "GRANT ALL ON kept.* TO writer@'127.0.0.1'"))
	replica := cluster.Replicas[0]
	require.NoError(t, replica.CatchUp(t.Context()))

	config := replica.config("kept")
	config.User = "writer"
	_, err := openDSN(t, config.FormatDSN()).ExecContext(t.Context(), "INSERT INTO t VALUES (8)")
	require.ErrorContains(t, err, "1290") // the server is running with --read-only
}

func TestAReaderReadsItsDatabaseAndWritesNothing(t *testing.T) {
	server := startMySQL(t, seededDir(t))
	writeRow(t, server)
	for range 2 {
		require.NoError(t, server.CreateReader(t.Context(), "kept"))
	}

	reader := openDSN(t, server.ReaderDSN("kept"))
	require.NoError(t, reader.QueryRowContext(t.Context(), "SELECT n FROM t").Scan(new(int)))
	_, err := reader.ExecContext(t.Context(), "INSERT INTO t VALUES (8)")
	require.ErrorContains(t, err, "1142") // INSERT command denied
	_, err = reader.ExecContext(t.Context(), server.replication().status)
	require.NoError(t, err)
}

func TestReplicationGoesOnAfterEitherEndWasKilled(t *testing.T) {
	cluster := startCluster(t, seededDir(t), 1)
	replica := cluster.Replicas[0]
	writeRow(t, cluster.Primary)
	require.NoError(t, replica.CatchUp(t.Context())) // killed within a DDL statement, a MariaDB replica cannot go on
	insert(t, cluster.Primary, 8)
	require.NoError(t, replica.Kill())
	insert(t, cluster.Primary, 9)
	require.NoError(t, replica.Restart(t.Context()))
	require.NoError(t, replica.CatchUp(t.Context()))

	require.NoError(t, cluster.Primary.Kill())
	require.Equal(t, []int{7, 8, 9}, rows(t, replica.MySQL))
	require.NoError(t, cluster.Primary.Restart(t.Context()))
	insert(t, cluster.Primary, 10)
	require.NoError(t, replica.CatchUp(t.Context()))
	require.Equal(t, []int{7, 8, 9, 10}, rows(t, replica.MySQL))
}

func TestAReplicaWithoutReplicationStaysBehind(t *testing.T) {
	cluster := startCluster(t, seededDir(t), 1)
	replica := cluster.Replicas[0]
	writeRow(t, cluster.Primary)
	require.NoError(t, replica.CatchUp(t.Context()))
	require.NoError(t, replica.StopReplication(t.Context()))
	insert(t, cluster.Primary, 8)
	require.Equal(t, []int{7}, rows(t, replica.MySQL))

	require.NoError(t, replica.StartReplication(t.Context()))
	require.NoError(t, replica.CatchUp(t.Context()))
	require.Equal(t, []int{7, 8}, rows(t, replica.MySQL))
}

func TestAReplicaThatCannotApplyIsNotWaitedFor(t *testing.T) {
	cluster := startCluster(t, seededDir(t), 1)
	replica := cluster.Replicas[0]
	writeRow(t, cluster.Primary)
	require.NoError(t, replica.CatchUp(t.Context()))
	require.NoError(t, replica.exec(t.Context(), "SET GLOBAL read_only = OFF", "SET sql_log_bin = 0", "INSERT INTO kept.t VALUES (8)"))
	insert(t, cluster.Primary, 8)

	err := replica.CatchUp(t.Context())
	require.Error(t, err, "a duplicate entry")
	require.NotErrorIs(t, err, context.DeadlineExceeded)
}

func TestAFrozenServerAnswersWhenItIsThawed(t *testing.T) {
	server := startMySQL(t, seededDir(t))
	require.NoError(t, server.Freeze())
	soon, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, server.ping(soon), context.DeadlineExceeded)

	require.NoError(t, server.Thaw())
	require.NoError(t, server.ping(t.Context()))
}

func TestAPromotedReplicaTakesWritesAndIsFollowed(t *testing.T) {
	cluster := startCluster(t, seededDir(t), 2)
	promoted, other := cluster.Replicas[0], cluster.Replicas[1]
	writeRow(t, cluster.Primary)
	require.NoError(t, cluster.CatchUp(t.Context()))
	require.NoError(t, cluster.Primary.Kill())

	require.NoError(t, promoted.Promote(t.Context()))
	require.NoError(t, other.Follow(t.Context(), promoted.MySQL))
	insert(t, promoted.MySQL, 8)
	require.NoError(t, other.CatchUp(t.Context()))
	require.Equal(t, []int{7, 8}, rows(t, other.MySQL))

	require.NoError(t, promoted.Restart(t.Context()))
	insert(t, promoted.MySQL, 9)
	require.NoError(t, other.CatchUp(t.Context()))
	require.Equal(t, []int{7, 8, 9}, rows(t, other.MySQL))
}

func TestClearRemovesWhatReplicasStored(t *testing.T) {
	dir := seededDir(t)
	cluster := startCluster(t, dir, 1)
	data := mysqlDataDir(cluster.Replicas[0].dir)
	require.ErrorContains(t, Clear(t.Context(), dir), "in use by process")
	require.NoError(t, cluster.Kill())

	require.NoError(t, Clear(t.Context(), dir))
	require.NoDirExists(t, data)
}

func startCluster(t *testing.T, dir string, replicas int) *Cluster {
	t.Helper()
	cluster, err := StartReplicated(t.Context(), dir, replicas)
	if errors.Is(err, ErrNoReplicas) {
		t.Skip(err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cluster.Kill()) })
	return cluster
}

func insert(t *testing.T, server *MySQL, n int) {
	t.Helper()
	_, err := openDB(t, server, "kept").ExecContext(t.Context(), "INSERT INTO t VALUES (?)", n)
	require.NoError(t, err)
}

func rows(t *testing.T, server *MySQL) (all []int) {
	t.Helper()
	found, err := openDB(t, server, "kept").QueryContext(t.Context(), "SELECT n FROM t ORDER BY n")
	require.NoError(t, err)
	defer found.Close()
	for found.Next() {
		var n int
		require.NoError(t, found.Scan(&n))
		all = append(all, n)
	}
	require.NoError(t, found.Err())
	return all
}

func TestAnOldPrimaryFollowsThePromotedOne(t *testing.T) {
	cluster := startCluster(t, seededDir(t), 1)
	promoted, old := cluster.Replicas[0], &Replica{MySQL: cluster.Primary}
	writeRow(t, cluster.Primary)
	require.NoError(t, promoted.CatchUp(t.Context()))
	require.NoError(t, old.Kill())
	require.NoError(t, promoted.Promote(t.Context()))
	insert(t, promoted.MySQL, 8)

	require.NoError(t, old.Restart(t.Context()))
	require.NoError(t, old.join(t.Context(), promoted.MySQL))
	require.NoError(t, old.CatchUp(t.Context()))
	require.Equal(t, []int{7, 8}, rows(t, old.MySQL))
}
