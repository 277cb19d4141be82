package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"creatorpay/db"
	"creatorpay/program/control"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

type scheduleCommand struct {
	Apply    scheduleApplyCommand    `cmd:"" help:"Create the schedules, or bring them to what they should be; show what differs."`
	List     scheduleListCommand     `cmd:"" help:"Show the schedules, their next and last runs, what failed, and gaps."`
	Pause    schedulePauseCommand    `cmd:"" help:"Launch no more periods; what runs goes on."`
	Resume   scheduleResumeCommand   `cmd:"" help:"Launch periods again, and say which were missed."`
	Trigger  scheduleTriggerCommand  `cmd:"" help:"Launch one period now."`
	Backfill scheduleBackfillCommand `cmd:"" help:"Launch all open periods of a range, one after the other."`
	Delete   scheduleDeleteCommand   `cmd:"" help:"Delete schedules; what runs goes on."`
}

// kindFlag chooses one schedule.
type kindFlag struct {
	Kind settlement.Kind `required:"" enum:"daily,weekly,monthly" help:"daily, weekly or monthly."`
}

// schedulesFlag chooses schedules.
type schedulesFlag struct {
	Kind []string `enum:"daily,weekly,monthly,partitions" help:"daily, weekly, monthly or partitions (room in the logs); all if not given."`
}

// chosen are the schedules of the kinds, all if there are none.
func chosen(kinds []string) (schedules []workflows.Schedule) {
	for _, schedule := range workflows.Schedules() {
		if len(kinds) == 0 || slices.Contains(kinds, schedule.Name) {
			schedules = append(schedules, schedule)
		}
	}
	return schedules
}

type scheduleApplyCommand struct {
	servers
	DryRun bool `help:"Show what would change, and change nothing."`
}

func (c scheduleApplyCommand) Run(ctx context.Context, database *db.DB, temporal *control.Server) error {
	calendar, err := database.Calendar(ctx)
	if err != nil {
		return err
	}
	if !c.DryRun { // what runs need comes before the schedules that start them
		if err := workflows.EnsureSearchAttributes(ctx, temporal, temporal.Namespace); err != nil {
			return err
		}
	}
	var all []control.Applied
	for _, schedule := range workflows.Schedules() {
		applied, err := temporal.Apply(ctx, schedule, calendar.Zone(), c.DryRun)
		if err != nil {
			return err
		}
		all = append(all, applied)
	}
	fmt.Print(appliedText(all, calendar, c.DryRun))
	return nil
}

// appliedText shows each field that differed, and says what was done or would be.
func appliedText(all []control.Applied, calendar settlement.Calendar, dryRun bool) string {
	changes := newTable("Schedule", "Field", "Now", "Wanted")
	var outcomes strings.Builder
	for _, applied := range all {
		for _, change := range applied.Changes {
			changes.AppendRow(table.Row{applied.ID, change.Field, change.Now, change.Wanted})
		}
		outcome := "unchanged"
		switch {
		case applied.Created:
			outcome = "created"
		case len(applied.Changes) > 0:
			outcome = "changed"
		}
		if dryRun && outcome != "unchanged" {
			outcome = "would be " + outcome
		}
		switch {
		case applied.Paused:
			outcome += fmt.Sprintf(", stays paused (%s)", applied.Note)
		case outcome == "unchanged" && !applied.Next.IsZero():
			outcome += ", next " + calendar.In(applied.Next).Format("2006-01-02 15:04 MST")
		}
		fmt.Fprintln(&outcomes, applied.ID, outcome)
	}
	if dryRun {
		outcomes.WriteString("nothing was done (--dry-run)\n")
	}
	return filled(changes) + outcomes.String()
}

type schedulePauseCommand struct {
	temporalFlags
	// Room is made for the platform, whose plays wait for nobody: that is paused
	// only by name.
	Kind []string `enum:"daily,weekly,monthly,partitions" default:"daily,weekly,monthly" help:"daily, weekly, monthly or partitions (room in the logs); all but partitions if not given."`
	Note string   `required:"" help:"Why, for whoever looks at the schedule next."`
}

func (c schedulePauseCommand) Run(ctx context.Context, temporal *control.Server) error {
	var problems []error
	for _, schedule := range chosen(c.Kind) { // all of them: whoever pauses wants the others still, too
		if err := temporal.Pause(ctx, schedule, c.Note); err != nil {
			problems = append(problems, err)
			continue
		}
		fmt.Println(schedule.ID, "paused: "+c.Note)
	}
	return errors.Join(problems...)
}

type scheduleDeleteCommand struct {
	temporalFlags
	schedulesFlag
	Yes bool `help:"Delete them; without it they are only named."`
}

func (c scheduleDeleteCommand) Run(ctx context.Context, opened *opened) error {
	if !c.Yes {
		for _, schedule := range chosen(c.Kind) {
			fmt.Println(schedule.ID)
		}
		return errors.New("these schedules would be deleted, with their notes and what they have buffered; add --yes to delete them")
	}
	temporal, err := c.ProvideTemporal(ctx, opened)
	if err != nil {
		return err
	}
	for _, schedule := range chosen(c.Kind) {
		if err := temporal.Delete(ctx, schedule); err != nil {
			return err
		}
		fmt.Println(schedule.ID, "deleted")
	}
	return nil
}

type scheduleResumeCommand struct {
	servers
	schedulesFlag
	Note     string `default:"resumed" help:"What to tell whoever looks at the schedule next."`
	Backfill bool   `help:"Run the periods that were missed, in order, and wait for them."`
}

func (c scheduleResumeCommand) Run(ctx context.Context, database *db.DB, temporal *control.Server) error {
	for _, schedule := range chosen(c.Kind) {
		if err := temporal.Resume(ctx, schedule, c.Note); err != nil {
			return err
		}
		fmt.Println(schedule.ID, "resumed")
	}
	// Temporal drops what was due while a schedule was paused, and what its
	// buffer held then. The book of runs knows what is missing.
	for _, schedule := range chosen(c.Kind) {
		if !schedule.Launches() {
			continue
		}
		missed, err := control.Due(ctx, database, schedule, time.Now())
		if err != nil {
			return err
		}
		fmt.Print(openText(missed))
		if c.Backfill && len(missed) > 0 {
			periods := control.Range{First: missed[0].Period, Last: missed[len(missed)-1].Period}
			if err := (launchFlags{}).launch(ctx, database, temporal, periods); err != nil {
				return err
			}
		}
	}
	return nil
}
