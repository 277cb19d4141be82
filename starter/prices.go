package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"

	"creatorpay/db"
	"creatorpay/settlement"
)

type pricesCommand struct {
	List   pricesListCommand   `cmd:"" default:"withargs" help:"List the versions of the prices and how many days used each."`
	Add    pricesAddCommand    `cmd:"" help:"Add prices that hold from a day on that has not been run yet."`
	Remove pricesRemoveCommand `cmd:"" help:"Take prices back that hold from a day on, as long as no day has been run since."`
}

type pricesListCommand struct{ databaseFlags }

func (c pricesListCommand) Run(ctx context.Context, database *db.DB) error {
	versions, err := database.PriceVersions(ctx)
	if err != nil {
		return err
	}
	fmt.Print(pricesText(versions))
	var problems []error
	for _, version := range versions {
		if version.Problem != "" {
			problems = append(problems, errors.New(version.Problem))
		}
	}
	return errors.Join(problems...)
}

func pricesText(versions []db.PriceVersion) string {
	out := newTable("Version", "Holds from", "Paid for", "From ordinal", "Won", "Days that used it")
	rightAligned(out, 1, 4, 5, 6)
	for _, version := range versions {
		for _, paid := range []struct {
			what  string
			tiers settlement.Tiers
		}{{"views", version.Views}, {"ad views", version.AdViews}} {
			for _, tier := range paid.tiers {
				out.AppendRow(table.Row{version.Version, version.HoldsFrom, paid.what, settlement.Number(tier.From), tier.Price, version.Days})
			}
		}
	}
	return rendered(out)
}

type pricesAddCommand struct {
	databaseFlags
	From    settlement.Day `required:"" placeholder:"DATE" help:"First day that is settled by these prices."`
	Views   tiers          `required:"" placeholder:"TIERS" help:"Won for each view, by the ordinal from which on it holds: 1:1,100000:1.1,500000:1.3"`
	AdViews tiers          `required:"" placeholder:"TIERS" help:"Won for each ad view, in the same form."`
	DryRun  bool           `help:"Only say what would be added."`
}

func (c pricesAddCommand) Run(ctx context.Context, database *db.DB) error {
	rule := settlement.PriceRule{HoldsFrom: c.From, Views: c.Views.Tiers, AdViews: c.AdViews.Tiers}
	stored, added, err := database.AddPriceRule(ctx, rule, c.DryRun)
	if err != nil {
		return err
	}
	done := "added"
	switch {
	case !added:
		done = "is there already"
	case c.DryRun:
		done = "would be added"
	}
	fmt.Printf("version %d %s: from %s on, views %s won, ad views %s won\n", stored.Version, done, stored.HoldsFrom, stored.Views, stored.AdViews)
	return nil
}

type tiers struct{ settlement.Tiers }

// UnmarshalText reads tiers as 1:1,100000:1.1.
func (t *tiers) UnmarshalText(text []byte) (err error) {
	t.Tiers, err = settlement.ParseTiers(string(text))
	return err
}

type pricesRemoveCommand struct {
	databaseFlags
	From   settlement.Day `required:"" placeholder:"DATE" help:"First day of the prices."`
	DryRun bool           `help:"Only say what would be removed."`
}

func (c pricesRemoveCommand) Run(ctx context.Context, database *db.DB) error {
	version, err := database.RemovePriceRule(ctx, c.From, c.DryRun)
	if err != nil {
		return err
	}
	done := "removed"
	if c.DryRun {
		done = "would be removed"
	}
	fmt.Printf("version %d %s: it held from %s on\n", version, done, c.From)
	return nil
}
