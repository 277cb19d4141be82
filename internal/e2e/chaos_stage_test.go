package e2e

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

// chaosWorkers is how many workers share the work.
const chaosWorkers = 2

// chaos is a system whose workers reach their database through proxies, with all
// that a fault may take hold of.
type chaos struct {
	*rig.System
	plan    *plan
	setting []string          // of the programs, beside those that all have
	session map[string]string // parameters of the commands' DSN
	began   time.Time
	mysqld  *devstack.MySQL
	root    *sql.DB // on mysqld
	inbox   *inbox.Inbox
	proxies [chaosWorkers]*faultproxy.Proxy
	client  client.Client

	// servers is held to use the servers, and alone to kill them.
	servers sync.RWMutex
	// lockTimeouts is how often the server itself has said 1205.
	lockTimeouts atomic.Int64
	// passed is how many statements have come by.
	passed atomic.Int64

	mutex   sync.Mutex // of what follows
	workers [chaosWorkers]*rig.Program
	ending  bool
	period  *plannedPeriod  // that runs now, nil between two
	due     []*plannedFault // in order; those that did not come to strike go on in the next period
	closed  []settlement.Period
	arrived []arrival
	seals   map[settlement.Period]string
	tally   *tally
	wrong   []string // what no comparison of tables would find

	settings     [chaosWorkers]settings // that each worker gets when it starts next
	offered      map[time.Duration]bool // repeat windows that some worker had
	windows      map[settlement.Day]time.Duration
	shortSighted map[settlement.Day]bool // somebody looked back less far than usual
	moves        []move
	pricedFrom   map[string]bool // days from which on prices hold
	odd          []startedOdd

	importing  sync.Mutex     // the catalogue
	pending    sync.WaitGroup // what others have begun and not ended
	background sync.WaitGroup
}

// lockWait makes a lock that is not released a matter of a second.
const lockWait = "1"

// newChaos sets the stage on servers that no other test uses, since they are
// killed.
func newChaos(t testing.TB, plan *plan) *chaos {
	t.Helper()
	dir := devtest.Dir(t)
	require.NoError(t, devstack.SeedMySQL(t.Context(), dir))
	mysqld, err := devstack.StartMySQL(t.Context(), dir, "--innodb-buffer-pool-size=128M")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, mysqld.Kill()) })
	require.NoError(t, mysqld.CreateDatabase(t.Context(), "chaos"))
	temporal, err := devstack.StartTemporal(t.Context(), devtest.Dir(t))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, temporal.Kill()) })
	c := &chaos{plan: plan, mysqld: mysqld}
	c.root = openAdmin(t, mysqld.DSN(""), "chaos")
	programs, err := rig.RacePrograms()
	require.NoError(t, err)
	c.setStage(t, strings.Replace(mysqld.DSN("chaos"), "root@", ordinaryUser+"@", 1), temporal, programs)
	return c
}

// newSmallChaos sets the stage on the shared servers, which nothing in the plan
// may kill.
func newSmallChaos(t testing.TB, plan *plan, programs string, setting ...string) *chaos {
	t.Helper()
	c := &chaos{plan: plan, setting: setting}
	c.setStage(t, devtest.Database(t), devtest.Temporal(t), programs)
	return c
}

func (c *chaos) setStage(t testing.TB, dsn string, temporal *devstack.Temporal, programs string) {
	t.Helper()
	config, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	config.Params = map[string]string{"innodb_lock_wait_timeout": lockWait}
	c.System = rig.NewOn(t, config.FormatDSN(), temporal)
	c.Programs = programs
	c.Migrate(c.plan.platform)
	c.Load(c.plan.platform)
	c.AddDays(c.plan.first(), c.plan.last())
	c.seals, c.tally, c.began = map[settlement.Period]string{}, newTally(c.plan), time.Now()
	c.windows, c.offered, c.shortSighted = map[settlement.Day]time.Duration{}, map[time.Duration]bool{}, map[settlement.Day]bool{}
	c.pricedFrom = map[string]bool{}
	for slot := range c.settings {
		c.set(slot, 0, usualSettings)
	}
	c.inbox = rig.StartInbox(t)
	c.client = c.Dial()
	for slot := range c.proxies {
		c.proxies[slot], err = faultproxy.Start(t.Context(), config.Addr,
			func(statement string) faultproxy.Fault { return c.meet(slot, statement) }, c.answered)
		require.NoError(t, err)
		c.background.Go(func() { c.keepWorking(slot) })
	}
	t.Cleanup(c.end)
}

func (p *plan) first() string { return p.periods[0].Start.String() }

func (p *plan) last() string { return (p.periods[len(p.periods)-1].End() - 1).String() }

// String says which days they are.
func (p *plan) String() string { return p.first() + " to " + p.last() }

// keepWorking starts the slot's worker, and again whenever it has ended, as
// systemd does.
func (c *chaos) keepWorking(slot int) {
	dsn := c.DSN(func(config *mysql.Config) { config.Addr = c.proxies[slot].Addr })
	fixed := slices.Concat([]string{dsn}, rig.MailSettings(c.inbox), c.setting)
	for !c.isEnding() {
		c.servers.RLock() // a worker that finds no server ends at once
		worker := c.Start("worker", append(c.settingsOf(slot).environment(), fixed...))
		c.servers.RUnlock()
		if !c.onDuty(slot, worker) {
			worker.Kill()
			return
		}
		<-worker.Ended
		if strings.Contains(worker.Stderr.String(), "panic:") {
			c.complain("a worker has panicked:\n%s", rig.LastLines(worker.Stderr.String(), 40))
		}
	}
}

func (c *chaos) onDuty(slot int, worker *rig.Program) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.workers[slot] = worker
	return !c.ending
}

// command runs a command of the operator to its end, in the environment of the
// workers.
func (c *chaos) command(args ...string) rig.Outcome {
	dsn := c.DSN(func(config *mysql.Config) { config.Params = c.session })
	return c.Start("starter", slices.Concat(c.setting, []string{dsn}), args...).Wait()
}

func (c *chaos) settingsOf(slot int) settings {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.settings[slot]
}

func (c *chaos) workerOf(slot int) *rig.Program {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.workers[slot]
}

// end stops the workers and the proxies, and waits for whatever a fault has left
// in the background. It may be called more than once.
func (c *chaos) end() {
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
	c.pending.Wait()
	c.background.Wait()
}

// answered hears of every error of the server.
func (c *chaos) answered(code uint16) {
	const lockWaitTimeout = 1205
	if code == lockWaitTimeout {
		c.lockTimeouts.Add(1)
	}
}

// ask does what needs the servers while none of them is down.
func (c *chaos) ask(what func(context.Context) error) error {
	c.servers.RLock()
	defer c.servers.RUnlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.T.Context()), rig.Timeout)
	defer cancel()
	return what(ctx)
}
