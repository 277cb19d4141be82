package main

import (
	"context"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"

	"creatorpay/db"
	"creatorpay/settlement"
)

type feesCommand struct {
	List   feesListCommand   `cmd:"" default:"withargs" help:"List the versions of the fees and how many days used each."`
	Add    feesAddCommand    `cmd:"" help:"Add fees that hold from a day on that has not been run yet."`
	Extend feesExtendCommand `cmd:"" help:"Add fees to a version for methods that it has none for, also when days have used it."`
	Remove feesRemoveCommand `cmd:"" help:"Take fees back that hold from a day on, as long as no day has been run since."`
}

type feesListCommand struct{ readerFlags }

func (feesListCommand) Run(ctx context.Context, database *db.DB) error {
	return listRules(ctx, database.Fees, feesText)
}

func feesText(versions []db.RuleVersion[settlement.FeeRule]) string {
	out := newTable("Version", "Holds from", "Fee", "At a refund", "Days that used it")
	rightAligned(out, 1, 5)
	for _, version := range versions {
		rule := version.Rule
		atRefund := "given back"
		if rule.KeptAtRefund {
			atRefund = "kept"
		}
		for _, fee := range rule.Methods {
			out.AppendRow(table.Row{rule.Version, rule.HoldsFrom, fee, atRefund, version.Days})
		}
	}
	return rendered(out)
}

type feesAddCommand struct {
	ruleFlags
	Fees         methodFees `required:"" placeholder:"FEES" help:"Percentage of the amount and won on top, by the method of payment: card:3%+100,transfer:1.5%+200"`
	KeepAtRefund bool       `help:"Give nothing of a fee back when its payment is."`
}

func (c feesAddCommand) Run(ctx context.Context, database *db.DB) error {
	rule := settlement.FeeRule{HoldsFrom: c.From, Methods: c.Fees.MethodFees, KeptAtRefund: c.KeepAtRefund}
	return addRule(ctx, database.Fees, rule, c.ruleFlags)
}

type methodFees struct{ settlement.MethodFees }

// UnmarshalText reads fees as card:3%+100,transfer:1.5%+200.
func (f *methodFees) UnmarshalText(text []byte) (err error) {
	f.MethodFees, err = settlement.ParseFees(string(text))
	return err
}

type feesExtendCommand struct {
	databaseFlags
	Version int64      `required:"" help:"Number of the version."`
	Fees    methodFees `required:"" placeholder:"FEES" help:"Fees of the methods, in the form of starter fees add."`
	DryRun  bool       `help:"Only say what would be done."`
}

func (c feesExtendCommand) Run(ctx context.Context, database *db.DB) error {
	added, err := database.AddFeeMethods(ctx, c.Version, c.Fees.MethodFees, c.DryRun)
	if err != nil {
		return err
	}
	fmt.Printf("version %d: %s %s\n", c.Version, c.Fees, addition(added, c.DryRun))
	return nil
}

type feesRemoveCommand struct{ ruleFlags }

func (c feesRemoveCommand) Run(ctx context.Context, database *db.DB) error {
	return removeRule(ctx, database.Fees, c.ruleFlags)
}
