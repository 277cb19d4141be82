package chaos

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/e2e/rig"
	"creatorpay/internal/faultproxy"
	"creatorpay/internal/inbox"
	"creatorpay/settlement"
)

// workerCount is how many workers share the work.
const workerCount = 2

// Rig is a system whose workers reach their database through proxies, with all
// that a fault may take hold of.
type Rig struct {
	*rig.System
	plan     *Plan
	setting  []string          // of the programs, beside those that all have
	Session  map[string]string // parameters of the commands' DSN
	began    time.Time
	mysqld   *devstack.MySQL
	root     *sql.DB // on mysqld
	inbox    *inbox.Inbox
	proxies  [workerCount]*faultproxy.Proxy
	replicas []*replica // none unless they are asked for
	client   client.Client

	// servers is held to use the servers, and alone to kill them.
	servers sync.RWMutex
	// lockTimeouts is how often the server itself has said 1205.
	lockTimeouts atomic.Int64
	// passed is how many statements have come by.
	passed atomic.Int64
	// scanToCut tells that the next scan on a replica is to be cut.
	scanToCut atomic.Bool

	mutex    sync.Mutex // of what follows
	workers  [workerCount]*rig.Program
	ending   bool
	period   *PlannedPeriod  // that runs now, nil between two
	due      []*plannedFault // in order; those whose moment did not come go on in the next period
	closed   []settlement.Period
	arrived  []arrival
	paid     []paidArrival
	toCome   int64 // the last of the videos that nobody has imported
	seals    map[settlement.Period]string
	Tally    *Tally
	problems []string // what no comparison of tables would find

	settings     [workerCount]settings  // that each worker gets when it starts next
	offered      map[time.Duration]bool // repeat windows that some worker had
	windows      map[settlement.Day]time.Duration
	moves        []move
	formerTitles map[int64][]string // of videos that imports gave others
	pricedFrom   map[string]bool    // days from which on prices hold
	feesFrom     map[string]bool
	odd          []startedOdd

	wrongs sync.Mutex // held while rows are inserted that cannot be settled, and while such rows are put right
	wrong  []*wrongPayment

	importing  sync.Mutex     // the catalogue
	pending    sync.WaitGroup // what others have begun and not ended
	background sync.WaitGroup
}

// lockWait makes a lock that is not released a matter of a second.
const lockWait = "1"

// databaseName is what the database is called.
const databaseName = "chaos"

// New makes a rig on servers that no other test uses, since they are killed. With so
// many replicas, workers scan on them.
func New(t testing.TB, plan *Plan, replicas int) *Rig {
	t.Helper()
	dir := devtest.Dir(t)
	require.NoError(t, devstack.SeedMySQL(t.Context(), dir))
	cluster, err := devstack.StartReplicated(t.Context(), dir, replicas, "--loose-innodb-buffer-pool-size=128M")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cluster.Kill()) })
	mysqld := cluster.Primary
	require.NoError(t, mysqld.CreateDatabase(t.Context(), databaseName))
	temporal, err := devstack.StartTemporal(t.Context(), devtest.Dir(t))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, temporal.Kill()) })
	c := &Rig{plan: plan, mysqld: mysqld, Tally: newTally(plan)}
	c.root = openAdmin(t, mysqld.DSN(""), databaseName)
	c.scanReplicas(t, cluster)
	programs, err := rig.RacePrograms()
	require.NoError(t, err)
	c.setUp(t, strings.Replace(mysqld.DSN(databaseName), "root@", ordinaryUser+"@", 1), temporal, programs)
	return c
}

// NewShared makes a rig on the shared servers, which nothing in the plan
// may kill.
func NewShared(t testing.TB, plan *Plan, programs string, setting ...string) *Rig {
	t.Helper()
	c := &Rig{plan: plan, setting: setting, Tally: newTally(plan)}
	c.setUp(t, devtest.Database(t), devtest.Temporal(t), programs)
	return c
}

func (c *Rig) setUp(t testing.TB, dsn string, temporal *devstack.Temporal, programs string) {
	t.Helper()
	config, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	config.Params = map[string]string{"innodb_lock_wait_timeout": lockWait}
	c.System = rig.NewOn(t, config.FormatDSN(), temporal)
	c.Programs = programs
	c.Migrate(c.plan.platform)
	c.Load(c.plan.platform)
	c.AddDays(c.plan.first(), c.plan.last())
	c.backUpReplicas()
	c.seals, c.began = map[settlement.Period]string{}, time.Now()
	c.windows, c.offered = map[settlement.Day]time.Duration{}, map[time.Duration]bool{}
	c.pricedFrom, c.feesFrom, c.formerTitles = map[string]bool{}, map[string]bool{}, map[int64][]string{}
	for slot := range c.settings {
		c.set(slot, usualSettings)
	}
	c.inbox = rig.StartInbox(t)
	c.client = c.Dial()
	for slot := range c.proxies {
		c.proxies[slot], err = faultproxy.Start(t.Context(), config.Addr,
			func(statement string) faultproxy.Fault { return c.faultAt(slot, statement) }, c.answered)
		require.NoError(t, err)
		c.background.Go(func() { c.keepWorkerRunning(slot) })
	}
	t.Cleanup(c.end)
}

func (p *Plan) first() string { return p.Periods[0].Start.String() }

func (p *Plan) last() string { return (p.Periods[len(p.Periods)-1].End() - 1).String() }

// String says which days they are.
func (p *Plan) String() string { return p.first() + " to " + p.last() }

// command runs a command of the operator to its end, in the environment of the
// workers.
func (c *Rig) command(args ...string) rig.Outcome {
	dsn := c.DSN(func(config *mysql.Config) { config.Params = c.Session })
	return c.Start("starter", slices.Concat(c.setting, []string{dsn}), args...).Wait()
}

// end stops the workers and the proxies, and waits for whatever a fault has left
// in the background. It may be called more than once.
func (c *Rig) end() {
	c.mutex.Lock()
	first := !c.ending
	c.ending = true
	workers := c.workers
	c.mutex.Unlock()
	if !first {
		return
	}
	for _, worker := range workers {
		if worker != nil {
			worker.Kill()
		}
	}
	for _, proxy := range c.proxies {
		require.NoError(c.T, proxy.Stop())
	}
	for _, one := range c.replicas {
		require.NoError(c.T, one.proxy.Stop())
	}
	c.pending.Wait()
	c.background.Wait()
}

// answered hears of every error of the server.
func (c *Rig) answered(code uint16) {
	const lockWaitTimeout = 1205
	if code == lockWaitTimeout {
		c.lockTimeouts.Add(1)
	}
}

// ask does what needs the servers while none of them is down.
func (c *Rig) ask(what func(context.Context) error) error {
	c.servers.RLock()
	defer c.servers.RUnlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.T.Context()), rig.Timeout)
	defer cancel()
	return what(ctx)
}
