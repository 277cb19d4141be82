package main

import (
	"context"
	"io"
	"os"

	"creatorpay/db"
	"creatorpay/engine/export"
	"creatorpay/settlement"
)

type exportCommand struct {
	readerFlags
	What   export.What     `arg:"" enum:"statistics,settlement,adjustments,payments,payment-adjustments,payouts,top5" help:"statistics, settlement, adjustments, payments, payment-adjustments, payouts (weekly) or top5."`
	Period settlement.Kind `required:"" enum:"daily,weekly,monthly" help:"daily, weekly or monthly."`
	Date   settlement.Day  `required:"" placeholder:"DATE" help:"The day, or any day of the week or month."`
	Format export.Format   `enum:"csv,json" default:"csv" help:"csv or json."`
	Output string          `short:"o" type:"path" placeholder:"FILE" default:"-" help:"Write to this file; - is standard output."`
}

// Validate refuses an export that periods of the kind do not have.
func (c exportCommand) Validate() error { return c.What.Check(c.Period) }

func (c exportCommand) Run(ctx context.Context, database *db.DB) error {
	period, err := settlement.PeriodOf(c.Period, c.Date)
	if err != nil {
		return err
	}
	if _, err := database.ClosedRun(ctx, period); err != nil {
		return err
	}
	write := func(to io.Writer) error { return export.Write(ctx, to, database, c.What, period, c.Format) }
	if c.Output == "-" {
		return spool(os.Stdout, write)
	}
	return writeFile(c.Output, write)
}
