package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"creatorpay/db"
	"creatorpay/settlement"
)

type statusCommand struct {
	databaseFlags
	temporalFlags
	Last int `default:"31" help:"How many of the newest periods of each kind to show."`
}

func (c statusCommand) Run(ctx context.Context) error {
	database, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = database.Close() }()
	var shown, all []db.Run
	for _, kind := range []settlement.Kind{settlement.Monthly, settlement.Weekly, settlement.Daily} {
		runs, err := database.Runs(ctx, kind)
		if err != nil {
			return err
		}
		shown = append(shown, runs[max(0, len(runs)-c.Last):]...)
		all = append(all, runs...)
	}
	printRuns(shown)
	c.printUnfinished(ctx, all)
	return printGaps(ctx, database)
}

func printRuns(runs []db.Run) {
	out := newTable("Period", "State", "Rows", "Views", "Self", "Repeat", "Video amount", "Ad amount", "Took", "Prices")
	rightAligned(out, 3, 4, 5, 6, 7, 8, 9, 10)
	for _, run := range runs {
		took := ""
		if run.EndedAt != nil {
			took = run.EndedAt.Sub(run.BeganAt).Round(100 * time.Millisecond).String()
		}
		row := table.Row{run.Period(), run.State, "", "", "", "", "", "", took, run.PriceRule}
		if run.State == db.StateClosed {
			row = table.Row{
				run.Period(), run.State,
				thousands(run.Rows()), thousands(run.Views), thousands(run.SelfViews), thousands(run.RepeatViews),
				run.VideoAmount, run.AdAmount, took, run.PriceRule,
			}
		}
		out.AppendRow(row)
	}
	out.Render()
}

// printUnfinished tells of the runs that have not closed what Temporal knows:
// the book cannot see that a workflow was terminated.
func (c statusCommand) printUnfinished(ctx context.Context, runs []db.Run) {
	var unfinished []db.Run
	for _, run := range runs {
		if run.State != db.StateClosed {
			unfinished = append(unfinished, run)
		}
	}
	if len(unfinished) == 0 {
		return
	}
	temporal, err := c.connect(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "without Temporal's word on open runs:", err)
	} else {
		defer temporal.Close()
	}
	for _, run := range unfinished {
		fmt.Printf("\n%s %s since %s", run.WorkflowID, run.State, run.BeganAt.Format(time.RFC3339))
		if temporal != nil {
			state, err := workflowState(ctx, temporal, run)
			if err != nil {
				state = err.Error()
			}
			fmt.Printf(", workflow: %s", state)
		}
		fmt.Println()
		if temporal != nil {
			fmt.Println("  " + temporal.workflowLink(run.WorkflowID, run.Holder))
		}
		if run.Failure != "" {
			fmt.Println("  " + run.Failure)
		}
	}
}

// printGaps names the days that are not closed, from the first settled day to
// the last that has views.
func printGaps(ctx context.Context, database *db.DB) error {
	partitions, err := database.Partitions(ctx)
	if err != nil {
		return err
	}
	for _, partition := range slices.Backward(partitions) {
		if partition.Closed {
			return nil // days close in order
		}
		played, err := database.HasPlays(ctx, partition.Day)
		if err != nil {
			return err
		}
		if !played {
			continue
		}
		open, err := gaps(ctx, database, settlement.DailyPeriod(partition.Day))
		if err != nil {
			return err
		}
		fmt.Println()
		printOpen(open)
		return nil
	}
	return nil
}
