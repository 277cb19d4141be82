package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"creatorpay/db"
	"creatorpay/program/command"
	"creatorpay/settlement"
)

type partitionsCommand struct {
	List partitionsListCommand `cmd:"" default:"withargs" help:"List the days of the logs."`
	Add  partitionsAddCommand  `cmd:"" help:"Make room for days, and for those between them and the days that are there."`
	Drop partitionsDropCommand `cmd:"" help:"Say which old closed days would be dropped; drop them with --yes."`
	Trim partitionsTrimCommand `cmd:"" help:"Say which coming days would lose their room; remove them with --yes if they are empty."`
}

type partitionsListCommand struct{ readerFlags }

func (c partitionsListCommand) Run(ctx context.Context, database *db.DB) error {
	partitions, err := database.Partitions(ctx)
	if err != nil {
		return err
	}
	fmt.Print(partitionsText(partitions))
	return nil
}

func partitionsText(partitions []db.Partition) string {
	header := []string{"Day", "Partition", "Rows (about)", "MiB", "State"}
	if slices.ContainsFunc(partitions, func(partition db.Partition) bool { return partition.Payments != nil }) {
		header = append(header, "Payments (about)", "MiB")
	}
	out := newTable(header...)
	for _, partition := range partitions {
		state := "open"
		if partition.Closed {
			state = "closed"
		}
		row := table.Row{partition.Day, partition.Name(), settlement.Number(partition.Rows), partition.Bytes >> 20, state}
		if payments := partition.Payments; payments != nil {
			row = append(row, settlement.Number(payments.Rows), payments.Bytes>>20)
		}
		out.AppendRow(row)
	}
	return rendered(out)
}

// maxDaysAhead is more than anybody needs, and keeps a mistyped year from filling
// the log with empty days.
const maxDaysAhead = 366

type partitionsAddCommand struct {
	databaseFlags
	From settlement.Day `required:"" placeholder:"DATE" help:"First day."`
	To   settlement.Day `required:"" placeholder:"DATE" help:"Last day."`

	Payments bool `help:"Make room in the payments log, too, also where it never had any."`
}

// AfterApply refuses a range that ends before it begins.
func (c partitionsAddCommand) AfterApply() error {
	if c.To < c.From {
		return fmt.Errorf("--to %s comes before --from %s", c.To, c.From)
	}
	return nil
}

func (c partitionsAddCommand) Run(ctx context.Context, database *db.DB) error {
	calendar, err := database.Calendar(ctx)
	if err != nil {
		return err
	}
	if last := calendar.Day(time.Now()) + maxDaysAhead; c.To > last {
		return fmt.Errorf("--to %s is more than %d days ahead (%s, by this machine's clock): is the date wrong?", c.To, maxDaysAhead, last)
	}
	if c.Payments {
		if err := database.AddPaymentPartitions(ctx, c.From, c.To); err != nil {
			return err
		}
		fmt.Printf("both logs have room from %s to %s\n", c.From, c.To)
		return nil
	}
	added, err := database.AddPartitions(ctx, c.From, c.To)
	if err != nil {
		return err
	}
	fmt.Printf("%s added\n", settlement.Count(len(added), "day"))
	return nil
}

type partitionsDropCommand struct {
	databaseFlags
	OlderThanDays int  `required:"" placeholder:"N" help:"Drop days that ended more than so many days ago."`
	NeverSettled  bool `help:"Drop days before the first settled one, too, that have views or payments, which nobody has counted."`
	Yes           bool `help:"Drop them; without it they are only named."`
}

// AfterApply refuses days that no calendar has.
func (c partitionsDropCommand) AfterApply() error {
	if c.OlderThanDays < 1 || c.OlderThanDays > int(settlement.LastDay-settlement.FirstDay) {
		return fmt.Errorf("--older-than-days is %d: choose 1 to %d", c.OlderThanDays, settlement.LastDay-settlement.FirstDay)
	}
	return nil
}

func (c partitionsDropCommand) Run(ctx context.Context, database *db.DB) error {
	calendar, err := database.Calendar(ctx)
	if err != nil {
		return err
	}
	before := calendar.Day(time.Now()) - settlement.Day(c.OlderThanDays)
	days := 0
	kept, err := database.EachDroppable(ctx, before, c.NeverSettled, func(day db.Droppable) error {
		if c.Yes {
			if err := database.Drop(ctx, day); err != nil {
				return err
			}
		}
		days++
		fmt.Printf("%s  %s\n", day.Day, settlement.Count(day.AllRows(), "row"))
		return nil
	})
	if kept != nil {
		fmt.Fprintln(os.Stderr, command.Explain(kept))
	}
	switch {
	case days == 0 && err == nil:
		fmt.Printf("no closed day before %s to drop\n", before)
	case c.Yes:
		fmt.Printf("%s dropped\n", settlement.Count(days, "day"))
	case err == nil:
		fmt.Fprintf(os.Stderr, "%s would be dropped, which verify could not recompute any more; add --yes to drop what is listed\n", settlement.Count(days, "day"))
	}
	return err
}

type partitionsTrimCommand struct {
	databaseFlags
	After settlement.Day `required:"" placeholder:"DATE" help:"Last day that keeps its room."`
	Yes   bool           `help:"Remove them if they are all empty; without it they are only named."`
}

func (c partitionsTrimCommand) Run(ctx context.Context, database *db.DB) error {
	calendar, err := database.Calendar(ctx)
	if err != nil {
		return err
	}
	if today := calendar.Day(time.Now()); c.After <= today {
		return fmt.Errorf("--after %s would leave the platform no room: it must come after today, %s", c.After, today)
	}
	days, err := database.Log.DaysAfter(ctx, c.After)
	if err != nil {
		return err
	}
	switch {
	case len(days) == 0:
		fmt.Printf("the logs have no day after %s\n", c.After)
	case !c.Yes:
		fmt.Fprintf(os.Stderr, "%s, %s to %s, would be removed if they are empty; add --yes to remove them\n", settlement.Count(len(days), "day"), days[0], days[len(days)-1])
	default:
		if err := database.RemoveEmptyDays(ctx, c.After); err != nil {
			return err
		}
		fmt.Printf("%s removed\n", settlement.Count(len(days), "day"))
	}
	return nil
}
