package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/mattn/go-isatty"
	"go.temporal.io/api/enums/v1"

	"creatorpay/db"
	"creatorpay/program/command"
	"creatorpay/settlement"
)

type statusCommand struct {
	databaseFlags
	temporalFlags
	Last  uint `default:"31" help:"How many of the newest periods of each kind to show."`
	Watch bool `help:"Show it again and again until ^C: in place on a terminal, else one after the other."`
}

// watchInterval is how often --watch looks.
const watchInterval = 2 * time.Second

func (c statusCommand) Run(ctx context.Context) error {
	database, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = database.Close() }()
	temporal, err := c.connect(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "without Temporal's word on open runs:", err)
	} else {
		defer temporal.Close()
	}
	for {
		now, err := c.look(ctx, database, temporal)
		switch {
		case c.Watch && ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		case c.Watch && isatty.IsTerminal(os.Stdout.Fd()):
			fmt.Print("\x1b[H\x1b[2J") // from the top of an empty screen
		}
		now.print()
		if !c.Watch {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(watchInterval):
		}
	}
}

// overview is all that the command shows.
type overview struct {
	newest     []db.Run
	running    []runningRun
	unfinished []unfinishedRun
	open       []db.OpenPeriod  // days, up to the last that has views
	early      []settlement.Day // with views, before the first in the book of runs
	daysAhead  int              // of room in the watch log, after today
}

// look asks the database, and Temporal if it can be reached.
func (c statusCommand) look(ctx context.Context, database *db.DB, temporal *temporalServer) (now overview, err error) {
	var all []db.Run
	for _, kind := range []settlement.Kind{settlement.Monthly, settlement.Weekly, settlement.Daily} {
		runs, err := database.Runs(ctx, kind)
		if err != nil {
			return now, err
		}
		now.newest = append(now.newest, runs[len(runs)-int(min(c.Last, uint(len(runs)))):]...)
		all = append(all, runs...)
	}
	if temporal != nil {
		if now.running, err = running(ctx, temporal); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	now.unfinished = findUnfinished(ctx, temporal, all, now.running)
	if now.open, err = findGaps(ctx, database); err != nil {
		return now, err
	}
	first, begun, err := database.FirstRun(ctx)
	if err == nil && begun {
		now.early, err = database.UnsettledBefore(ctx, first)
	}
	if err != nil {
		return now, err
	}
	now.daysAhead, err = database.DaysAhead(ctx, time.Now())
	return now, err
}

func (o overview) print() {
	printRuns(o.newest)
	printRunning(o.running)
	for _, run := range o.unfinished {
		run.print()
	}
	if len(o.open) > 0 {
		fmt.Println()
	}
	printOpen(o.open)
	if n := len(o.early); n > 0 {
		fmt.Printf("\n%s with views that are never paid, %s: %s\n", settlement.Count(n, "day"),
			settlement.Span(settlement.DailyPeriod(o.early[0]), settlement.DailyPeriod(o.early[n-1])), neverSettled)
	}
	printRoom(o.daysAhead)
}

// littleRoom is how many days ahead are too few to leave it alone over a weekend.
const littleRoom = 3

// printRoom says for how long the platform can store plays.
func printRoom(daysAhead int) {
	const fix = "see why creatorpay-partitions makes none (" + command.ListSchedules + "), and make it: starter partitions add"
	switch {
	case daysAhead < 0:
		fmt.Printf("\nWARNING: the watch log has no room for today, the platform's inserts fail with error 1526; %s\n", fix)
	case daysAhead < littleRoom:
		fmt.Printf("\nWARNING: the watch log has room for today and %s more, then the platform's inserts fail with error 1526; %s\n", settlement.Count(daysAhead, "day"), fix)
	default:
		fmt.Printf("\nthe watch log has room for today and %s more\n", settlement.Count(daysAhead, "day"))
	}
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
		if run.State == settlement.Closed {
			row = table.Row{
				run.Period(), run.State,
				settlement.Number(run.Rows()), settlement.Number(run.Views), settlement.Number(run.SelfViews), settlement.Number(run.RepeatViews),
				run.VideoAmount, run.AdAmount, took, run.PriceRule,
			}
		}
		out.AppendRow(row)
	}
	out.Render()
}

// unfinishedRun is a run that the book does not have as closed, and what
// Temporal says of it: the book cannot see that a workflow was terminated.
type unfinishedRun struct {
	db.Run
	workflow string // its state, or why that is not known; empty without Temporal
	link     string
}

// findUnfinished are the runs that are neither closed nor going.
func findUnfinished(ctx context.Context, temporal *temporalServer, runs []db.Run, going []runningRun) (unfinished []unfinishedRun) {
	for _, run := range runs {
		if run.State == settlement.Closed || slices.ContainsFunc(going, func(one runningRun) bool { return one.runID == run.Holder }) {
			continue
		}
		found := unfinishedRun{Run: run}
		if temporal != nil {
			var err error
			if found.workflow, err = workflowState(ctx, temporal, run); err != nil {
				found.workflow = err.Error()
			}
			found.link = temporal.workflowLink(run.WorkflowID, run.Holder)
		}
		unfinished = append(unfinished, found)
	}
	return unfinished
}

func (r unfinishedRun) print() {
	fmt.Printf("\n%s %s since %s", r.WorkflowID, r.State, r.BeganAt.Format(time.RFC3339))
	if r.workflow != "" {
		fmt.Printf(", workflow: %s\n  %s", r.workflow, r.link)
	}
	fmt.Println()
	if r.Failure != "" {
		fmt.Println("  " + r.Failure)
	}
	retry := command.Retry(r.Period())
	if r.workflow != enums.WORKFLOW_EXECUTION_STATUS_RUNNING.String() && !strings.Contains(r.Failure, retry) {
		fmt.Println("  to go on: " + retry)
	}
}

// findGaps are the days that are not closed, from the first settled day to the
// last that has views.
func findGaps(ctx context.Context, database *db.DB) ([]db.OpenPeriod, error) {
	partitions, err := database.Partitions(ctx)
	if err != nil {
		return nil, err
	}
	for _, partition := range slices.Backward(partitions) {
		if partition.Closed {
			break // days close in order
		}
		played, err := database.Log.HasPlays(ctx, partition.Day)
		if err != nil {
			return nil, err
		}
		if played {
			return gaps(ctx, database, settlement.DailyPeriod(partition.Day))
		}
	}
	return nil, nil
}
