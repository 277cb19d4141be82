package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"creatorpay/db"
	"creatorpay/settlement"
)

type migrateCommand struct {
	databaseFlags
	TimeZone string `env:"BUSINESS_TIME_ZONE" help:"Business time zone of a new database (${time_zone} by default). The first migration fixes it; another one is refused."`
	MoveNode bool   `help:"On a Galera cluster: let all programs write through the node of this connection from now on. Only when none writes through the former one any more: it is down, or all programs are stopped."`
}

func (c migrateCommand) Run(ctx context.Context) error {
	given, err := settlement.NewCalendar(cmp.Or(c.TimeZone, settlement.DefaultTimeZone))
	if err != nil {
		return fmt.Errorf("--time-zone: %w", err)
	}
	database, err := db.Open(ctx, c.MySQLDSN, connections())
	if err != nil {
		return err
	}
	defer func() { _ = database.Close() }()
	if c.MoveNode {
		node, err := database.MoveToNode(ctx)
		if err != nil {
			return fmt.Errorf("--move-node: %w", err)
		}
		fmt.Printf("all programs write through node %s from now on\n", node)
	}
	calendar, err := c.calendar(ctx, database, given)
	if err != nil {
		return err
	}
	applied, err := database.Migrate(ctx, calendar)
	if err != nil {
		return err
	}
	if len(applied) == 0 {
		fmt.Println("the schema is up to date")
		return nil
	}
	fmt.Printf("applied %s; the schema is at version %d, business time zone %s\n",
		settlement.Count(len(applied), "migration"), applied[len(applied)-1], calendar.Zone())
	return nil
}

// calendar is that of the database, if none was asked for and it has one.
func (c migrateCommand) calendar(ctx context.Context, database *db.DB, given settlement.Calendar) (settlement.Calendar, error) {
	if c.TimeZone != "" {
		return given, nil
	}
	stored, err := database.Calendar(ctx)
	if errors.Is(err, settlement.ErrNotMigrated) {
		return given, nil
	}
	return stored, err
}
