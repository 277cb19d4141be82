package chaos

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"

	"creatorpay/db"
	"creatorpay/internal/e2e/rig"
	"creatorpay/settlement"
)

// RunAll runs the periods one after the other, as an operator does: what fails is
// run again until the period is closed and its mails have found their ends.
func (c *Rig) RunAll() {
	for _, period := range c.plan.Periods {
		c.begin(period)
		err := c.operate(period)
		c.finish(period)
		if err != nil {
			c.report("%s: %v", period, err)
			return // the periods that follow wait for this one
		}
		c.logf("%s is closed", period)
	}
	c.pending.Wait()
	c.awaitOdd()
	c.restUntilNothingRuns()
	c.Tally.lockTimeouts = c.lockTimeouts.Load()
}

func (c *Rig) begin(period *PlannedPeriod) {
	videos, creators := c.catalogue()
	period.titles, period.addresses = map[int64]string{}, map[int64]string{}
	for _, v := range videos {
		period.titles[v.ID] = v.Title
	}
	for _, creator := range creators {
		period.addresses[creator.ID] = creator.Email
		if fault, planned := mailFaults[period.Mails[creator.ID]]; planned {
			c.inbox.Misbehave(creator.Email, fault.Fault, fault.times)
		}
	}
	if period.NoFaults {
		c.pending.Wait()
		for slot := range c.workers {
			c.set(slot, usualSettings)
			c.workerOf(slot).Kill()
		}
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.period = period
	c.due = append(c.due, period.faults...)
	if period.NoFaults {
		c.due = nil
	}
}

func (c *Rig) finish(period *PlannedPeriod) {
	c.removeBrokenPrices()
	for creator, name := range period.Mails {
		if c.attempts(period.Period, creator) > 0 { // the first one met it
			c.Tally.inject(name)
		}
	}
	seal := c.seal(period.Period)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.period = nil
	c.closed = append(c.closed, period.Period)
	c.seals[period.Period] = seal
}

// longestPeriod is far more than any period takes, with all its faults.
const longestPeriod = 10 * time.Minute

func (c *Rig) operate(period *PlannedPeriod) error {
	ctx, cancel := context.WithTimeout(c.T.Context(), longestPeriod)
	defer cancel()
	for try := 0; !c.isDone(period.Period); try++ {
		if try > 0 {
			c.Tally.repair()
			c.logf("%s is run again", period)
			if err := c.mend(period.Period); err != nil {
				return err
			}
		}
		var runs []*rig.Program
		for range c.starts() {
			runs = append(runs, c.BeginStarter(c.nextCommand(period.Period, try)...))
		}
		for _, run := range runs {
			if err := c.await(ctx, period, run.HasEnded); err != nil {
				return fmt.Errorf("%w; the last run says:\n%s", err, rig.LastLines(run.Stderr.String(), 5))
			}
		}
		if err := c.await(ctx, period, func() bool { return !c.runs(period.Period) }); err != nil {
			return err
		}
	}
	return nil
}

// starts is how many runs are started at once.
func (c *Rig) starts() int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for i, fault := range c.due {
		if fault.Name == startedTwice {
			c.due = append(c.due[:i:i], c.due[i+1:]...)
			c.Tally.inject(startedTwice)
			return 2
		}
	}
	return 1
}

// await waits until the condition holds. The operator does not wait out how long
// Temporal would leave mails alone that the server has not taken.
func (c *Rig) await(ctx context.Context, period *PlannedPeriod, holds func() bool) error {
	ticker := time.NewTicker(10 * rig.PollInterval)
	defer ticker.Stop()
	for !holds() {
		if period.Kind == settlement.Weekly {
			c.requireNoneWaits(period.Period)
			c.retryNow(workflowsOf(period.Period)[1])
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return errors.New("it did not end in time")
		}
	}
	return nil
}

// nextCommand is what an operator does about a period that is not done: starts
// it, resets what failed, starts it again.
func (c *Rig) nextCommand(period settlement.Period, try int) []string {
	switch {
	case period.Kind == settlement.Weekly && c.isClosed(period):
		return []string{"mail", "send", "--week", period.String()}
	case try%2 == 1:
		return append([]string{"retry"}, named(period)...)
	default:
		return runArgs(period)
	}
}

func runArgs(period settlement.Period) []string {
	args := append([]string{"run"}, named(period)...)
	if period.Kind == settlement.Daily {
		args = append(args, "--chunk-rows", chunkRows)
	}
	return args
}

// named is how commands name a period.
func named(period settlement.Period) []string {
	flags := map[settlement.Kind]string{settlement.Daily: "--date", settlement.Weekly: "--week", settlement.Monthly: "--month"}
	return []string{string(period.Kind), flags[period.Kind], period.String()}
}

// isDone tells whether the period is closed and, for a week, no mail is left to
// be sent.
func (c *Rig) isDone(period settlement.Period) bool {
	if !c.isClosed(period) || c.runs(period) {
		return false
	}
	return period.Kind != settlement.Weekly ||
		c.count(`SELECT COUNT(*) FROM deliveries WHERE starts_on = ? AND state IN (?, ?)`, period.Start, db.DeliveryPending, db.DeliverySending) == 0
}

func (c *Rig) isClosed(period settlement.Period) bool {
	return c.count(`SELECT COUNT(*) FROM runs WHERE kind = ? AND starts_on = ? AND state = ?`, period.Kind, period.Start, settlement.Closed) == 1
}

// runs tells whether a workflow of the period runs. As long as Temporal does not
// answer, it may.
func (c *Rig) runs(period settlement.Period) (some bool) {
	for _, id := range workflowsOf(period) {
		err := c.ask(func(ctx context.Context) error {
			description, err := c.client.DescribeWorkflowExecution(ctx, id, "")
			some = some || description.GetWorkflowExecutionInfo().GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING
			return err
		})
		var notFound *serviceerror.NotFound
		if err != nil && !errors.As(err, &notFound) {
			return true
		}
	}
	return some
}

// restUntilNothingRuns waits for what the last faults have set off.
func (c *Rig) restUntilNothingRuns() {
	ctx, cancel := context.WithTimeout(c.T.Context(), longestPeriod)
	defer cancel()
	for _, period := range c.plan.Periods {
		if err := c.await(ctx, period, func() bool { return !c.runs(period.Period) }); err != nil {
			c.report("%s: %v", period, err)
		}
	}
}
