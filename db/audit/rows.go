package audit

import (
	"context"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

const restoreRows = "recompute the day: that names the chunk and the figures; put its rows back from a backup that was made after it had closed. Nothing is ever adjusted for rows that are missing or changed"

var rowsInvariant = Invariant{
	Name:    "rows",
	Meaning: "the watch log has as many rows of each closed day as were counted, and all late ones that were posted (R10)",
	Remedy:  restoreRows,
	Subject: WatchLog,
	checkLog: func(ctx context.Context, a *audit) error {
		days, err := a.daysInLog(ctx)
		if err != nil {
			return err
		}
		rows, err := a.rowsOf(ctx, days)
		if err != nil {
			return err
		}
		for i, run := range days {
			day, found := run.Period(), rows[i]
			switch {
			case found.onTime < run.Statistics.Rows():
				a.found(day, "", "%s missing: %d counted, %d there", settlement.Count(run.Statistics.Rows()-found.onTime, "row"), run.Statistics.Rows(), found.onTime)
			case found.onTime > run.Statistics.Rows():
				a.found(day, "", "%s came with an epoch from before the close: %d counted, %d there", settlement.Count(found.onTime-run.Statistics.Rows(), "row"), run.Statistics.Rows(), found.onTime)
			}
			if found.Missing > 0 {
				a.found(day, "", "%s missing", settlement.Count(found.Missing, "posted late row"))
			}
			if found.Changed > 0 {
				a.found(day, "", "%s changed", settlement.Count(found.Changed, "posted late row"))
			}
			if unposted := found.unposted(); unposted > 0 {
				a.note("%s: %s came late, not posted yet", day, settlement.Count(unposted, "row"))
			}
		}
		return nil
	},
}

var droppedInvariant = Invariant{
	Name:    "dropped days",
	Meaning: "the watch log has no rows of days that were dropped",
	Remedy:  "they were inserted too late, and nobody counts them: move them out of the log, and settle them with the creators by hand",
	Subject: DroppedDays,
	checkLog: func(ctx context.Context, a *audit) error {
		below, err := a.db.Log.RowsBelow(ctx)
		for _, day := range below {
			a.found(settlement.DailyPeriod(day.Day), "", "%s came after it was dropped", settlement.Count(day.Rows, "row"))
		}
		return err
	},
}

// daysInLog are the runs of the closed days that still have a partition.
func (a *audit) daysInLog(ctx context.Context) (days []db.Run, err error) {
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
	daylog.PostedRows
}

// unposted is how many of the rows came late and are not posted yet.
func (r dayRows) unposted() int64 { return r.present - r.onTime - (r.Posted - r.Missing) }

// rowsOf looks at the rows of closed days. Each day is a statement of its own
// outside of any transaction: one that has read the watch log keeps days from
// closing until it ends.
func (a *audit) rowsOf(ctx context.Context, days []db.Run) ([]dayRows, error) {
	rows := make([]dayRows, len(days))
	err := inParallel(ctx, days, func(ctx context.Context, i int, run db.Run) (err error) {
		if rows[i].present, rows[i].onTime, err = a.db.Log.CountPresent(ctx, run.OnTime()); err != nil {
			return err
		}
		rows[i].PostedRows, err = a.db.Log.PostedRows(ctx, run.OnTime(), settlement.Range{})
		return err
	})
	return rows, err
}
