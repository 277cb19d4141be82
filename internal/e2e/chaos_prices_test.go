package e2e

import (
	"cmp"
	"context"
	"slices"

	"creatorpay/internal/faultproxy"
	"creatorpay/settlement"
)

// addLaterPrices adds prices that hold from a later day on, with the real command.
func (c *chaos) addLaterPrices(b blow) (faultproxy.Fault, bool) {
	rule := prices{
		from:  (b.period.End() + settlement.Day(b.random.IntN(3))).String(),
		views: []tier{{1, pick(b.random, "1", "0.3333")}, {100_000, pick(b.random, "1.7777", "1.1")}, {500_050, "2.5"}},
		ads:   []tier{{1, pick(b.random, "9.9999", "12")}, {999_950, "0.0001"}, {1_000_000, "20"}},
	}
	if !c.takeFrom(rule.from) {
		return faultproxy.None, true // there are some from that day on
	}
	c.servers.RLock()
	defer c.servers.RUnlock()
	added := c.command("prices", "add", "--from", rule.from, "--views", tierFlag(rule.views), "--ad-views", tierFlag(rule.ads))
	c.noteIf(added.code != 0, "prices from %s were not added: %s", rule.from, added.stderr)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.plan.platform.prices = append(c.plan.platform.prices, rule)
	slices.SortFunc(c.plan.platform.prices, func(a, b prices) int { return cmp.Compare(a.from, b.from) })
	return faultproxy.None, true
}

// breakPrices puts prices without any tier into the database that hold from the
// day on that runs, and starts its run again: it keeps those with which it began.
// They are taken out again before the next day.
func (c *chaos) breakPrices(b blow) (faultproxy.Fault, bool) {
	from := b.period.String()
	if _, begun := c.windowOf(b.period.Period); !begun {
		return faultproxy.None, false
	}
	if !c.takeFrom(from) {
		return faultproxy.None, true // there are some from that day on
	}
	c.noteError(c.ask(func(ctx context.Context) error {
		_, err := c.sql.ExecContext(ctx, `INSERT INTO price_rules (version, holds_from) SELECT MAX(version) + 1, ? FROM price_rules`, from)
		return err
	}))
	return c.terminateRun(b)
}

// mendPrices takes broken prices out.
func (c *chaos) mendPrices() {
	c.noteError(c.ask(func(ctx context.Context) error {
		_, err := c.sql.ExecContext(ctx, `DELETE FROM price_rules WHERE NOT EXISTS (SELECT 1 FROM price_tiers t WHERE t.version = price_rules.version)`)
		return err
	}))
}

// takeFrom tells whether no prices hold from that very day on so far.
func (c *chaos) takeFrom(day string) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.pricedFrom[day] {
		return false
	}
	c.pricedFrom[day] = true
	return true
}
