package db

import (
	"context"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"creatorpay/db/watchlog"
	"creatorpay/settlement"
)

const restoreRows = "`starter verify` the day: it names the chunk and the figures; put rows that were counted back from a backup, with an epoch of 0 (otherwise they count as late), and posted late ones from late_views, without an epoch (with 0 they count as on time). Nothing is ever adjusted for rows that are gone or changed"

var rowsInvariant = Invariant{
	Name:    "rows",
	Meaning: "the watch log has as many rows of each closed day as were counted, and all late ones that were posted (R10), and none of days that were dropped",
	Remedy:  restoreRows + ". What to do with rows of dropped days stands in the runbook (docs/operations.md, Rows of dropped days)",
	checkLog: func(ctx context.Context, a *audit) error {
		days, err := a.daysInLog(ctx)
		if err != nil {
			return err
		}
		rows, err := a.db.rowsOf(ctx, days)
		if err != nil {
			return err
		}
		for i, run := range days {
			day, found := run.Period().String(), rows[i]
			switch {
			case found.onTime < run.Rows():
				a.found(day, "%s missing: %d counted, %d there", settlement.Count(run.Rows()-found.onTime, "row"), run.Rows(), found.onTime)
			case found.onTime > run.Rows():
				a.found(day, "%s came with an epoch from before the close: %d counted, %d there", settlement.Count(found.onTime-run.Rows(), "row"), run.Rows(), found.onTime)
			}
			if found.Missing > 0 {
				a.found(day, "%s missing", settlement.Count(found.Missing, "posted late row"))
			}
			if found.Changed > 0 {
				a.found(day, "%s changed", settlement.Count(found.Changed, "posted late row"))
			}
			if unposted := found.unposted(); unposted > 0 {
				a.note("%s: %s came late, not posted yet", day, settlement.Count(unposted, "row"))
			}
		}
		below, err := a.db.Log.RowsBelow(ctx)
		for _, day := range below {
			a.found(day.Day.String(), "%s came after it was dropped", settlement.Count(day.Rows, "row"))
		}
		return err
	},
}

// daysInLog are the runs of the closed days that still have a partition.
func (a *audit) daysInLog(ctx context.Context) (days []Run, err error) {
	present, err := a.db.Partitions(ctx)
	for _, partition := range present {
		if run, closed := a.days[partition.Day]; closed {
			days = append(days, run)
		}
	}
	return days, err
}

// dayRows are the rows of one day in the watch log.
type dayRows struct {
	present int64
	onTime  int64 // when the day closed
	watchlog.PostedRows
}

// unposted is how many of the rows came late and are not posted yet.
func (r dayRows) unposted() int64 { return r.present - r.onTime - (r.Posted - r.Missing) }

// rowsOf looks at the rows of closed days. Each day is a statement of its own
// outside of any transaction: one that has read the watch log keeps days from
// closing until it ends.
func (db *DB) rowsOf(ctx context.Context, days []Run) ([]dayRows, error) {
	rows := make([]dayRows, len(days))
	err := inParallel(ctx, days, func(ctx context.Context, i int, run Run) (err error) {
		if rows[i].present, rows[i].onTime, err = db.Log.CountPresent(ctx, run.OnTime()); err != nil {
			return err
		}
		rows[i].PostedRows, err = db.Log.PostedRows(ctx, run.OnTime(), settlement.Range{})
		return err
	})
	return rows, err
}

// inParallel works on the items on all of the machine's cores.
func inParallel[T any](ctx context.Context, items []T, work func(context.Context, int, T) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.NumCPU())
	for i, item := range items {
		group.Go(func() error { return work(ctx, i, item) })
	}
	return group.Wait()
}

var checksumsInvariant = Invariant{
	Name:    "checksums",
	Meaning: "each chunk's rows in the watch log are those that were counted, by the sum of their hashes",
	Remedy:  restoreRows,
	checkLog: func(ctx context.Context, a *audit) error {
		days, err := a.daysInLog(ctx)
		if err != nil {
			return err
		}
		for _, run := range days {
			chunks, err := a.db.Chunks(ctx, run.Period())
			if err != nil {
				return err
			}
			if err := a.checkChecksums(ctx, run.OnTime(), chunks); err != nil {
				return err
			}
		}
		return nil
	},
}

// checkChecksums reads the day's rows that were there when it closed.
func (a *audit) checkChecksums(ctx context.Context, day watchlog.OnTime, chunks []Chunk) error {
	sums, rows := make([]uint64, len(chunks)), make([]int64, len(chunks))
	err := inParallel(ctx, chunks, func(ctx context.Context, i int, chunk Chunk) (err error) {
		rows[i], sums[i], err = a.db.Log.Sum(ctx, day, chunk.Range)
		return err
	})
	if err != nil {
		return err
	}
	for i, chunk := range chunks {
		if sums[i] == chunk.Checksum {
			continue
		}
		what := "rows changed"
		if rows[i] != chunk.Rows() {
			what = fmt.Sprintf("%s counted, %d there", settlement.Count(chunk.Rows(), "row"), rows[i])
		}
		a.found(fmt.Sprintf("%s, chunk %d (%s)", day.Day, chunk.Number, chunk), "%s: checksum %016x, now %016x", what, chunk.Checksum, sums[i])
	}
	return nil
}
