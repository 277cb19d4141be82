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
	var days []db.Run
	for _, kind := range []settlement.Kind{settlement.Monthly, settlement.Weekly, settlement.Daily} {
		runs, err := database.Runs(ctx, kind)
		if err != nil {
			return err
		}
		shown = append(shown, runs[max(0, len(runs)-c.Last):]...)
		all = append(all, runs...)
		if kind == settlement.Daily {
			days = runs
		}
	}
	printRuns(shown)
	c.printUnfinished(ctx, all)
	return printGaps(ctx, database, days)
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

// printGaps names the days that have views but are not closed, from the first
// settled day on.
func printGaps(ctx context.Context, database *db.DB, runs []db.Run) error {
	partitions, err := database.Partitions(ctx)
	if err != nil {
		return err
	}
	var open []settlement.Day
	for _, partition := range partitions {
		if partition.Closed || len(runs) > 0 && partition.Day < runs[0].StartsOn {
			continue
		}
		played, err := database.HasPlays(ctx, partition.Day)
		if err != nil {
			return err
		}
		if played {
			open = append(open, partition.Day)
		}
	}
	if len(open) > 0 {
		fmt.Printf("\n%d days have views and are not closed, from %s to %s; next: starter run daily --date %s\n",
			len(open), open[0], open[len(open)-1], nextDay(runs, open[0]))
	}
	return nil
}

// nextDay is the day that the chain of closed days needs next.
func nextDay(runs []db.Run, firstOpen settlement.Day) settlement.Day {
	for i := len(runs) - 1; i >= 0; i-- {
		if runs[i].State == db.StateClosed {
			return runs[i].StartsOn + 1
		}
	}
	return firstOpen
}
