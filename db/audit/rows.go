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
	Meaning: "each log has as many rows of each closed day as were counted, and all late ones that were posted (R10, R15)",
	Remedy:  restoreRows,
	Subject: Logs,
	checkLog: func(ctx context.Context, a *audit) error {
		for _, log := range a.logs() {
			if err := a.checkRows(ctx, log); err != nil {
				return err
			}
		}
		return nil
	},
}

var droppedInvariant = Invariant{
	Name:    "dropped days",
	Meaning: "the logs have no rows of days that were dropped",
	Remedy:  "they were inserted too late, and nobody counts them: move them out of the log, and settle them with the creators by hand",
	Subject: DroppedDays,
	checkLog: func(ctx context.Context, a *audit) error {
		for _, log := range a.logs() {
			below, err := log.RowsBelow(ctx)
			if err != nil {
				return err
			}
			for _, day := range below {
				a.found(settlement.DailyPeriod(day.Day), "", "%s came after it was dropped", settlement.Count(day.Rows, log.row))
			}
		}
		return nil
	},
}

// auditedLog is one of the logs.
type auditedLog struct {
	*daylog.Log
	row     string                        // what one of its rows is called
	onTime  func(db.Run) daylog.OnTime    // those that the day counted as its own
	counted func(settlement.Totals) int64 // how many these were
}

func (a *audit) logs() []auditedLog {
	return []auditedLog{
		{a.db.Log.Log, "row", db.Run.OnTime, func(totals settlement.Totals) int64 { return totals.Statistics.Rows() }},
		{a.db.Payments.Log, "payment row", db.Run.PaymentsOnTime, settlement.Totals.OwnPayments},
	}
}

// daysInLog are the runs of the closed days that still have a partition.
func (a *audit) daysInLog(ctx context.Context, log *daylog.Log) (days []db.Run, err error) {
	present, err := log.Partitions(ctx)
	for _, partition := range present {
		if run, closed := a.days[partition.Day]; closed {
			days = append(days, run)
		}
	}
	return days, err
}

func (a *audit) checkRows(ctx context.Context, log auditedLog) error {
	days, err := a.daysInLog(ctx, log.Log)
	if err != nil {
		return err
	}
	rows, err := rowsOf(ctx, log, days)
	if err != nil {
		return err
	}
	for i, run := range days {
		day, found, counted := run.Period(), rows[i], log.counted(run.Totals)
		switch {
		case found.onTime < counted:
			a.found(day, "", "%s missing: %d counted, %d there", settlement.Count(counted-found.onTime, log.row), counted, found.onTime)
		case found.onTime > counted:
			a.found(day, "", "%s came with an epoch from before the close: %d counted, %d there", settlement.Count(found.onTime-counted, log.row), counted, found.onTime)
		}
		if found.Missing > 0 {
			a.found(day, "", "%s missing", settlement.Count(found.Missing, "posted late "+log.row))
		}
		if found.Changed > 0 {
			a.found(day, "", "%s changed", settlement.Count(found.Changed, "posted late "+log.row))
		}
		if unposted := found.unposted(); unposted > 0 {
			a.note("%s: %s came late, not posted yet", day, settlement.Count(unposted, log.row))
		}
	}
	return nil
}

// dayRows are the rows of one day in a log.
type dayRows struct {
	present int64
	onTime  int64 // when the day closed
	daylog.PostedRows
}

// unposted is how many of the rows came late and are not posted yet.
func (r dayRows) unposted() int64 { return r.present - r.onTime - (r.Posted - r.Missing) }

// rowsOf looks at the rows of closed days. Each day is a statement of its own
// outside of any transaction: one that has read a log keeps days from closing
// until it ends.
func rowsOf(ctx context.Context, log auditedLog, days []db.Run) ([]dayRows, error) {
	rows := make([]dayRows, len(days))
	err := inParallel(ctx, days, func(ctx context.Context, i int, run db.Run) (err error) {
		if rows[i].present, rows[i].onTime, err = log.CountPresent(ctx, log.onTime(run)); err != nil {
			return err
		}
		rows[i].PostedRows, err = log.PostedRows(ctx, log.onTime(run), settlement.Range{})
		return err
	})
	return rows, err
}
