package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"creatorpay/db"
	"creatorpay/program/command"
	"creatorpay/program/control"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

type scheduleTriggerCommand struct {
	Kind  settlement.Kind `required:"" enum:"daily,weekly,monthly" help:"daily, weekly or monthly."`
	Date  string          `xor:"period" required:"" placeholder:"DATE" help:"The day, or any day of the week or month."`
	Week  string          `xor:"period" required:"" placeholder:"WEEK" help:"The week, as 2024-W19."`
	Month string          `xor:"period" required:"" placeholder:"MONTH" help:"The month, as 2024-05."`
	launchFlags
}

func (c scheduleTriggerCommand) periods() (periods control.Range, err error) {
	periods.First, err = parsePeriod(c.Kind, c.Date+c.Week+c.Month) // one of them is given
	periods.Last = periods.First
	return periods, err
}

// AfterApply refuses what is no period of the kind.
func (c scheduleTriggerCommand) AfterApply() error { return validRange(c.periods()) }

func (c scheduleTriggerCommand) Run(ctx context.Context, database *db.DB, temporal *control.Server) error {
	periods, err := c.periods()
	if err != nil {
		return err
	}
	return c.launch(ctx, database, temporal, periods)
}

type scheduleBackfillCommand struct {
	kindFlag
	From string `required:"" placeholder:"PERIOD" help:"First period: 2024-05-09, 2024-W19 or 2024-05, or any day in it."`
	To   string `required:"" placeholder:"PERIOD" help:"Last period."`
	launchFlags
}

func (c scheduleBackfillCommand) periods() (periods control.Range, err error) {
	if periods.First, err = parsePeriod(c.Kind, c.From); err != nil {
		return periods, fmt.Errorf("--from: %w", err)
	}
	if periods.Last, err = parsePeriod(c.Kind, c.To); err != nil {
		return periods, fmt.Errorf("--to: %w", err)
	}
	return periods, nil
}

// AfterApply refuses what is no range of periods of the kind.
func (c scheduleBackfillCommand) AfterApply() error { return validRange(c.periods()) }

func (c scheduleBackfillCommand) Run(ctx context.Context, database *db.DB, temporal *control.Server) error {
	periods, err := c.periods()
	if err != nil {
		return err
	}
	return c.launch(ctx, database, temporal, periods)
}

func validRange(periods control.Range, err error) error {
	if err != nil {
		return err
	}
	return periods.Validate()
}

// launchFlags are those of a launch of periods.
type launchFlags struct {
	servers
	NoWait bool `help:"Hand it over to Temporal and return."`
}

// launch launches the open periods of the range and waits for them.
func (f launchFlags) launch(ctx context.Context, database *db.DB, temporal *control.Server, periods control.Range) error {
	calendar, err := database.Calendar(ctx)
	if err != nil {
		return err
	}
	if err := periods.CheckOver(calendar, time.Now()); err != nil {
		return err
	}
	open, err := periods.Open(ctx, database)
	if err != nil {
		return err
	}
	closed, err := periods.Closed(open)
	if err != nil {
		return err
	}
	for _, part := range closed {
		fmt.Printf("%s closed already\n", part)
	}
	if len(open) == 0 {
		return nil
	}
	waitsFor, err := control.CheckFirst(ctx, database, open[0].Period, time.Now())
	if err != nil {
		return err
	}
	if waitsFor != nil {
		fmt.Fprintf(os.Stderr, "%s waits: %s\n", open[0].Period, command.Explain(waitsFor))
	}
	run, err := temporal.Launch(ctx, periods)
	if err != nil {
		return err
	}
	announce(ctx, temporal, run)
	if f.NoWait {
		return nil
	}
	var said workflows.LaunchProgress
	result := control.Follow(ctx, run, nil, func() {
		if now, err := temporal.LaunchProgress(ctx, run.GetID()); err == nil {
			fmt.Fprint(os.Stderr, launchText(temporal, said, now))
			said = now
		}
	})
	if ctx.Err() != nil {
		return fmt.Errorf("stopped watching; it goes on: follow it at %s", temporal.Link(run.GetID(), run.GetRunID()))
	}
	if open, err = periods.Open(ctx, database); err != nil {
		return err
	}
	fmt.Print(openText(open))
	if err := periods.Launched(open, result); err != nil {
		return err
	}
	fmt.Printf("%s closed, no gap\n", periods)
	return nil
}

// launchText says which period runs and which has failed, as far as that was not said.
func launchText(temporal *control.Server, said, now workflows.LaunchProgress) string {
	var text strings.Builder
	for _, failed := range now.Failed[min(len(said.Failed), len(now.Failed)):] {
		fmt.Fprintf(&text, "%s failed: %s\n  %s\n", failed.Period, failed.Cause, temporal.Link(workflows.ID(failed.Period), ""))
		if !failed.AfterClose {
			text.WriteString("  what needs it waits and goes on when it is closed\n")
		}
	}
	if now.Running != nil && (said.Running == nil || *said.Running != *now.Running) {
		done := now.Closed + len(now.Failed)
		fmt.Fprintf(&text, "%d of %d: %s\n", done+1, done+now.Left, now.Running)
	}
	return text.String()
}

// openText writes the open periods of a kind as ranges that are in the same
// state, and how to close them. They must be in order.
func openText(open []db.OpenPeriod) string {
	if len(open) == 0 {
		return ""
	}
	first, last := open[0], open[len(open)-1]
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %s not closed\n", first.Kind, settlement.Count(len(open), "period"))
	for i := 0; i < len(open); {
		next := i + 1
		for next < len(open) && open[next].State == open[i].State && open[next].Start == open[next-1].End() {
			next++
		}
		state := string(open[i].State)
		if open[i].State == settlement.NeverRun {
			state = "never run"
		}
		fmt.Fprintf(&text, "  %s: %s\n", settlement.Span(open[i].Period, open[next-1].Period), state)
		i = next
	}
	fmt.Fprintf(&text, "  run them in order: %s\n", command.Backfill(first.Period, last.Period))
	if first.Kind == settlement.Weekly {
		fmt.Fprintf(&text, "  which mails their statements; without mails, one by one: %s --no-mail\n", command.Run(first.Period))
	}
	return text.String()
}
