package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"syscall"
	"time"

	"creatorpay/internal/e2e/rig"
	"creatorpay/internal/faultproxy"
	"creatorpay/settlement"
)

// settings are those of a worker that change.
type settings struct {
	keep, ahead, slots int
	window             time.Duration
}

// usualSettings are those that workers begin with.
var usualSettings = settings{ahead: 7, slots: 4, window: 30 * time.Second}

func randomSettings(random *rand.Rand) settings {
	return settings{
		keep:   rig.Pick(random, 0, 1, 9, 11),
		ahead:  rig.Pick(random, 0, 3, 9),
		slots:  rig.Pick(random, 1, 2, 8),
		window: rig.Pick(random, 30*time.Second, 10*time.Second, 40*time.Second, 0),
	}
}

func (s settings) environment() []string {
	return []string{
		fmt.Sprintf("KEEP_DAYS=%d", s.keep), fmt.Sprintf("PARTITIONS_AHEAD=%d", s.ahead),
		fmt.Sprintf("WORKER_SLOTS=%d", s.slots), "REPEAT_WINDOW=" + s.window.String(),
	}
}

// changeSettings restarts the sender with other settings. A run that has begun
// keeps its repeat window.
func (c *Rig) changeSettings(in Injection) (faultproxy.Fault, bool) {
	if window, begun := c.windowOf(in.period.Period); begun {
		c.mutex.Lock()
		if _, known := c.windows[in.period.Start]; !known && in.period.IsDay() {
			c.windows[in.period.Start] = window
		}
		c.mutex.Unlock()
	}
	c.set(in.slot, randomSettings(in.random))
	return faultproxy.None, c.workerOf(in.slot).Signal(rig.Pick(in.random, syscall.SIGTERM, syscall.SIGKILL)) == nil
}

// set gives the slot's next worker other settings.
func (c *Rig) set(slot int, to settings) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.settings[slot], c.offered[to.window] = to, true
}

// windowOf is the repeat window of the period's run, if it has begun.
func (c *Rig) windowOf(period settlement.Period) (window time.Duration, begun bool) {
	c.reportError(c.ask(func(ctx context.Context) error {
		windows, err := c.DB.RepeatWindows(ctx, period.Start, period.Start)
		window, begun = windows[period.Start]
		return err
	}))
	return window, begun
}

// takeWindows tells the oracle by which window each day was judged. Only the
// database knows which worker began it; but it is one of those that there were,
// and the one that the run had when a worker got another one.
func (c *Rig) takeWindows() {
	p := c.plan.platform
	p.Windows = map[string]time.Duration{}
	for _, period := range c.plan.Periods {
		if !period.IsDay() {
			continue
		}
		window, _ := c.windowOf(period.Period)
		p.Windows[period.String()] = window
		before, known := c.windows[period.Start]
		c.reportIf(known && window != before, "%s began with the repeat window %s and has %s", period, before, window)
		c.reportIf(window != p.Window && !c.offered[window], "%s has the repeat window %s, which no worker had", period, window)
	}
}

// mustBePaidBy is the day whose run posts the late row at the latest.
func (c *Rig) mustBePaidBy(came origin) settlement.Day {
	return min(came.paidBy, rig.ToDay(c.plan.last()))
}
