package replication

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
)

func TestMain(m *testing.M) { devtest.Main(m) }

// watched is a cluster with a database that has a table, and a reader.
type watched struct {
	*devstack.Cluster
	database string
}

// share takes the first replicas of the cluster that all tests share.
func share(t *testing.T, replicas int) watched {
	t.Helper()
	shared := devtest.Cluster(t)
	return prepare(t, &devstack.Cluster{Primary: shared.Primary, Replicas: shared.Replicas[:replicas]})
}

// own has a cluster that is not needed afterwards.
func own(t *testing.T, replicas int) watched {
	t.Helper()
	return prepare(t, devtest.NewCluster(t, replicas))
}

func prepare(t *testing.T, cluster *devstack.Cluster) watched {
	t.Helper()
	primary, _ := devtest.ReplicatedDatabase(t, cluster)
	config, err := mysql.ParseDSN(primary)
	require.NoError(t, err)
	w := watched{cluster, config.DBName}
	require.NoError(t, cluster.Primary.CreateReader(t.Context(), w.database))
	w.exec(t, cluster.Primary, "CREATE TABLE numbers (n INT PRIMARY KEY)")
	require.NoError(t, cluster.CatchUp(t.Context()))
	return w
}

// watch looks at the cluster as a reader.
func (c watched) watch(t *testing.T) *Watch {
	t.Helper()
	return c.watchAs(t, (*devstack.MySQL).ReaderDSN)
}

func (c watched) watchAs(t *testing.T, dsn func(*devstack.MySQL, string) string) *Watch {
	t.Helper()
	var replicas []string
	for _, replica := range c.Replicas {
		replicas = append(replicas, dsn(replica.MySQL, c.database))
	}
	w, err := Open(dsn(c.Primary, c.database), replicas)
	require.NoError(t, err)
	t.Cleanup(w.Close)
	return w
}

// stopReplication holds the first replica back until the end of the test.
func (c watched) stopReplication(t *testing.T) {
	t.Helper()
	require.NoError(t, c.Replicas[0].StopReplication(t.Context()))
	t.Cleanup(func() { require.NoError(t, c.Replicas[0].StartReplication(context.WithoutCancel(t.Context()))) })
}

func (c watched) startReplication(t *testing.T) {
	t.Helper()
	require.NoError(t, c.Replicas[0].StartReplication(t.Context()))
	require.NoError(t, c.CatchUp(t.Context()))
}

func (c watched) exec(t *testing.T, server *devstack.MySQL, statements ...string) {
	t.Helper()
	root, err := sql.Open("mysql", server.DSN(c.database))
	require.NoError(t, err)
	defer root.Close()
	root.SetMaxOpenConns(1)
	for _, statement := range statements {
		_, err := root.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
}

func address(t *testing.T, server *devstack.MySQL) string {
	t.Helper()
	config, err := mysql.ParseDSN(server.DSN(""))
	require.NoError(t, err)
	return config.Addr
}

// look is the state of the only replica.
func look(t *testing.T, w *Watch) State {
	t.Helper()
	states := w.Look(t.Context())
	require.Len(t, states, 1)
	return states[0]
}

// awaitNoLag waits until the replicas say so: a server says one second while it ends the last transaction.
func awaitNoLag(t *testing.T, w *Watch) {
	t.Helper()
	require.Eventually(t, func() bool {
		return !slices.ContainsFunc(w.Look(t.Context()), func(state State) bool { return state.Seconds == nil || *state.Seconds > 0 })
	}, time.Minute, 20*time.Millisecond)
}

func TestAReplicaThatFollowsMissesNothing(t *testing.T) {
	cluster := share(t, 2)
	w := cluster.watch(t)
	awaitNoLag(t, w)

	for i, state := range w.Look(t.Context()) {
		require.Equal(t, State{
			Replica: address(t, cluster.Replicas[i].MySQL), Source: address(t, cluster.Primary),
			ReadOnly: true, Receiving: true, Applying: true, Seconds: new(int64),
		}, state)
		require.True(t, state.Follows())
	}
}

func TestEachMissingTransactionCounts(t *testing.T) {
	cluster := share(t, 1)
	w := cluster.watch(t)
	cluster.stopReplication(t)
	cluster.exec(t, cluster.Primary, "INSERT INTO numbers VALUES (1), (2)", "INSERT INTO numbers VALUES (3)", "DROP TABLE numbers")

	state := look(t, w)
	require.NoError(t, state.Incomparable)
	require.EqualValues(t, 3, state.Missing)
	require.Zero(t, state.Stray)
	require.False(t, state.Receiving || state.Applying || state.Follows())
	require.Nil(t, state.Seconds, "nobody knows")

	cluster.startReplication(t)
	require.Zero(t, look(t, w).Missing)
}

func TestEachStrayTransactionCounts(t *testing.T) {
	cluster := own(t, 1)
	cluster.exec(t, cluster.Replicas[0].MySQL, "SET GLOBAL read_only = OFF", "INSERT INTO numbers VALUES (1)", "INSERT INTO numbers VALUES (2)")

	state := look(t, cluster.watch(t))
	require.NoError(t, state.Incomparable)
	require.EqualValues(t, 2, state.Stray)
	require.False(t, state.ReadOnly)
}

func TestAReplicaOfMySQLThatTakesWritesOfAdministratorsIsNotReadOnly(t *testing.T) {
	cluster := own(t, 1)
	cluster.exec(t, cluster.Replicas[0].MySQL, "SET GLOBAL /*!80000 super_read_only = OFF, GLOBAL */ read_only = ON")
	var version string
	require.NoError(t, open(t, cluster.Primary.DSN("")).QueryRowContext(t.Context(), "SELECT VERSION()").Scan(&version))
	require.Equal(t, strings.Contains(version, "MariaDB"), look(t, cluster.watch(t)).ReadOnly)
}

func TestWhatAnOldPrimaryHasAloneIsStray(t *testing.T) {
	cluster := own(t, 1)
	promoted := cluster.Replicas[0]
	require.NoError(t, promoted.StopReplication(t.Context()))
	cluster.exec(t, cluster.Primary, "INSERT INTO numbers VALUES (1)")
	require.NoError(t, promoted.Promote(t.Context()))
	cluster.exec(t, promoted.MySQL, "INSERT INTO numbers VALUES (2)")

	w, err := Open(promoted.ReaderDSN(cluster.database), []string{cluster.Primary.ReaderDSN(cluster.database)})
	require.NoError(t, err)
	t.Cleanup(w.Close)
	state := look(t, w)
	require.EqualValues(t, 1, state.Stray)
	require.EqualValues(t, 1, state.Missing)
}

func TestAFailureOfApplyingIsTold(t *testing.T) {
	cluster := own(t, 1)
	cluster.exec(t, cluster.Replicas[0].MySQL, "SET GLOBAL read_only = OFF", "SET sql_log_bin = 0", "INSERT INTO numbers VALUES (1)")
	cluster.exec(t, cluster.Primary, "INSERT INTO numbers VALUES (1)")
	require.Error(t, cluster.CatchUp(t.Context()))

	state := look(t, cluster.watch(t))
	require.True(t, state.Receiving)
	require.False(t, state.Applying)
	require.False(t, state.Follows())
	require.NotEmpty(t, state.LastError)
	require.EqualValues(t, 1, state.Missing)
}

func TestAReplicaWhoseLogsAreGoneSaysSo(t *testing.T) {
	cluster := own(t, 1)
	require.NoError(t, cluster.Replicas[0].StopReplication(t.Context()))
	cluster.exec(t, cluster.Primary, "INSERT INTO numbers VALUES (1)", "FLUSH BINARY LOGS")
	require.Eventually(t, func() bool { // when nobody reads the old one any more
		cluster.exec(t, cluster.Primary, "PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 DAY")
		return binaryLogs(t, cluster.Primary) == 1
	}, time.Minute, 50*time.Millisecond)
	require.NoError(t, cluster.Replicas[0].StartReplication(t.Context()))
	require.Error(t, cluster.CatchUp(t.Context()))

	state := look(t, cluster.watch(t))
	require.False(t, state.Receiving)
	require.Contains(t, state.LastError, "purged")
}

func binaryLogs(t *testing.T, server *devstack.MySQL) (logs int) {
	t.Helper()
	rows, err := open(t, server.DSN("")).QueryContext(t.Context(), "SHOW BINARY LOGS")
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		logs++
	}
	require.NoError(t, rows.Err())
	return logs
}

func TestWithoutTheRightTheRestIsKnown(t *testing.T) {
	cluster := share(t, 1)
	cluster.exec(t, cluster.Primary, "CREATE USER few@'127.0.0.1'", "GRANT SELECT ON "+cluster.database+".* TO few@'127.0.0.1'")
	require.NoError(t, cluster.CatchUp(t.Context()))
	cluster.stopReplication(t)
	cluster.exec(t, cluster.Primary, "INSERT INTO numbers VALUES (1)")
	few := func(server *devstack.MySQL, database string) string {
		return "few@tcp(" + address(t, server) + ")/" + database
	}

	state := look(t, cluster.watchAs(t, few))
	require.EqualValues(t, 1, state.Missing)
	require.True(t, state.ReadOnly)
	_, grant, _ := strings.Cut(state.Hidden.Error(), ": ")
	cluster.exec(t, cluster.Primary, strings.Replace(grant, "the user", "few@'127.0.0.1'", 1))
	cluster.startReplication(t)
	state = look(t, cluster.watchAs(t, few))
	require.NoError(t, state.Hidden, "the right that was named is enough")
	require.True(t, state.Receiving && state.Applying)
}

func TestServersThatAreDownAreTold(t *testing.T) {
	cluster := own(t, 2)
	w := cluster.watch(t)
	require.NoError(t, cluster.Replicas[0].Kill())
	require.NoError(t, cluster.Replicas[1].Freeze())
	states := w.Look(t.Context())
	require.Error(t, states[0].Down)
	require.ErrorIs(t, states[1].Down, context.DeadlineExceeded)
	require.Equal(t, map[string]float64{
		"creatorpay_replica_up " + states[0].Replica: 0,
		"creatorpay_replica_up " + states[1].Replica: 0,
	}, gather(t, w))

	require.NoError(t, cluster.Replicas[1].Thaw())
	require.NoError(t, cluster.Primary.Kill())
	state := w.Look(t.Context())[1]
	require.NoError(t, state.Down)
	require.ErrorContains(t, state.Incomparable, "the primary cannot be asked")
}

func TestMetricsSayHowFarAReplicaIsBehind(t *testing.T) {
	cluster := share(t, 1)
	w := cluster.watch(t)
	name := address(t, cluster.Replicas[0].MySQL)
	awaitNoLag(t, w)
	require.Equal(t, map[string]float64{
		"creatorpay_replica_up " + name: 1, "creatorpay_replica_lag_seconds " + name: 0,
		"creatorpay_replica_lag_transactions " + name: 0, "creatorpay_replica_stray_transactions " + name: 0,
	}, gather(t, w))

	cluster.stopReplication(t)
	cluster.exec(t, cluster.Primary, "INSERT INTO numbers VALUES (1)")
	require.Equal(t, map[string]float64{
		"creatorpay_replica_up " + name:                 0,
		"creatorpay_replica_lag_transactions " + name:   1,
		"creatorpay_replica_stray_transactions " + name: 0,
	}, gather(t, w))
}

// gather is what a scrape sees, by name and replica.
func gather(t *testing.T, w *Watch) map[string]float64 {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(w))
	families, err := registry.Gather()
	require.NoError(t, err)
	values := map[string]float64{}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			values[family.GetName()+" "+metric.GetLabel()[0].GetValue()] = metric.GetGauge().GetValue()
		}
	}
	return values
}

func TestOpenNamesEveryDSNThatIsWrong(t *testing.T) {
	const good = "reader@tcp(127.0.0.1:3306)/watched"
	_, err := Open("primary:secret", []string{good, "replica:secret", good})
	require.ErrorContains(t, err, "MYSQL_DSN cannot be read")
	require.ErrorContains(t, err, "MYSQL_REPLICA_DSNS: number 2 cannot be read")
	require.ErrorContains(t, err, "MYSQL_REPLICA_DSNS: number 3 names 127.0.0.1:3306 again")
	require.NotContains(t, err.Error(), "secret")
}

func TestThePrimaryIsNoReplicaOfItself(t *testing.T) {
	_, err := Open("writer@tcp(127.0.0.1:3306)/watched", []string{"reader@tcp(127.0.0.1:3306)/watched"})
	require.EqualError(t, err, "MYSQL_REPLICA_DSNS: number 1 names the primary, 127.0.0.1:3306: take it out")
}
