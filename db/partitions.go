package db

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// Partition is a day of the watch log, and what the payments log has of it.
type Partition struct {
	daylog.Partition
	Closed   bool              // the day is closed
	Payments *daylog.Partition // nil where the payments log does not have the day
}

// Partitions are the watch log's days in order, those of payments among them.
func (db *DB) Partitions(ctx context.Context) ([]Partition, error) {
	present, err := db.Log.Partitions(ctx)
	if err != nil {
		return nil, err
	}
	payments, err := db.Payments.Partitions(ctx)
	if err != nil {
		return nil, err
	}
	var closed []settlement.Day
	if err := db.pool.SelectContext(ctx, &closed, `
		SELECT starts_on
		FROM runs
		WHERE kind = ? AND version = ? AND state = ?
		ORDER BY starts_on`, settlement.Daily, runVersion, settlement.Closed); err != nil {
		return nil, fmt.Errorf("list closed days: %w", err)
	}
	days := make([]Partition, len(present))
	for i, one := range present {
		_, found := slices.BinarySearch(closed, one.Day)
		days[i] = Partition{Partition: one, Closed: found}
		if at, found := slices.BinarySearchFunc(payments, one.Day, func(of daylog.Partition, day settlement.Day) int { return cmp.Compare(of.Day, day) }); found {
			days[i].Payments = &payments[at]
		}
	}
	return days, nil
}

// DaysAhead is for how many days after the one in which now lies the log has room;
// it is negative if it has none for that day. A log without any day is not found:
// that of payments where the platform has none.
func (db *DB) DaysAhead(ctx context.Context, log *daylog.Log, now time.Time) (days int, found bool, err error) {
	calendar, err := db.Calendar(ctx)
	if err != nil {
		return -1, false, err
	}
	_, last, found, err := log.Span(ctx)
	if err != nil || !found {
		return -1, false, err
	}
	return int(last - calendar.Day(now)), true, nil
}

// AddPartitions makes room in the watch log, as [daylog.Log.Add] does, and in the
// payments log if that has any day; it returns the days that the watch log got. It
// fails with a [settlement.ErrDropped] where the days have been dropped: nobody
// would look at rows that come into them.
func (db *DB) AddPartitions(ctx context.Context, first, last settlement.Day) (added []settlement.Day, err error) {
	if added, err = db.addViewDays(ctx, first, last); err != nil {
		return added, err
	}
	_, _, found, err := db.Payments.Span(ctx)
	if err != nil || !found {
		return added, err
	}
	return added, db.addPaymentDays(ctx, first, last)
}

// AddPaymentPartitions makes room in both logs, also where the payments log has no
// day yet. It fails as [DB.AddPartitions] does.
func (db *DB) AddPaymentPartitions(ctx context.Context, first, last settlement.Day) error {
	// A day of payments is one of the watch log, by which days are settled and dropped.
	if _, err := db.addViewDays(ctx, first, last); err != nil {
		return err
	}
	return db.addPaymentDays(ctx, first, last)
}

func (db *DB) addViewDays(ctx context.Context, first, last settlement.Day) (added []settlement.Day, err error) {
	return db.Log.Add(ctx, first, last, func(present []daylog.Partition) error {
		return db.checkNotDropped(ctx, db.Log.Log, present, first, last, "TRUE")
	})
}

// addPaymentDays makes room in the payments log for days of the watch log.
func (db *DB) addPaymentDays(ctx context.Context, first, last settlement.Day) error {
	_, err := db.Payments.Add(ctx, first, last, func(present []daylog.Partition) error {
		found, err := db.Log.Has(ctx, first)
		if err != nil {
			return err
		}
		if !found {
			return dropped(db.Payments.Log, first, first)
		}
		// A drop takes the payments of a day before its views, and may have broken off in between.
		return db.checkNotDropped(ctx, db.Payments.Log, present, first, last, settledPayments)
	})
	return err
}

// RemoveEmptyDays takes the room of the days after the given one, as
// [daylog.Log.RemoveEmptyDays] does: that of payments first, since each of their
// days is one of the watch log. Rows of either log keep the room of both.
func (db *DB) RemoveEmptyDays(ctx context.Context, after settlement.Day) error {
	days, err := db.Log.DaysAfter(ctx, after)
	if err != nil {
		return err
	}
	if err := db.Log.CheckEmpty(ctx, days); err != nil {
		return err
	}
	for _, log := range []*daylog.Log{db.Payments.Log, db.Log.Log} {
		if err := log.RemoveEmptyDays(ctx, after); err != nil {
			return err
		}
	}
	return nil
}

// dropped is the error of a day that a log has no room for any more, nor for those
// up to the last.
func dropped(log *daylog.Log, day, last settlement.Day) error {
	return settlement.Errorf(settlement.ErrDropped, settlement.DailyPeriod(day), refusedDropped, log.Name(), day, last)
}

// settledPayments is the condition that payments of the day of a run r were settled, on
// the day or later.
const settledPayments = "(" + PaymentRowsOfLine + ` > late_payments
			OR EXISTS (
				SELECT 1
				FROM late_payments l
				WHERE l.paid_on = r.starts_on
			))`

// checkNotDropped refuses days from first to last of which some are closed, meet the
// condition and lie below the log's partitions that are present.
func (db *DB) checkNotDropped(ctx context.Context, log *daylog.Log, present []daylog.Partition, first, last settlement.Day, condition string) error {
	floor := last + 1
	if len(present) > 0 {
		floor = present[0].Day
	}
	if first >= floor {
		return nil
	}
	var newest sql.Null[settlement.Day]
	if err := db.pool.GetContext(ctx, &newest, `
		SELECT MAX(starts_on)
		FROM runs r
		WHERE kind = ? AND version = ? AND state = ? AND starts_on < ? AND `+condition,
		settlement.Daily, runVersion, settlement.Closed, floor); err != nil {
		return fmt.Errorf("look for dropped days: %w", err)
	}
	if !newest.Valid || first > newest.V {
		return nil
	}
	// The list of partitions may lack some while they are being changed.
	if found, err := log.Has(ctx, newest.V); err != nil || found {
		return err
	}
	return dropped(log, first, newest.V)
}
