package db

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// View is one line of the watch log.
type View struct {
	Day           settlement.Day // business day in which the play started
	VideoID       int64
	ViewerID      int64 // 0 is anonymous
	WatchedAt     int64 // start in milliseconds since 1970-01-01 UTC
	ViewID        int64
	PlayedSeconds uint32
	AdViews       uint32
}

// refusedConflict is one reason for which a view is refused; the other one is a
// [DroppedError].
const refusedConflict = "a view with this id and start is stored with other figures"

// Appended is what appending a batch of views came to.
type Appended struct {
	Views  int64            // that were not there before
	Closed []settlement.Day // days of the batch that were closed, and not dropped: their new views came late
}

// AppendViews adds views to the watch log in one transaction; their partitions
// must exist. Views of closed days that were dropped are refused. Views that are there already are left alone, so the same batch
// can be appended again. A view that is there with other figures is refused. A
// view is either counted when its day closes or comes late: then the next daily
// run posts it. Batches that are sorted as the log is (by video, viewer, start
// and id) are stored fastest.
func (db *DB) AppendViews(ctx context.Context, views []View) (added Appended, refused []Refusal, err error) {
	if len(views) == 0 {
		return Appended{}, nil, nil
	}
	err = db.inTx(ctx, func(tx *sqlx.Tx) (err error) {
		added, refused = Appended{}, nil
		closed, err := lockDays(ctx, tx, views)
		if err != nil {
			return err
		}
		if added.Closed, err = lockPartitions(ctx, tx, closed); err != nil {
			return err
		}
		var rest []int
		rest, refused = refuseDropped(views, closed, added.Closed)
		for part := range slices.Chunk(rest, viewsPerStatement) {
			result, err := tx.ExecContext(ctx, insertViews(views, part))
			if err != nil {
				return err
			}
			fresh, err := result.RowsAffected()
			if err != nil {
				return err
			}
			added.Views += fresh
			if fresh == int64(len(part)) {
				continue
			}
			conflicts, err := findConflicts(ctx, tx, views, part)
			if err != nil {
				return err
			}
			refused = append(refused, conflicts...)
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
func lockDays(ctx context.Context, tx *sqlx.Tx, views []View) (closed []settlement.Day, err error) {
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
		StartsOn settlement.Day `db:"starts_on"`
		State    string         `db:"state"`
	}
	if err := tx.SelectContext(ctx, &runs, query, args...); err != nil {
		return nil, fmt.Errorf("look up closed days: %w", err)
	}
	for _, run := range runs {
		if run.State == StateClosed {
			closed = append(closed, run.StartsOn)
		}
	}
	return closed, nil
}

// lockPartitions tells which of the closed days have a partition, and keeps it
// from being dropped.
func lockPartitions(ctx context.Context, tx *sqlx.Tx, closed []settlement.Day) (there []settlement.Day, err error) {
	for _, day := range closed {
		// To have looked into the log keeps its layout until the transaction ends.
		found, err := hasPartition(ctx, tx, day)
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
func refuseDropped(views []View, closed, there []settlement.Day) (rest []int, refused []Refusal) {
	rest = make([]int, 0, len(views))
	for i, view := range views {
		if slices.Contains(closed, view.Day) && !slices.Contains(there, view.Day) {
			refused = append(refused, Refusal{i, "watched_at", (&DroppedError{Day: view.Day, Last: view.Day}).Error()})
			continue
		}
		rest = append(rest, i)
	}
	return rest, refused
}

// viewsPerStatement bounds the length of one statement. What the server makes of
// 500 views still fits into its processor's cache: longer statements cost it more
// per view, as do shorter ones.
const viewsPerStatement = 500

// Dates and times as numbers cost the server a fifth less per view than as text.
const (
	dateLayout     = "20060102"
	datetimeLayout = "20060102150405.000"
	secondsPerDay  = 24 * 60 * 60
)

// insertViews writes one statement for all views that the indexes name. It
// holds nothing but numbers, so it needs no escaping; one assignment that
// changes nothing makes the server pass over rows that are there already
// without, as INSERT IGNORE would, hiding other errors.
func insertViews(views []View, indexes []int) string {
	statement := []byte(`
		INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
		VALUES `)
	for n, i := range indexes {
		view := &views[i]
		if n > 0 {
			statement = append(statement, ',')
		}
		statement = append(statement, '(')
		statement = time.Unix(int64(view.Day)*secondsPerDay, 0).UTC().AppendFormat(statement, dateLayout)
		statement = append(statement, ',')
		statement = strconv.AppendInt(statement, view.VideoID, 10)
		statement = append(statement, ',')
		statement = strconv.AppendInt(statement, view.ViewerID, 10)
		statement = append(statement, ',')
		statement = time.UnixMilli(view.WatchedAt).UTC().AppendFormat(statement, datetimeLayout)
		statement = append(statement, ',')
		statement = strconv.AppendInt(statement, view.ViewID, 10)
		statement = append(statement, ',')
		statement = strconv.AppendUint(statement, uint64(view.PlayedSeconds), 10)
		statement = append(statement, ',')
		statement = strconv.AppendUint(statement, uint64(view.AdViews), 10)
		statement = append(statement, ')')
	}
	return string(append(statement, `
		ON DUPLICATE KEY UPDATE view_id = VALUES(view_id)`...))
}

// findConflicts names those of the views that are stored with other figures.
func findConflicts(ctx context.Context, tx *sqlx.Tx, views []View, indexes []int) ([]Refusal, error) {
	type key struct {
		day                       settlement.Day
		video, viewer, at, viewID int64
	}
	wanted := make(map[key]int, len(indexes))
	query := `
		SELECT
			watched_on,
			video_id,
			viewer_id,
			watched_at,
			view_id,
			played_seconds,
			ad_views
		FROM watch_log
		WHERE (watched_on, video_id, viewer_id, watched_at, view_id) IN (`
	var refused []Refusal
	args := make([]any, 0, 5*len(indexes))
	for n, i := range indexes {
		view := views[i]
		k := key{view.Day, view.VideoID, view.ViewerID, view.WatchedAt, view.ViewID}
		if first, twice := wanted[k]; twice {
			if views[first].PlayedSeconds != view.PlayedSeconds || views[first].AdViews != view.AdViews {
				refused = append(refused, Refusal{i, "view_id", refusedConflict})
			}
			continue
		}
		wanted[k] = i
		if n > 0 {
			query += ", "
		}
		query += "(?, ?, ?, ?, ?)"
		args = append(args, view.Day, view.VideoID, view.ViewerID, time.UnixMilli(view.WatchedAt).UTC(), view.ViewID)
	}
	rows, err := tx.QueryContext(ctx, query+")", args...)
	if err != nil {
		return nil, fmt.Errorf("compare with stored views: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var stored View
		var at time.Time
		if err := rows.Scan(&stored.Day, &stored.VideoID, &stored.ViewerID, &at, &stored.ViewID, &stored.PlayedSeconds, &stored.AdViews); err != nil {
			return nil, err
		}
		i := wanted[key{stored.Day, stored.VideoID, stored.ViewerID, at.UnixMilli(), stored.ViewID}]
		if views[i].PlayedSeconds != stored.PlayedSeconds || views[i].AdViews != stored.AdViews {
			refused = append(refused, Refusal{i, "view_id", refusedConflict})
		}
	}
	return refused, rows.Err()
}
