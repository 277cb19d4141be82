package audit

import (
	"context"

	"creatorpay/settlement"
)

var amountsInvariant = Invariant{
	Name:    "amounts",
	Meaning: "each amount is the exact sum over its ordinals by the prices of its run, cut to whole won once (R4, R5)",
	Remedy:  "a settled line or a price was changed by hand: recompute the day to see what the line should be, and put back from a backup what was changed; new prices are a new version",
	Subject: Figures,
	check: func(ctx context.Context, a *audit) error {
		for _, run := range a.runs[settlement.Daily] {
			if _, usable := a.rules[run.PriceRule]; !usable {
				a.found(run.Period(), "", "price rule %d, which its run used, is missing or does not price every ordinal", run.PriceRule)
			}
		}
		return a.eachLine(ctx, settlement.Range{}, func(line line) {
			rule, usable := a.rules[a.days[line.Day].PriceRule]
			if !usable {
				return
			}
			a.amount(line, "video amount", rule.Views, line.OfViews(), line.VideoAmount)
			a.amount(line, "ad amount", rule.AdViews, line.OfAdViews(), line.AdAmount)
		})
	},
}

func (a *audit) amount(line line, what string, tiers settlement.Tiers, ordinals settlement.Ordinals, stored settlement.Won) {
	exact, err := tiers.Amount(ordinals)
	switch {
	case err != nil:
		a.found(settlement.DailyPeriod(line.Day), ofVideo(line.VideoID), "%s: %s", what, err)
	case exact != stored:
		a.found(settlement.DailyPeriod(line.Day), ofVideo(line.VideoID), "%s is %s, should be %s", what, stored, exact)
	}
}
