package main

import (
	"context"

	"github.com/jedib0t/go-pretty/v6/table"

	"creatorpay/db"
	"creatorpay/settlement"
)

type pricesCommand struct {
	List   pricesListCommand   `cmd:"" default:"withargs" help:"List the versions of the prices and how many days used each."`
	Add    pricesAddCommand    `cmd:"" help:"Add prices that hold from a day on that has not been run yet."`
	Remove pricesRemoveCommand `cmd:"" help:"Take prices back that hold from a day on, as long as no day has been run since."`
}

type pricesListCommand struct{ readerFlags }

func (pricesListCommand) Run(ctx context.Context, database *db.DB) error {
	return listRules(ctx, database.Prices, pricesText)
}

func pricesText(versions []db.RuleVersion[settlement.PriceRule]) string {
	out := newTable("Version", "Holds from", "Paid for", "From ordinal", "Won", "Days that used it")
	rightAligned(out, 1, 4, 5, 6)
	for _, version := range versions {
		rule := version.Rule
		for _, paid := range []struct {
			what  string
			tiers settlement.Tiers
		}{{"views", rule.Views}, {"ad views", rule.AdViews}} {
			for _, tier := range paid.tiers {
				out.AppendRow(table.Row{rule.Version, rule.HoldsFrom, paid.what, settlement.Number(tier.From), tier.Price, version.Days})
			}
		}
	}
	return rendered(out)
}

type pricesAddCommand struct {
	ruleFlags
	Views   tiers `required:"" placeholder:"TIERS" help:"Won for each view, by the ordinal from which on it holds: 1:1,100000:1.1,500000:1.3"`
	AdViews tiers `required:"" placeholder:"TIERS" help:"Won for each ad view, in the same form."`
}

func (c pricesAddCommand) Run(ctx context.Context, database *db.DB) error {
	rule := settlement.PriceRule{HoldsFrom: c.From, Views: c.Views.Tiers, AdViews: c.AdViews.Tiers}
	return addRule(ctx, database.Prices, rule, c.ruleFlags)
}

type tiers struct{ settlement.Tiers }

// UnmarshalText reads tiers as 1:1,100000:1.1.
func (t *tiers) UnmarshalText(text []byte) (err error) {
	t.Tiers, err = settlement.ParseTiers(string(text))
	return err
}

type pricesRemoveCommand struct{ ruleFlags }

func (c pricesRemoveCommand) Run(ctx context.Context, database *db.DB) error {
	return removeRule(ctx, database.Prices, c.ruleFlags)
}
