package chaos

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/faultproxy"
)

// position is a text of the question that workers ask the primary before and after each
// scan on a replica.
const position = "gtid_executed"

// replicaFaults are the kinds of a system with replicas.
var replicaFaults = []*FaultKind{
	{Name: "replica killed", At: position, within: 8, onlyDays: true, Inject: onReplica(
		func(_ context.Context, r *replica) error { return r.Kill() },
		func(ctx context.Context, r *replica) error { return r.Restart(ctx) },
	)},
	{Name: "replica frozen", At: position, within: 8, onlyDays: true, Inject: onReplica(
		func(_ context.Context, r *replica) error { return r.Freeze() },
		func(_ context.Context, r *replica) error { return r.Thaw() },
	)},
	{Name: "replica's replication stopped", At: position, within: 8, onlyDays: true, Inject: onReplica(
		func(ctx context.Context, r *replica) error { return r.StopReplication(ctx) },
		func(ctx context.Context, r *replica) error { return r.StartReplication(ctx) },
	)},
	{Name: "replica restored from an old backup", At: position, within: 8, onlyDays: true, Inject: onReplica(
		func(ctx context.Context, r *replica) error {
			return errors.Join(r.Kill(), r.Restore(ctx, r.backup), r.Restart(ctx))
		},
		func(context.Context, *replica) error { return nil },
	)},
	{Name: "connection cut within a scan on a replica", At: position, within: 8, onlyDays: true, Inject: (*Rig).cutScan},
}

// replica is one that the workers scan, through a proxy.
type replica struct {
	*devstack.Replica
	backup string // of the time before the first day
	proxy  *faultproxy.Proxy
	mutex  sync.Mutex // held by the one fault that it has
}

// quietFor is how long a replica may say nothing before it is passed over.
const quietFor = 2 * time.Second

// scanReplicas lets workers scan the replicas, as a user who may only read.
func (c *Rig) scanReplicas(t testing.TB, cluster *devstack.Cluster) {
	t.Helper()
	if len(cluster.Replicas) == 0 {
		return
	}
	require.NoError(t, cluster.Primary.CreateReader(t.Context(), databaseName))
	var dsns []string
	for _, one := range cluster.Replicas {
		config, err := mysql.ParseDSN(one.ReaderDSN(databaseName))
		require.NoError(t, err)
		proxy, err := faultproxy.Start(t.Context(), config.Addr, c.faultAtReplica, nil)
		require.NoError(t, err)
		config.Addr, config.ReadTimeout = proxy.Addr, quietFor
		dsns = append(dsns, config.FormatDSN())
		c.replicas = append(c.replicas, &replica{Replica: one, proxy: proxy})
	}
	c.setting = append(c.setting, "MYSQL_REPLICA_DSNS="+strings.Join(dsns, " "))
}

// backUpReplicas keeps what the replicas have now, to be restored.
func (c *Rig) backUpReplicas() {
	c.T.Helper()
	for _, one := range c.replicas {
		one.backup = filepath.Join(devtest.Dir(c.T), "backup")
		require.NoError(c.T, one.CatchUp(c.T.Context()))
		require.NoError(c.T, one.Kill())
		require.NoError(c.T, one.Backup(c.T.Context(), one.backup))
		require.NoError(c.T, one.Restart(c.T.Context()))
	}
}

// faultAtReplica decides what becomes of a statement that a worker sends to a replica.
func (c *Rig) faultAtReplica(statement string) faultproxy.Fault {
	if statement != "" {
		return faultproxy.None // a scan is prepared, and its execution carries no text
	}
	c.Tally.scan()
	if c.scanToCut.Swap(false) {
		return faultproxy.CutAnswer
	}
	return faultproxy.None
}

// cutScan cuts the next scan on a replica.
func (c *Rig) cutScan(Injection) (faultproxy.Fault, bool) {
	return faultproxy.None, c.scanToCut.CompareAndSwap(false, true)
}

// onReplica does something to a replica, and undoes it when so many statements have
// passed that some of the scans have met it.
func onReplica(begin, end func(context.Context, *replica) error) func(*Rig, Injection) (faultproxy.Fault, bool) {
	return func(c *Rig, in Injection) (faultproxy.Fault, bool) {
		one := c.replicas[in.random.IntN(len(c.replicas))]
		if !one.mutex.TryLock() {
			return faultproxy.None, false
		}
		ctx := context.WithoutCancel(c.T.Context())
		c.reportError(begin(ctx, one))
		passed := c.passed.Load() + 20 + in.random.Int64N(300)
		c.background.Go(func() {
			defer one.mutex.Unlock()
			c.hold(frozenFor, func() bool { return c.passed.Load() >= passed })
			c.reportError(end(ctx, one))
		})
		return faultproxy.None, true
	}
}
