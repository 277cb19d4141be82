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
	readServers
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
	var late []lateDays
	lookedAt := settlement.Day(-1)
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
		// Not each time: it grows with the days that are kept, and with each close some are posted.
		if last := now.lastClosedDay(); last != lookedAt {
			if late, err = findLate(ctx, database); err != nil {
				return err
			}
			lookedAt = last
		}
		now.late = late
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

func (o overview) text() string {
	text := runsText(o.newest) + runningText(o.running)
	for _, run := range o.unfinished {
		text += run.text()
	}
	for _, open := range o.open {
		if len(open) > 0 {
			text += "\n" + openText(open)
		}
	}
	for _, early := range o.early {
		n := len(early.days)
		text += fmt.Sprintf("\n%s with %s that are never paid, %s: %s\n", settlement.Count(n, "day"), early.rows,
			settlement.Span(settlement.DailyPeriod(early.days[0]), settlement.DailyPeriod(early.days[n-1])), early.neverPaid)
	}
	for _, late := range o.late {
		text += "\n" + lateText(late.importedLog, late.days)
	}
	for _, room := range o.rooms {
		text += room.text()
	}
	return text + replicasText(o.replicas)
}

// littleRoom is how many days ahead are too few to leave it alone over a weekend.
const littleRoom = 3

// text says for how long the platform can store rows.
func (r room) text() string {
	const fix = "see why creatorpay-partitions makes none (" + command.ListSchedules + "), and make it: " + command.AddRoom + " --from DATE --to DATE"
	switch {
	case r.daysAhead < 0:
		return fmt.Sprintf("\nWARNING: the %s has no room for today, the platform's inserts fail with error 1526; %s\n", r.log, fix)
	case r.daysAhead < littleRoom:
		return fmt.Sprintf("\nWARNING: the %s has room for today and %s more, then the platform's inserts fail with error 1526; %s\n", r.log, settlement.Count(r.daysAhead, "day"), fix)
	default:
		return fmt.Sprintf("\nthe %s has room for today and %s more\n", r.log, settlement.Count(r.daysAhead, "day"))
	}
}

// runsText shows the runs, and what payments came to if any run has some.
func runsText(runs []db.Run) string {
	header := []string{"Period", "State", "Rows", "Views", "Self", "Repeat", "Video amount", "Ad amount", "Took", "Prices"}
	right := []int{3, 4, 5, 6, 7, 8, 9, 10}
	sold := slices.ContainsFunc(runs, func(run db.Run) bool { return run.PaymentFigures.Rows() > 0 })
	if sold {
		header = append(header, "Payment rows", "Payments", "Refunds", "Net")
		right = append(right, 11, 12, 13, 14)
	}
	out := newTable(header...)
	rightAligned(out, right...)
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
		if rows := run.PaymentFigures.Rows(); rows > 0 {
			row = append(row, settlement.Number(rows), settlement.Number(run.Payments), settlement.Number(run.Refunds), run.Net)
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
