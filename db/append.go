package db

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// The reasons for which a row is refused.
const (
	refusedConflict        = "a view with this id and start is stored with other figures"
	refusedPaymentConflict = "a row of this payment with this time and status is stored with other figures"
	refusedUnjudged        = "%s was dropped, by whose plays a view so soon after it would be told from repeats: it came too late to be paid"
	refusedDropped         = "the %s has no room for %s any more: days up to %s are closed and dropped, and what comes late for them cannot be paid"
)

// Appended is what appending a batch of rows came to.
type Appended struct {
	Rows   int64            // that were not there before
	Closed []settlement.Day // days of the batch that were closed, and not dropped: their new rows came late
}

// AppendViews adds views to the watch log in one transaction; their partitions
// must exist. Views of closed days that were dropped are refused, those that could be
// told from repeats only by a dropped day's plays, and a view that is there with other
// figures. Views that are there already are left alone, so the same batch can be appended
// again. A view is either counted when its day
// closes or comes late: then the next daily run posts it. Batches that are sorted
// as the log is (by video, viewer, start and id) are stored fastest.
func (db *DB) AppendViews(ctx context.Context, views []daylog.View) (added Appended, refused []Refusal, err error) {
	return appendRows(ctx, db, appending[daylog.View]{
		log: db.Log.Log, insert: db.Log.Insert, stored: db.Log.Stored, day: func(view *daylog.View) settlement.Day { return view.Day },
		at: "watched_at", id: "view_id", conflict: refusedConflict,
		judgedByPlaysBefore: func(view *daylog.View, until time.Time) bool {
			return view.ViewerID != settlement.Anonymous && view.WatchedAt < until.UnixMilli()
		},
	}, views)
}

// AppendPayments adds rows to the payments log as [DB.AppendViews] adds views to the
// watch log. A row of the same video, payment, time and status is the same row. It
// is settled when its day closes, or by the next daily run if it comes late. Rows
// are sorted by video, payment id, time and status.
func (db *DB) AppendPayments(ctx context.Context, payments []daylog.Payment) (added Appended, refused []Refusal, err error) {
	return appendRows(ctx, db, appending[daylog.Payment]{
		log: db.Payments.Log, insert: db.Payments.Insert, stored: db.Payments.Stored, day: func(payment *daylog.Payment) settlement.Day { return payment.Day },
		at: "paid_at", id: "payment_id", conflict: refusedPaymentConflict,
	}, payments)
}

// appending is in what appending to one log differs from the other.
type appending[Row any] struct {
	log      *daylog.Log
	insert   func(ctx context.Context, tx *sqlx.Tx, rows []Row, indexes []int) (added int64, conflicts []int, err error)
	stored   func(ctx context.Context, tx *sqlx.Tx, rows []Row, indexes []int) (stored []int, err error)
	day      func(*Row) settlement.Day
	at, id   string // columns, in refusals
	conflict string // why a row is refused that is there with other figures
	// judgedByPlaysBefore tells whether a row before the instant is judged by those of the
	// day before; nil where none is.
	judgedByPlaysBefore func(row *Row, until time.Time) bool
}

func appendRows[Row any](ctx context.Context, db *DB, to appending[Row], rows []Row) (added Appended, refused []Refusal, err error) {
	if len(rows) == 0 {
		return Appended{}, nil, nil
	}
	days := make([]settlement.Day, len(rows))
	for i := range rows {
		days[i] = to.day(&rows[i])
	}
	err = db.pool.InTx(ctx, func(tx *sqlx.Tx) (err error) {
		added, refused = Appended{}, nil
		closed, err := lockDays(ctx, tx, days)
		if err != nil {
			return err
		}
		closedDays, err := db.holdClosed(ctx, tx, to.log, closed)
		if err != nil {
			return err
		}
		for _, day := range closed {
			if !closedDays[day].dropped {
				added.Closed = append(added.Closed, day)
			}
		}
		rest := make([]int, 0, len(rows))
		var unjudged []int
		for i, day := range days {
			switch of := closedDays[day]; {
			case of.dropped:
				refused = append(refused, Refusal{i, to.at, fmt.Sprintf(refusedDropped, to.log.Name(), day, day)})
				continue
			case !of.unjudgedUntil.IsZero() && to.judgedByPlaysBefore(&rows[i], of.unjudgedUntil):
				unjudged = append(unjudged, i)
				continue
			}
			rest = append(rest, i)
		}
		stored, err := to.stored(ctx, tx, rows, unjudged)
		if err != nil {
			return err
		}
		slices.Sort(stored)
		for _, i := range unjudged {
			if _, there := slices.BinarySearch(stored, i); there { // it came before
				rest = append(rest, i)
				continue
			}
			refused = append(refused, Refusal{i, to.at, fmt.Sprintf(refusedUnjudged, days[i]-1)})
		}
		var conflicts []int
		if added.Rows, conflicts, err = to.insert(ctx, tx, rows, rest); err != nil {
			return err
		}
		for _, i := range conflicts {
			refused = append(refused, Refusal{i, to.id, to.conflict})
		}
		return nil
	})
	if err != nil {
		return Appended{}, nil, fmt.Errorf("append to the %s: %w", to.log.Name(), err)
	}
	return added, refused, nil
}

// lockDays keeps the runs of the rows' days from closing and tells which of
// the days are closed already. It comes before the first row is stored: a close
// that waits for the log must not have to wait for a transaction that waits for
// the close.
func lockDays(ctx context.Context, tx *sqlx.Tx, days []settlement.Day) (closed []settlement.Day, err error) {
	// A day that has not begun has no run to lock yet, and could begin and close
	// before these rows are committed.
	if err := lockBeginnings(ctx, tx, "LOCK IN SHARE MODE"); err != nil {
		return nil, err
	}
	days = slices.Compact(slices.Sorted(slices.Values(days)))
	query, args, err := sqlx.In(`
		SELECT
			starts_on,
			state
		FROM runs
		WHERE kind = ? AND version = ? AND starts_on IN (?)
		ORDER BY starts_on
		LOCK IN SHARE MODE`, settlement.Daily, runVersion, days)
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

// closedDay is what may still be stored of a closed day.
type closedDay struct {
	dropped       bool      // nothing
	unjudgedUntil time.Time // see [DB.unjudgedUntil]
}

// holdClosed looks at the closed days, and keeps those from being dropped that are
// still there.
func (db *DB) holdClosed(ctx context.Context, tx *sqlx.Tx, log *daylog.Log, closed []settlement.Day) (days map[settlement.Day]closedDay, err error) {
	days = make(map[settlement.Day]closedDay, len(closed))
	for _, day := range closed {
		// To have looked into the log keeps its layout until the transaction ends.
		dropped, err := db.dropped(ctx, tx, log, day)
		if err != nil {
			return nil, err
		}
		of := closedDay{dropped: dropped}
		if !dropped && log == db.Log.Log { // payments are judged without the day before
			if of.unjudgedUntil, err = db.unjudgedUntil(ctx, tx, day); err != nil {
				return nil, err
			}
		}
		days[day] = of
	}
	return days, nil
}
