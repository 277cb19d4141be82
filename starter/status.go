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
	"creatorpay/db/replication"
	"creatorpay/program/command"
	"creatorpay/program/control"
	"creatorpay/program/settings"
	"creatorpay/settlement"
)

type statusCommand struct {
	servers
	settings.Replicas `embed:""`

	Last  uint `default:"31" help:"How many of the newest periods of each kind to show."`
	Watch bool `help:"Show it again and again until ^C: in place on a terminal, else one after the other."`
}

// watchInterval is how often --watch looks.
const watchInterval = 2 * time.Second

func (c statusCommand) Run(ctx context.Context, database *db.DB, opened *opened) error {
	replicas, err := replication.Open(c.MySQLDSN, c.DSNs())
	if err != nil {
		return err
	}
	opened.add(replicas.Close)
	temporal, err := c.ProvideTemporal(ctx, opened)
	if err != nil {
		fmt.Fprintln(os.Stderr, "without Temporal's word on open runs:", err)
	}
	for {
		now, err := c.look(ctx, database, replicas, temporal)
		switch {
		case c.Watch && ctx.Err() != nil:
			return nil //nolint:nilerr // who interrupts a watch has seen enough
		case err != nil:
			return err
		case c.Watch && isatty.IsTerminal(os.Stdout.Fd()):
			fmt.Print("\x1b[H\x1b[2J") // from the top of an empty screen
		}
		fmt.Print(now.text())
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
	running    []control.Running
	unfinished []unfinishedRun
	open       []db.OpenPeriod  // days, up to the last that has views
	early      []settlement.Day // with views, before the first in the book of runs
	daysAhead  int              // of room in the watch log, after today
	replicas   []replication.State
}

// look asks the database and its replicas, and Temporal if it can be reached.
func (c statusCommand) look(ctx context.Context, database *db.DB, replicas *replication.Watch, temporal *control.Server) (now overview, err error) {
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
		if now.running, err = temporal.Running(ctx); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	now.unfinished = findUnfinished(ctx, temporal, all, now.running)
	if now.open, err = control.Gaps(ctx, database); err != nil {
		return now, err
	}
	first, begun, err := database.FirstRun(ctx)
	if err == nil && begun {
		now.early, err = database.UnsettledBefore(ctx, first)
	}
	if err != nil {
		return now, err
	}
	now.replicas = replicas.Look(ctx)
	now.daysAhead, err = database.DaysAhead(ctx, time.Now())
	return now, err
}

func (o overview) text() string {
	text := runsText(o.newest) + runningText(o.running)
	for _, run := range o.unfinished {
		text += run.text()
	}
	if open := openText(o.open); open != "" {
		text += "\n" + open
	}
	if n := len(o.early); n > 0 {
		text += fmt.Sprintf("\n%s with views that are never paid, %s: %s\n", settlement.Count(n, "day"),
			settlement.Span(settlement.DailyPeriod(o.early[0]), settlement.DailyPeriod(o.early[n-1])), importedViews.neverPaid)
	}
	return text + roomText(o.daysAhead) + replicasText(o.replicas)
}

// littleRoom is how many days ahead are too few to leave it alone over a weekend.
const littleRoom = 3

// roomText says for how long the platform can store plays.
func roomText(daysAhead int) string {
	const fix = "see why creatorpay-partitions makes none (" + command.ListSchedules + "), and make it: " + command.AddRoom
	switch {
	case daysAhead < 0:
		return fmt.Sprintf("\nWARNING: the watch log has no room for today, the platform's inserts fail with error 1526; %s\n", fix)
	case daysAhead < littleRoom:
		return fmt.Sprintf("\nWARNING: the watch log has room for today and %s more, then the platform's inserts fail with error 1526; %s\n", settlement.Count(daysAhead, "day"), fix)
	default:
		return fmt.Sprintf("\nthe watch log has room for today and %s more\n", settlement.Count(daysAhead, "day"))
	}
}

func runsText(runs []db.Run) string {
	out := newTable("Period", "State", "Rows", "Views", "Self", "Repeat", "Video amount", "Ad amount", "Took", "Prices")
	rightAligned(out, 3, 4, 5, 6, 7, 8, 9, 10)
	for _, run := range runs {
		row := table.Row{run.Period(), run.State, "", "", "", "", "", "", "", run.PriceRule}
		if run.EndedAt != nil {
			row[8] = tenths(run.EndedAt.Sub(run.BeganAt))
		}
		if run.State == settlement.Closed {
			copy(row[2:], table.Row{
				settlement.Number(run.Statistics.Rows()), settlement.Number(run.Views), settlement.Number(run.SelfViews), settlement.Number(run.RepeatViews),
				run.VideoAmount, run.AdAmount,
			})
		}
		out.AppendRow(row)
	}
	return rendered(out)
}

func runningText(runs []control.Running) string {
	if len(runs) == 0 {
		return ""
	}
	out := newTable("Running", "Phase", "Chunks", "Failed", "Rows", "Rows/s", "Left", "Since")
	rightAligned(out, 3, 4, 5, 6, 7)
	waits := ""
	for _, run := range runs {
		chunks, left := "", ""
		if run.Chunks > 0 {
			chunks = fmt.Sprintf("%d of %d", run.ChunksDone, run.Chunks)
			left = (time.Duration(run.SecondsLeft) * time.Second).String()
		}
		out.AppendRow(table.Row{run.WorkflowID, run.Phase, chunks, run.FailedChunks, settlement.Number(run.Rows), settlement.Number(run.RowsPerSecond), left, run.Began.Local().Format(time.DateTime)})
		if run.WaitsFor != "" {
			waits += fmt.Sprintf("%s waits: %s\n", run.WorkflowID, run.WaitsFor)
		}
	}
	return "\n" + rendered(out) + waits
}

// unfinishedRun is a run that the book does not have as closed, and what
// Temporal says of it: the book cannot see that a workflow was terminated.
type unfinishedRun struct {
	db.Run
	workflow string // its state, or why that is not known; empty without Temporal
	link     string
}

// findUnfinished are the runs that are neither closed nor running.
func findUnfinished(ctx context.Context, temporal *control.Server, runs []db.Run, running []control.Running) (unfinished []unfinishedRun) {
	for _, run := range runs {
		if run.State == settlement.Closed || slices.ContainsFunc(running, func(one control.Running) bool { return one.RunID == run.Holder }) {
			continue
		}
		found := unfinishedRun{Run: run}
		if temporal != nil {
			var err error
			if found.workflow, err = temporal.State(ctx, run.WorkflowID, run.Holder); err != nil {
				found.workflow = err.Error()
			}
			found.link = temporal.Link(run.WorkflowID, run.Holder)
		}
		unfinished = append(unfinished, found)
	}
	return unfinished
}

func (r unfinishedRun) text() string {
	text := fmt.Sprintf("\n%s %s since %s", r.WorkflowID, r.State, r.BeganAt.Format(time.RFC3339))
	if r.workflow != "" {
		text += fmt.Sprintf(", workflow: %s\n  %s", r.workflow, r.link)
	}
	text += "\n"
	if r.Failure != "" {
		text += "  " + r.Failure + "\n"
	}
	retry := command.Retry(r.Period())
	if r.workflow != enums.WORKFLOW_EXECUTION_STATUS_RUNNING.String() && !strings.Contains(r.Failure, retry) {
		text += "  to go on: " + retry + "\n"
	}
	return text
}
