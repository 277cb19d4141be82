package chaos

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"syscall"
	"time"

	"creatorpay/internal/e2e/rig"
	"creatorpay/internal/faultproxy"
)

// faultAt decides what becomes of a statement that a worker sends: the fault that
// is due is injected, and with it those that are planned for the same moment.
func (c *Rig) faultAt(slot int, statement string) faultproxy.Fault {
	c.passed.Add(1)
	worst := faultproxy.None
	for fault, period := c.take(statement, false); fault != nil; fault, period = c.take(statement, true) {
		verdict, injected := fault.Inject(c, Injection{period, slot, fault.random})
		if !injected {
			c.putBack(fault)
			break
		}
		c.Tally.inject(fault.Name)
		c.logf("%s: %s", period, fault.Name)
		worst = max(worst, verdict)
	}
	return worst
}

// take takes the first fault that fits the period, if this is its moment. A
// moment that follows takes only what is planned for the same one.
func (c *Rig) take(statement string, follows bool) (*plannedFault, *PlannedPeriod) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.period == nil || c.ending {
		return nil, nil
	}
	for i, fault := range c.due {
		if fault.Inject == nil || fault.onlyDays && !c.period.IsDay() {
			continue
		}
		if follows && fault.wait > 0 || !strings.Contains(statement, fault.At) {
			return nil, nil
		}
		if fault.wait--; fault.wait > 0 {
			return nil, nil
		}
		c.due = append(c.due[:i:i], c.due[i+1:]...)
		return fault, c.period
	}
	return nil, nil
}

// putBack lets a fault that found nothing to take hold of try again a little later.
func (c *Rig) putBack(fault *plannedFault) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	fault.wait = 1 + fault.random.IntN(5)
	c.due = append([]*plannedFault{fault}, c.due...)
}

// ByProxy is a fault that the proxy does by itself.
func ByProxy(fault faultproxy.Fault) func(*Rig, Injection) (faultproxy.Fault, bool) {
	return func(*Rig, Injection) (faultproxy.Fault, bool) { return fault, true }
}

// heldUpFor bounds how long one statement or lock is held when nothing else
// goes on.
const heldUpFor = 2 * time.Second

// holdUp lets the statement wait while others overtake it.
func (c *Rig) holdUp(in Injection) (faultproxy.Fault, bool) {
	overtaken := c.passed.Load() + 10 + in.random.Int64N(60)
	c.hold(heldUpFor, func() bool { return c.passed.Load() >= overtaken })
	return faultproxy.None, true
}

// hold waits until the condition holds, the time is up or all is over.
func (c *Rig) hold(longest time.Duration, until func() bool) {
	ctx, cancel := context.WithTimeout(c.T.Context(), longest)
	defer cancel()
	ticker := time.NewTicker(rig.PollInterval)
	defer ticker.Stop()
	for !until() && !c.isEnding() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

func (c *Rig) isEnding() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.ending
}

// lockRows is another session that has rows of the period under lock until a
// worker has given up waiting for them.
func (c *Rig) lockRows(in Injection) (faultproxy.Fault, bool) {
	query := []string{
		`SELECT * FROM runs WHERE kind = ? AND starts_on = ? FOR UPDATE`,
		`SELECT * FROM run_chunks WHERE kind = ? AND starts_on = ? FOR UPDATE`,
		`SELECT * FROM top_videos WHERE kind = ? AND starts_on = ? FOR UPDATE`,
	}[in.random.IntN(3)]
	timeouts := c.lockTimeouts.Load()
	session, err := c.lock(query, in.period.Kind, in.period.Start)
	if err != nil {
		return faultproxy.None, false
	}
	c.background.Go(func() {
		c.hold(heldUpFor, func() bool { return c.lockTimeouts.Load() > timeouts })
		_ = session.Rollback() // a server that was killed has done it already
	})
	return faultproxy.None, true
}

// lock is a session that has the rows of a locking query.
func (c *Rig) lock(query string, args ...any) (session *sql.Tx, err error) {
	err = c.ask(func(ctx context.Context) (err error) {
		if session, err = c.SQL.BeginTx(context.WithoutCancel(ctx), nil); err != nil {
			return err
		}
		if _, err = rowsOf(ctx, session, query, args...); err != nil {
			err = errors.Join(err, session.Rollback())
		}
		return err
	})
	return session, err
}

func (c *Rig) killMySQL(Injection) (faultproxy.Fault, bool) {
	return faultproxy.None, c.restart(c.mysqld.Kill, c.mysqld.Restart)
}

func (c *Rig) killTemporal(Injection) (faultproxy.Fault, bool) {
	return faultproxy.None, c.restart(c.Temporal.Kill, c.Temporal.Restart)
}

// restart kills a server and brings it back while nobody else uses it.
func (c *Rig) restart(kill func() error, restart func(context.Context) error) bool {
	c.servers.Lock()
	defer c.servers.Unlock()
	if err := errors.Join(kill(), restart(context.WithoutCancel(c.T.Context()))); err != nil {
		c.report("a server did not come back: %v", err)
	}
	return true
}

// killWorker kills the sender. Its statement may still reach the server.
func (c *Rig) killWorker(in Injection) (faultproxy.Fault, bool) {
	_ = c.workerOf(in.slot).Signal(syscall.SIGKILL) // it may have ended by itself
	return rig.Pick(in.random, faultproxy.None, faultproxy.CutBefore), true
}

func (c *Rig) killWorkers(in Injection) (faultproxy.Fault, bool) {
	for slot := range c.workers {
		_ = c.workerOf(slot).Signal(syscall.SIGKILL) // it may have ended by itself
	}
	return rig.Pick(in.random, faultproxy.None, faultproxy.CutBefore), true
}

func (c *Rig) stopWorker(in Injection) (faultproxy.Fault, bool) {
	return faultproxy.None, c.workerOf(in.slot).Signal(syscall.SIGTERM) == nil
}

// frozenFor is longer than it takes Temporal to take an activity for lost.
const frozenFor = 12 * time.Second

// freezeWorker stops the sender's clock, as a machine does that is moved: it
// goes on as if nothing had been when others have done its work.
func (c *Rig) freezeWorker(in Injection) (faultproxy.Fault, bool) {
	worker := c.workerOf(in.slot)
	if worker.Signal(syscall.SIGSTOP) != nil {
		return faultproxy.None, false
	}
	c.background.Go(func() {
		c.hold(frozenFor, func() bool { return c.current() != in.period })
		_ = worker.Signal(syscall.SIGCONT) // it may have been killed
	})
	return faultproxy.None, true
}
