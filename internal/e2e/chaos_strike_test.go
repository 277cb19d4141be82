package e2e

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

// meet decides what becomes of a statement that a worker sends: the fault that
// is due strikes, and with it those that are planned for the same moment.
func (c *chaos) meet(slot int, statement string) faultproxy.Fault {
	c.passed.Add(1)
	worst := faultproxy.None
	for fault, period := c.take(statement, false); fault != nil; fault, period = c.take(statement, true) {
		verdict, struck := fault.strike(c, blow{period, slot, fault.random})
		if !struck {
			c.putBack(fault)
			break
		}
		c.tally.strike(fault.name)
		c.say("%s: %s", period, fault.name)
		worst = max(worst, verdict)
	}
	return worst
}

// take takes the first fault that fits the period, if this is its moment. A
// moment that follows takes only what is planned for the same one.
func (c *chaos) take(statement string, follows bool) (*plannedFault, *plannedPeriod) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.period == nil || c.ending {
		return nil, nil
	}
	for i, fault := range c.due {
		if fault.strike == nil || fault.onlyDays && !c.period.isDay() {
			continue
		}
		if follows && fault.wait > 0 || !strings.Contains(statement, fault.at) {
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

// putBack lets a fault that found nothing to strike try again a little later.
func (c *chaos) putBack(fault *plannedFault) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	fault.wait = 1 + fault.random.IntN(5)
	c.due = append([]*plannedFault{fault}, c.due...)
}

// wire is a fault that the proxy does by itself.
func wire(fault faultproxy.Fault) func(*chaos, blow) (faultproxy.Fault, bool) {
	return func(*chaos, blow) (faultproxy.Fault, bool) { return fault, true }
}

// heldUpFor bounds how long one statement or lock is held when nothing else
// goes on.
const heldUpFor = 2 * time.Second

// holdUp lets the statement wait while others overtake it.
func (c *chaos) holdUp(b blow) (faultproxy.Fault, bool) {
	overtaken := c.passed.Load() + 10 + b.random.Int64N(60)
	c.hold(heldUpFor, func() bool { return c.passed.Load() >= overtaken })
	return faultproxy.None, true
}

// hold waits until the condition holds, the time is up or all is over.
func (c *chaos) hold(longest time.Duration, until func() bool) {
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

func (c *chaos) isEnding() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.ending
}

// lockRows is another session that has rows of the period under lock until a
// worker has given up waiting for them.
func (c *chaos) lockRows(b blow) (faultproxy.Fault, bool) {
	query := []string{
		`SELECT * FROM runs WHERE kind = ? AND starts_on = ? FOR UPDATE`,
		`SELECT * FROM run_chunks WHERE kind = ? AND starts_on = ? FOR UPDATE`,
		`SELECT * FROM top_videos WHERE kind = ? AND starts_on = ? FOR UPDATE`,
	}[b.random.IntN(3)]
	timeouts := c.lockTimeouts.Load()
	session, err := c.lock(query, b.period.Kind, b.period.Start)
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
func (c *chaos) lock(query string, args ...any) (session *sql.Tx, err error) {
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

func (c *chaos) killMySQL(blow) (faultproxy.Fault, bool) {
	return faultproxy.None, c.restart(c.mysqld.Kill, c.mysqld.Restart)
}

func (c *chaos) killTemporal(blow) (faultproxy.Fault, bool) {
	return faultproxy.None, c.restart(c.Temporal.Kill, c.Temporal.Restart)
}

// restart kills a server and brings it back while nobody else uses it.
func (c *chaos) restart(kill func() error, restart func(context.Context) error) bool {
	c.servers.Lock()
	defer c.servers.Unlock()
	if err := errors.Join(kill(), restart(context.WithoutCancel(c.T.Context()))); err != nil {
		c.complain("a server did not come back: %v", err)
	}
	return true
}

// killWorker kills the sender. Its statement may still reach the server.
func (c *chaos) killWorker(b blow) (faultproxy.Fault, bool) {
	_ = c.workerOf(b.slot).Signal(syscall.SIGKILL) // it may have ended by itself
	return rig.Pick(b.random, faultproxy.None, faultproxy.CutBefore), true
}

func (c *chaos) killWorkers(b blow) (faultproxy.Fault, bool) {
	for slot := range c.workers {
		_ = c.workerOf(slot).Signal(syscall.SIGKILL) // it may have ended by itself
	}
	return rig.Pick(b.random, faultproxy.None, faultproxy.CutBefore), true
}

func (c *chaos) stopWorker(b blow) (faultproxy.Fault, bool) {
	return faultproxy.None, c.workerOf(b.slot).Signal(syscall.SIGTERM) == nil
}

// frozenFor is longer than it takes Temporal to take an activity for lost.
const frozenFor = 12 * time.Second

// freezeWorker stops the sender's clock, as a machine does that is moved: it
// goes on as if nothing had been when others have done its work.
func (c *chaos) freezeWorker(b blow) (faultproxy.Fault, bool) {
	worker := c.workerOf(b.slot)
	if worker.Signal(syscall.SIGSTOP) != nil {
		return faultproxy.None, false
	}
	c.background.Go(func() {
		c.hold(frozenFor, func() bool { return c.current() != b.period })
		_ = worker.Signal(syscall.SIGCONT) // it may have been killed
	})
	return faultproxy.None, true
}
