package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/schollz/progressbar/v3"

	"creatorpay/db"
	"creatorpay/internal/generate"
	"creatorpay/program/control"
	"creatorpay/settlement"
)

type generateCommand struct {
	databaseFlags
	generateFlags
	Files string `type:"path" placeholder:"DIR" help:"Write import files to this folder instead of storing anything; the database only tells the time zone."`
}

// generateFlags say what to make up.
type generateFlags struct {
	From           settlement.Day `default:"2024-05-06" placeholder:"DATE" help:"First day."`
	Days           int            `default:"7" help:"How many days."`
	ViewsPerDay    int64          `default:"100000" help:"Views a day, exactly."`
	PaymentsPerDay int64          `default:"0" help:"Payments that begin on a day, exactly, of which some have further rows: completions, refunds and repeats, also on later days."`
	Videos         int            `default:"1000" help:"How many videos."`
	Creators       int            `default:"100" help:"How many creators."`
	Seed           uint64         `default:"1" help:"Other seeds give other data."`
	Skew           generate.Skew  `default:"natural" enum:"natural,flat,one-hit" help:"How views and payments are spread over videos: as in real life, evenly, or half of them on one video (natural, flat, one-hit)."`
}

func (c generateCommand) Run(ctx context.Context, database *db.DB) error {
	if c.Files != "" {
		return c.writeFiles(ctx, database)
	}
	return c.generate(ctx, database)
}

func (c generateCommand) writeFiles(ctx context.Context, database *db.DB) error {
	calendar, err := database.Calendar(ctx)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Files, 0o750); err != nil {
		return err
	}
	days, err := generate.WriteFiles(ctx, c.Files, c.options(), calendar)
	if err != nil {
		return err
	}
	fmt.Print(plantedText(days))
	return nil
}

// AfterApply refuses what cannot be made up.
func (f generateFlags) AfterApply() error { return f.options().Validate() }

func (f generateFlags) options() generate.Options {
	return generate.Options{
		From: f.From, Days: f.Days, ViewsPerDay: f.ViewsPerDay, PaymentsPerDay: f.PaymentsPerDay,
		Videos: f.Videos, Creators: f.Creators, Seed: f.Seed, Skew: f.Skew,
	}
}

// generate stores the made-up days and says what it planted.
func (f generateFlags) generate(ctx context.Context, database *db.DB) error {
	options := f.options()
	started := time.Now()
	calendar, err := database.Calendar(ctx)
	if err != nil {
		return err
	}
	if err := calendar.CheckNotAhead(f.From+settlement.Day(f.Days)-1, started); err != nil {
		return fmt.Errorf("the last day: %w", err)
	}
	report, err := generate.Run(ctx, database, options, showGenerated(int64(f.Days)*(f.ViewsPerDay+f.PaymentsPerDay)))
	if err != nil {
		return err
	}
	fmt.Print(plantedText(report.Days))
	stored := settlement.Number(report.Added) + " new views"
	if f.PaymentsPerDay > 0 {
		stored += " and " + settlement.Number(report.AddedPayments) + " new rows of payments"
	}
	fmt.Printf("%s stored in %s\n", stored, tenths(time.Since(started)))
	return nil
}

// plantedText says what is in the made-up days, for the runs to find.
func plantedText(days []generate.Day) string {
	out := newTable("Day", "Rows", "Views", "Self", "Repeat", "Chains", "29.999 s", "Same start", "Over midnight", "Anonymous")
	rightAligned(out, 2, 3, 4, 5, 6, 7, 8, 9, 10)
	for _, day := range days {
		out.AppendRow(table.Row{
			day.Day, settlement.Number(day.Expected.Rows()), settlement.Number(day.Expected.Views), settlement.Number(day.Expected.SelfViews), settlement.Number(day.Expected.RepeatViews),
			settlement.Number(day.Repeats.Chain), settlement.Number(day.Repeats.JustBefore), settlement.Number(day.Repeats.SameStart), settlement.Number(day.Repeats.Midnight),
			settlement.Number(day.Anonymous),
		})
	}
	return "planted, and to be found again by the runs:\n" + rendered(out) + salesText(days)
}

// salesText says what payments the made-up days have, before fees; nothing if they
// have none.
func salesText(days []generate.Day) string {
	out := newTable("Day", "Payment rows", "Payments", "Refunds", "Pending", "Cancelled", "Repeat", "Gross", "In parts", "Later: paid", "refunded", "repeated")
	rightAligned(out, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
	for _, day := range days {
		sales, found := day.Sales, day.Sales.Expected
		if found.Rows() == 0 {
			continue
		}
		out.AppendRow(table.Row{
			day.Day, settlement.Number(found.Rows()), settlement.Number(found.Payments), settlement.Number(found.Refunds),
			settlement.Number(found.Pending), settlement.Number(found.Cancelled), settlement.Number(found.Repeats), found.Gross,
			settlement.Number(sales.InParts), settlement.Number(sales.PaidLater), settlement.Number(sales.RefundedLater), settlement.Number(sales.RepeatedLater),
		})
	}
	return filled(out)
}

// showGenerated shows the progress on a terminal. The further rows of payments are
// not in the total.
func showGenerated(total int64) func(int64) {
	if !onTerminal() {
		return nil
	}
	bar := progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(os.Stderr),
		progressbar.OptionSetWidth(30),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("rows"),
		progressbar.OptionThrottle(control.Refresh),
		progressbar.OptionOnCompletion(func() { fmt.Fprintln(os.Stderr) }),
	)
	return func(rows int64) { _ = bar.Set64(min(rows, total)) }
}
