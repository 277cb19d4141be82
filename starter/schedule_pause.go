package main

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"creatorpay/db"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

type schedulePauseCommand struct {
	temporalFlags
	// Room is made for the platform, whose plays wait for nobody: that is paused
	// only by name.
	Kind []string `enum:"daily,weekly,monthly,partitions" default:"daily,weekly,monthly" help:"daily, weekly, monthly or partitions (room in the watch log); all but partitions if not given."`
	Note string   `required:"" help:"Why, for whoever looks at the schedule next."`
}

func (c schedulePauseCommand) Run(ctx context.Context) error {
	return c.each(ctx, schedulesFlag{Kind: c.Kind}, "paused: "+c.Note, func(handle client.ScheduleHandle) error {
		return handle.Pause(ctx, client.SchedulePauseOptions{Note: c.Note})
	})
}

type scheduleDeleteCommand struct {
	temporalFlags
	schedulesFlag
	Yes bool `help:"Delete them; without it they are only named."`
}

func (c scheduleDeleteCommand) Run(ctx context.Context) error {
	if !c.Yes {
		for _, schedule := range c.schedules() {
			fmt.Println(schedule.ID)
		}
		return fmt.Errorf("these schedules would be deleted, with their notes and what they have buffered; add --yes to delete them")
	}
	return c.each(ctx, c.schedulesFlag, "deleted", func(handle client.ScheduleHandle) error { return handle.Delete(ctx) })
}

// each does something to every chosen schedule and says so.
func (f temporalFlags) each(ctx context.Context, chosen schedulesFlag, done string, do func(client.ScheduleHandle) error) error {
	temporal, err := f.connect(ctx)
	if err != nil {
		return err
	}
	defer temporal.Close()
	for _, schedule := range chosen.schedules() {
		if err := do(temporal.ScheduleClient().GetHandle(ctx, schedule.ID)); err != nil {
			return explainSchedule(schedule.ID, err)
		}
		fmt.Println(schedule.ID, done)
	}
	return nil
}

type scheduleResumeCommand struct {
	databaseFlags
	temporalFlags
	schedulesFlag
	Note     string `default:"resumed" help:"What to tell whoever looks at the schedule next."`
	Backfill bool   `help:"Run the periods that were missed, in order, and wait for them."`
}

func (c scheduleResumeCommand) Run(ctx context.Context) error {
	database, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = database.Close() }()
	if err := c.each(ctx, c.schedulesFlag, "resumed", func(handle client.ScheduleHandle) error {
		return handle.Unpause(ctx, client.ScheduleUnpauseOptions{Note: c.Note})
	}); err != nil {
		return err
	}
	// Temporal drops what was due while a schedule was paused, and what its
	// buffer held then. The book of runs knows what is missing.
	for _, schedule := range c.schedules() {
		if !schedule.Launches() {
			continue
		}
		missed, err := due(ctx, database, schedule)
		if err != nil {
			return err
		}
		if len(missed) == 0 {
			continue
		}
		printOpen(missed)
		if c.Backfill {
			backfill := backfill{databaseFlags: c.databaseFlags, temporalFlags: c.temporalFlags}
			if err := backfill.run(ctx, missed[0].Period, missed[len(missed)-1].Period); err != nil {
				return err
			}
		}
	}
	return nil
}

// due are the periods that the schedule was to launch by now and that are not
// closed.
func due(ctx context.Context, database *db.DB, schedule workflows.Schedule) ([]db.OpenPeriod, error) {
	calendar, err := database.Calendar(ctx)
	if err != nil {
		return nil, err
	}
	last, err := schedule.LastDue(calendar, time.Now())
	if err != nil {
		return nil, err
	}
	return gaps(ctx, database, last)
}

// parsePeriod reads a period of the kind: its name, or any day in it.
func parsePeriod(kind settlement.Kind, text string) (settlement.Period, error) {
	if day, err := settlement.ParseDay(text); err == nil {
		return settlement.PeriodOf(kind, day)
	}
	switch kind {
	case settlement.Weekly:
		return settlement.ParseWeek(text)
	case settlement.Monthly:
		return settlement.ParseMonth(text)
	default:
		_, err := settlement.ParseDay(text)
		return settlement.Period{}, err
	}
}
