package db

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// The reasons for which a view is refused.
const (
	refusedConflict = "a view with this id and start is stored with other figures"
	refusedDropped  = "the watch log has no room for %s any more: days up to %s are closed and dropped, and what comes late for them cannot be paid"
)

// Appended is what appending a batch of views came to.
type Appended struct {
	Views  int64            // that were not there before
	Closed []settlement.Day // days of the batch that were closed, and not dropped: their new views came late
}

// AppendViews adds views to the watch log in one transaction; their partitions
// must exist. Views of closed days that were dropped are refused, and so is a view
// that is there with other figures. Views that are there already are left alone,
// so the same batch can be appended again. A view is either counted when its day
// closes or comes late: then the next daily run posts it. Batches that are sorted
// as the log is (by video, viewer, start and id) are stored fastest.
func (db *DB) AppendViews(ctx context.Context, views []daylog.View) (added Appended, refused []Refusal, err error) {
	if len(views) == 0 {
		return Appended{}, nil, nil
	}
	err = db.pool.InTx(ctx, func(tx *sqlx.Tx) (err error) {
		added, refused = Appended{}, nil
		closed, err := lockDays(ctx, tx, views)
		if err != nil {
			return err
		}
		if added.Closed, err = db.holdPartitions(ctx, tx, closed); err != nil {
			return err
		}
		var rest, conflicts []int
		rest, refused = refuseDropped(views, closed, added.Closed)
		if added.Views, conflicts, err = db.Log.Insert(ctx, tx, views, rest); err != nil {
			return err
		}
		for _, i := range conflicts {
			refused = append(refused, Refusal{i, "view_id", refusedConflict})
		}
		return nil
	})
	if err != nil {
		return Appended{}, nil, fmt.Errorf("append views: %w", err)
	}
	return added, refused, nil
}

// lockDays keeps the runs of the views' days from closing and tells which of
// the days are closed already. It comes before the first row is stored: a close
// that waits for the log must not have to wait for a transaction that waits for
// the close.
func lockDays(ctx context.Context, tx *sqlx.Tx, views []daylog.View) (closed []settlement.Day, err error) {
	// A day that has not begun has no run to lock yet, and could begin and close
	// before these views are committed.
	if err := lockBeginnings(ctx, tx, "LOCK IN SHARE MODE"); err != nil {
		return nil, err
	}
	days := make(map[settlement.Day]bool)
	for _, view := range views {
		days[view.Day] = true
	}
	query, args, err := sqlx.In(`
		SELECT
			starts_on,
			state
		FROM runs
		WHERE kind = ? AND version = ? AND starts_on IN (?)
		ORDER BY starts_on
		LOCK IN SHARE MODE`, settlement.Daily, runVersion, slices.Collect(maps.Keys(days)))
	if err != nil {
		return nil, err
	}
	var runs []struct {
		StartsOn settlement.Day      `db:"starts_on"`
		State    settlement.RunState `db:"state"`
	}
	if err := tx.SelectContext(ctx, &runs, query, args...); err != nil {
		return nil, fmt.Errorf("look up closed days: %w", err)
	}
	for _, run := range runs {
		if run.State == settlement.Closed {
			closed = append(closed, run.StartsOn)
		}
	}
	return closed, nil
}

// holdPartitions tells which of the closed days have a partition, and keeps it
// from being dropped.
func (db *DB) holdPartitions(ctx context.Context, tx *sqlx.Tx, closed []settlement.Day) (there []settlement.Day, err error) {
	for _, day := range closed {
		// To have looked into the log keeps its layout until the transaction ends.
		found, err := db.Log.HasPartition(ctx, tx, day)
		if err != nil {
			return nil, err
		}
		if found {
			there = append(there, day)
		}
	}
	return there, nil
}

// refuseDropped refuses the views of closed days that are not there, and returns
// the indexes of the others.
func refuseDropped(views []daylog.View, closed, there []settlement.Day) (rest []int, refused []Refusal) {
	rest = make([]int, 0, len(views))
	for i, view := range views {
		if slices.Contains(closed, view.Day) && !slices.Contains(there, view.Day) {
			refused = append(refused, Refusal{i, "watched_at", fmt.Sprintf(refusedDropped, view.Day, view.Day)})
			continue
		}
		rest = append(rest, i)
	}
	return rest, refused
}
