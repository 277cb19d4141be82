package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"creatorpay/db"
	"creatorpay/db/audit"
	"creatorpay/program/command"
	"creatorpay/settlement"
)

type auditCommand struct {
	readerFlags
	From      settlement.Day `required:"" placeholder:"DATE" help:"The first day."`
	To        settlement.Day `required:"" placeholder:"DATE" help:"The last day. Weeks and months that have a day in the range are audited as a whole."`
	Checksums bool           `default:"true" negatable:"" help:"Read every row of the logs, which takes some 1.5 s of CPU time for a million; without, they are counted only: changed rows, and payments that were settled wrongly, are not found then."`
}

// AfterApply refuses a range that ends before it begins.
func (c auditCommand) AfterApply() error {
	if c.To < c.From {
		return fmt.Errorf("%s comes before %s: --to is the last day", c.To, c.From)
	}
	return nil
}

func (c auditCommand) Run(ctx context.Context, database *db.DB) error {
	results, err := audit.Run(ctx, database, c.From, c.To, c.Checksums)
	if err != nil {
		return err
	}
	text, broken := auditText(results)
	fmt.Print(text)
	if broken > 0 {
		return fmt.Errorf("%s to %s: %s broken", c.From, c.To, settlement.Count(broken, "invariant"))
	}
	return nil
}

// meaningWidth keeps the table within a terminal.
const meaningWidth = 70

// auditText shows every invariant and the rows for which one does not hold, and counts
// the broken ones.
func auditText(results []audit.Result) (all string, broken int) {
	out := newTable("Invariant", "What it means", "Result", "Took")
	out.SetColumnConfigs([]table.ColumnConfig{
		{Number: 2, WidthMax: meaningWidth, WidthMaxEnforcer: text.WrapSoft},
		{Number: 4, Align: text.AlignRight, AlignHeader: text.AlignRight},
	})
	var notes, findings strings.Builder
	for _, result := range results {
		found := "holds"
		if count := len(result.Findings) + result.More; count > 0 {
			found = fmt.Sprintf("%d broken", count)
			broken++
			findings.WriteString(findingsText(result))
		}
		for _, note := range result.Notes {
			notes.WriteString(note + "\n")
		}
		out.AppendRow(table.Row{result.Name, result.Meaning, found, result.Took.Round(time.Millisecond)})
	}
	return rendered(out) + notes.String() + findings.String(), broken
}

func findingsText(result audit.Result) string {
	var text strings.Builder
	fmt.Fprintf(&text, "\n%s: %s\n", result.Name, result.Meaning)
	for _, finding := range result.Findings {
		fmt.Fprintf(&text, "  %s: %s\n", finding.Where, finding.Problem)
	}
	if result.More > 0 {
		fmt.Fprintf(&text, "  and %d more\n", result.More)
	}
	fmt.Fprintf(&text, "  What to do: %s.\n", result.Remedy)
	// The last day of the period is closed; the first may lie before the first of all.
	period := result.Findings[0].Period
	day := period.End() - 1
	switch result.Subject {
	case audit.Figures:
		fmt.Fprintf(&text, "  To recompute a day and compare it: %s\n", command.Verify(day))
	case audit.Logs:
		fmt.Fprintf(&text, "  To recompute a day and compare it: %s\n", command.Verify(day))
		fmt.Fprintf(&text, "  To put its rows back: %s\n", command.RestoreRows(day))
	case audit.DroppedDays:
		fmt.Fprintf(&text, "  To move rows into a file: %s\n", command.TakeRows)
		fmt.Fprintf(&text, "  To move payment rows into a file: %s\n", command.TakePayments)
	case audit.Mails:
		fmt.Fprintf(&text, "  To see a week's mails: %s\n", command.MailStatus(period))
	case audit.Book:
	}
	return text.String()
}
