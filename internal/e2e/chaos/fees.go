package chaos

import (
	"cmp"
	"slices"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
	"creatorpay/internal/faultproxy"
	"creatorpay/settlement"
)

// addLaterFees adds fees that hold from a later day on, with the real command.
func (c *Rig) addLaterFees(in Injection) (faultproxy.Fault, bool) {
	fees := oracle.Fees{
		From: (in.period.End() + settlement.Day(in.random.IntN(3))).String(),
		Fees: []oracle.Fee{
			{Method: "card", Percent: rig.Pick(in.random, "3.33", "0"), Won: in.random.Int64N(200)},
			{Method: "transfer", Percent: "0.01", Won: in.random.Int64N(2)},
			{Method: "mobile", Percent: rig.Pick(in.random, "100", "12.5")},
		},
		Kept: in.random.IntN(3) == 0,
	}
	if !c.takeFrom(c.feesFrom, fees.From) {
		return faultproxy.None, true // there are some from that day on
	}
	args := []string{"fees", "add", "--from", fees.From, "--fees", rig.FeeFlag(fees.Fees)}
	if fees.Kept {
		args = append(args, "--keep-at-refund")
	}
	c.servers.RLock()
	defer c.servers.RUnlock()
	added := c.command(args...)
	c.reportIf(added.Code != 0, "fees from %s were not added: %s", fees.From, added.Stderr)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.plan.platform.Fees = append(c.plan.platform.Fees, fees)
	slices.SortFunc(c.plan.platform.Fees, func(a, b oracle.Fees) int { return cmp.Compare(a.From, b.From) })
	return faultproxy.None, true
}
