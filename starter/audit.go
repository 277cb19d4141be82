package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"creatorpay/db"
	"creatorpay/settlement"
)

type auditCommand struct {
	databaseFlags
	From      settlement.Day `required:"" placeholder:"DATE" help:"The first day."`
	To        settlement.Day `required:"" placeholder:"DATE" help:"The last day. Weeks and months that have a day in the range are audited as a whole."`
	Checksums bool           `default:"true" negatable:"" help:"Read every row of the watch log, which takes some 1.5 s of CPU time for a million; without, they are counted only, and changed rows are not found."`
}

func (c auditCommand) Run(ctx context.Context) error {
	if c.To < c.From {
		return fmt.Errorf("%s comes before %s: --to is the last day", c.To, c.From)
	}
	database, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = database.Close() }()
	return c.print(ctx, database)
}

// meaningWidth keeps the table within a terminal.
const meaningWidth = 70

// print prints every invariant and the rows for which one does not hold;
// any is an error.
func (c auditCommand) print(ctx context.Context, database *db.DB) error {
	var broken []db.Audited
	var notes []string
	out := newTable("Invariant", "What it means", "Result", "Took")
	out.SetColumnConfigs([]table.ColumnConfig{
		{Number: 2, WidthMax: meaningWidth, WidthMaxEnforcer: text.WrapSoft},
		{Number: 4, Align: text.AlignRight, AlignHeader: text.AlignRight},
	})
	results, err := database.Audit(ctx, c.From, c.To, c.Checksums)
	if err != nil {
		return err
	}
	for _, result := range results {
		found := "holds"
		if count := len(result.Findings) + result.More; count > 0 {
			found = fmt.Sprintf("%d broken", count)
			broken = append(broken, result)
		}
		notes = append(notes, result.Notes...)
		out.AppendRow([]any{result.Name, result.Meaning, found, result.Took.Round(time.Millisecond)})
	}
	out.Render()
	for _, note := range notes {
		fmt.Println(note)
	}
	for _, result := range broken {
		printFindings(result)
	}
	if len(broken) > 0 {
		return fmt.Errorf("%s to %s: %s broken", c.From, c.To, settlement.Count(len(broken), "invariant"))
	}
	return nil
}

func printFindings(result db.Audited) {
	fmt.Printf("\n%s: %s\n", result.Name, result.Meaning)
	for _, finding := range result.Findings {
		fmt.Printf("  %s: %s\n", finding.Where, finding.Problem)
	}
	if result.More > 0 {
		fmt.Printf("  and %d more\n", result.More)
	}
	fmt.Printf("  What to do: %s.\n", result.Remedy)
}
