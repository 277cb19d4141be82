package audit

import (
	"context"
	"slices"

	"creatorpay/db"
	"creatorpay/settlement"
)

var feesInvariant = Invariant{
	Name:    "fees",
	Meaning: "each day with payments has the fees by which they were settled (R14)",
	Remedy:  "fees were removed by hand: put fee_rules and fee_methods back from a backup; new fees are a new version",
	check: func(_ context.Context, a *audit) error {
		for _, run := range a.runs[settlement.Daily] {
			if _, usable := a.feesOf(run); usable {
				continue
			}
			switch {
			case run.FeeRule != 0:
				a.found(run.Period(), "", "fee rule %d, which its run used, is missing or no day could be settled by it", run.FeeRule)
			case run.PaymentFigures.Rows() > 0:
				a.found(run.Period(), "", "has payments, but no fees hold on it")
			}
		}
		return nil
	},
}

// readFees reads the versions that can be used.
func (c *closedBooks) readFees(ctx context.Context) error {
	versions, err := c.db.Fees.Versions(ctx)
	for _, version := range versions {
		if version.Problem == "" {
			c.fees = append(c.fees, version.Rule)
		}
	}
	return err
}

// feesOf is the rule by which the day's payments were settled: that of its run or,
// where there were none when it began, the one that holds on it.
func (c *closedBooks) feesOf(run db.Run) (rule settlement.FeeRule, usable bool) {
	for _, rule := range slices.Backward(c.fees) {
		if rule.Version == run.FeeRule || run.FeeRule == 0 && rule.HoldsFrom <= run.StartsOn {
			return rule, true
		}
	}
	return rule, false
}

// feesOn is the rule by which payments of the closed day are settled, on whatever day.
func (c *closedBooks) feesOn(day settlement.Day) (rule settlement.FeeRule, usable bool) {
	at, closed := slices.BinarySearchFunc(c.allDays, day, func(run db.Run, day settlement.Day) int { return int(run.StartsOn - day) })
	if !closed {
		return rule, false
	}
	return c.feesOf(c.allDays[at])
}
