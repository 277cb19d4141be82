package chaos

import (
	"cmp"
	"context"
	"slices"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
	"creatorpay/internal/faultproxy"
	"creatorpay/settlement"
)

// addLaterPrices adds prices that hold from a later day on, with the real command.
func (c *Rig) addLaterPrices(in Injection) (faultproxy.Fault, bool) {
	rule := oracle.Prices{
		From:  (in.period.End() + settlement.Day(in.random.IntN(3))).String(),
		Views: []oracle.Tier{{From: 1, Won: rig.Pick(in.random, "1", "0.3333")}, {From: 100_000, Won: rig.Pick(in.random, "1.7777", "1.1")}, {From: 500_050, Won: "2.5"}},
		Ads:   []oracle.Tier{{From: 1, Won: rig.Pick(in.random, "9.9999", "12")}, {From: 999_950, Won: "0.0001"}, {From: 1_000_000, Won: "20"}},
	}
	if !c.takeFrom(c.pricedFrom, rule.From) {
		return faultproxy.None, true // there are some from that day on
	}
	c.servers.RLock()
	defer c.servers.RUnlock()
	added := c.command("prices", "add", "--from", rule.From, "--views", rig.TierFlag(rule.Views), "--ad-views", rig.TierFlag(rule.Ads))
	c.reportIf(added.Code != 0, "prices from %s were not added: %s", rule.From, added.Stderr)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.plan.platform.Prices = append(c.plan.platform.Prices, rule)
	slices.SortFunc(c.plan.platform.Prices, func(a, b oracle.Prices) int { return cmp.Compare(a.From, b.From) })
	return faultproxy.None, true
}

// breakPrices puts prices without any tier into the database that hold from the
// day on that runs, and starts its run again: it keeps those with which it began.
// They are taken out again before the next day.
func (c *Rig) breakPrices(in Injection) (faultproxy.Fault, bool) {
	from := in.period.String()
	if _, begun := c.windowOf(in.period.Period); !begun {
		return faultproxy.None, false
	}
	if !c.takeFrom(c.pricedFrom, from) {
		return faultproxy.None, true // there are some from that day on
	}
	c.reportError(c.ask(func(ctx context.Context) error {
		_, err := c.SQL.ExecContext(ctx, `INSERT INTO price_rules (version, holds_from) SELECT MAX(version) + 1, ? FROM price_rules`, from)
		return err
	}))
	return c.terminateRun(in)
}

// removeBrokenPrices takes broken prices out.
func (c *Rig) removeBrokenPrices() {
	c.reportError(c.ask(func(ctx context.Context) error {
		_, err := c.SQL.ExecContext(ctx, `DELETE FROM price_rules WHERE NOT EXISTS (SELECT 1 FROM price_tiers t WHERE t.version = price_rules.version)`)
		return err
	}))
}

// takeFrom tells whether no prices or fees hold from that very day on so far.
func (c *Rig) takeFrom(taken map[string]bool, day string) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if taken[day] {
		return false
	}
	taken[day] = true
	return true
}
