package db

import (
	"context"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"creatorpay/settlement"
)

var rowsInvariant = Invariant{
	Name:    "watch log",
	Meaning: "the watch log has each row of a closed day that was counted or posted, and no other from before its close (R10)",
	Remedy:  "`starter verify` the day: it names the chunk; put the rows back from a backup. Nothing is ever adjusted for rows that are gone",
	check: func(ctx context.Context, a *audit) error {
		days, err := a.daysInLog(ctx)
		if err != nil {
			return err
		}
		posted, err := a.postedRows(ctx)
		if err != nil {
			return err
		}
		rows, err := a.db.rowsOf(ctx, days)
		if err != nil {
			return err
		}
		for i, run := range days {
			late := rows[i].Present - rows[i].OnTime
			if rows[i].OnTime != run.Rows() {
				a.found(run.Period().String(), "has %d rows from before its close, %d were counted", rows[i].OnTime, run.Rows())
			}
			if late < posted[run.StartsOn] {
				a.found(run.Period().String(), "has %d late rows, %d were posted", late, posted[run.StartsOn])
			}
			if late > posted[run.StartsOn] {
				a.note("%s: %d late rows are not posted yet", run.Period(), late-posted[run.StartsOn])
			}
		}
		return nil
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

// postedRows are how many late views of each day were posted by any other.
func (a *audit) postedRows(ctx context.Context) (map[settlement.Day]int64, error) {
	type row struct {
		Day  settlement.Day `db:"watched_on"`
		Rows int64          `db:"row_count"`
	}
	posted := make(map[settlement.Day]int64)
	err := eachRow(ctx, a, `
		SELECT
			watched_on,
			COUNT(*) AS row_count
		FROM late_views
		WHERE watched_on BETWEEN ? AND ?
		GROUP BY watched_on`, []any{a.first, a.last}, func(r row) { posted[r.Day] = r.Rows })
	return posted, err
}

// dayRows are the rows of one day in the watch log.
type dayRows struct {
	Present int64 `db:"present"`
	OnTime  int64 `db:"on_time"` // when the day closed
}

// rowsOf counts the rows of the closed days. Each day is a statement of its own
// outside of any transaction: one that has read the watch log keeps days from
// closing until it ends.
func (db *DB) rowsOf(ctx context.Context, days []Run) ([]dayRows, error) {
	rows := make([]dayRows, len(days))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.NumCPU())
	for i, run := range days {
		group.Go(func() error {
			if err := db.pool.GetContext(ctx, &rows[i], `
				SELECT
					COUNT(*) AS present,
					COALESCE(SUM(generation < ?), 0) AS on_time
				FROM watch_log PARTITION (`+partitionName(run.StartsOn)+`)`, run.LateFrom); err != nil {
				return fmt.Errorf("count rows of %s: %w", run.StartsOn, err)
			}
			return nil
		})
	}
	return rows, group.Wait()
}
