package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"creatorpay/db"
	"creatorpay/settlement"
)

type partitionsCommand struct {
	List partitionsListCommand `cmd:"" default:"withargs" help:"List the days of the watch log."`
	Add  partitionsAddCommand  `cmd:"" help:"Make room for days, and for those between them and the days that are there."`
	Drop partitionsDropCommand `cmd:"" help:"Say which old closed days would be dropped; drop them with --yes."`
}

type partitionsListCommand struct{ databaseFlags }

func (c partitionsListCommand) Run(ctx context.Context) error {
	database, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = database.Close() }()
	partitions, err := database.Partitions(ctx)
	if err != nil {
		return err
	}
	out := newTable("Day", "Partition", "Rows (about)", "MiB", "State")
	for _, partition := range partitions {
		state := "open"
		if partition.Closed {
			state = "closed"
		}
		out.AppendRow(table.Row{partition.Day, partition.Name(), thousands(partition.Rows), partition.Bytes >> 20, state})
	}
	out.Render()
	return nil
}

type partitionsAddCommand struct {
	databaseFlags
	From settlement.Day `required:"" placeholder:"DATE" help:"First day."`
	To   settlement.Day `required:"" placeholder:"DATE" help:"Last day."`
}

func (c partitionsAddCommand) Run(ctx context.Context) error {
	if c.To < c.From {
		return fmt.Errorf("--to %s comes before --from %s", c.To, c.From)
	}
	database, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = database.Close() }()
	added, err := database.AddPartitions(ctx, c.From, c.To)
	if err != nil {
		return err
	}
	fmt.Printf("%d days added\n", len(added))
	return nil
}

type partitionsDropCommand struct {
	databaseFlags
	OlderThanDays int  `required:"" placeholder:"N" help:"Drop days that ended more than so many days ago."`
	Yes           bool `help:"Drop them; without it they are only named."`
}

func (c partitionsDropCommand) Run(ctx context.Context) error {
	if c.OlderThanDays < 1 || c.OlderThanDays > int(settlement.LastDay-settlement.FirstDay) {
		return fmt.Errorf("--older-than-days is %d: choose 1 to %d", c.OlderThanDays, settlement.LastDay-settlement.FirstDay)
	}
	database, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = database.Close() }()
	calendar, err := database.Calendar(ctx)
	if err != nil {
		return err
	}
	before := calendar.Day(time.Now()) - settlement.Day(c.OlderThanDays)
	old, unposted, err := database.DroppablePartitions(ctx, before)
	if err != nil {
		return err
	}
	if unposted != nil {
		if err := printUnposted(ctx, database, unposted); err != nil {
			return err
		}
	}
	if len(old) == 0 {
		fmt.Printf("no closed day before %s to drop\n", before)
		return nil
	}
	for _, partition := range old {
		fmt.Printf("%s  %s rows\n", partition.Day, thousands(partition.Rows))
	}
	if !c.Yes {
		fmt.Fprintf(os.Stderr, "these %d days would be dropped, and verify could not recompute them any more; add --yes to drop them\n", len(old))
		return nil
	}
	if err := database.DropPartitions(ctx, old); err != nil {
		return err
	}
	fmt.Printf("%d days dropped\n", len(old))
	return nil
}

// printUnposted says why days are kept that are old enough to be dropped.
func printUnposted(ctx context.Context, database *db.DB, unposted *db.Unposted) error {
	posting, err := database.NextToLookBack(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%s has %s that came late and that no day has posted: it is kept, with the day before it and all days after it; start the workers with LOOK_BACK_DAYS=%d for the next daily run, which then posts them, and drop again\n",
		unposted.Day, plural(unposted.Rows, "row"), posting-unposted.Day)
	return nil
}
