package db

import (
	"context"
	"fmt"
	"slices"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// Kept is why a day stays that is old enough to be dropped. All days after it
// stay, too, as days go in order.
type Kept struct {
	Day     settlement.Day // whose rows are needed, with the day before it
	Rows    int64
	Reason  KeptReason
	Posting settlement.Day // the open day that posts the rows, or the next that could
}

// KeptReason is what the rows of a kept day are needed for.
type KeptReason string

// The reasons for which days stay.
const (
	KeptUnposted     KeptReason = "unposted"      // its rows came late, and no day has posted them
	KeptUnjudged     KeptReason = "unjudged"      // some of them, since the day before, by whose plays they are judged, was dropped: no day will
	KeptPosting      KeptReason = "posting"       // the day that posts its late rows is not closed
	KeptNeverSettled KeptReason = "never settled" // it comes before the first settled day: nobody has counted its rows
	KeptLookedBack   KeptReason = "looked back"   // it is the day before the first settled one, some of whose plays may be repeats of its own
)

func (k *Kept) Error() string {
	switch k.Reason {
	case KeptUnposted:
		return fmt.Sprintf("%s has %s that came late and that no day has posted: it is kept, with the day before it and all days after it, until %s posts them", k.Day, settlement.Count(k.Rows, "row"), k.Posting)
	case KeptUnjudged:
		return fmt.Sprintf("%s has %s that came late, after the day was dropped by whose plays they would be told from repeats: it is kept, with all days after it", k.Day, settlement.Count(k.Rows, "row"))
	case KeptPosting:
		return fmt.Sprintf("%s has late rows that %s posts: it is kept, with the day before it and all days after it, until %s is closed", k.Day, k.Posting, k.Posting)
	case KeptLookedBack:
		return fmt.Sprintf("%s comes before the first day that was settled, some of whose plays may be repeats of its %s: it is kept until that day is dropped, too", k.Day, settlement.Count(k.Rows, "row"))
	default:
		return fmt.Sprintf("%s comes before the first day that was settled and has %s that nobody has counted: it is kept, with all days after it", k.Day, settlement.Count(k.Rows, "row"))
	}
}

// Droppable is a day whose rows nobody needs any more, neither its views nor its
// payments.
type Droppable struct {
	daylog.Droppable
	payments *daylog.Droppable // nil where the payments log does not have the day
	// paymentsAlone is a day that came into the payments log while the watch log was dropping it.
	paymentsAlone bool
}

// AllRows is how many views and payments the day has.
func (d Droppable) AllRows() int64 {
	if d.payments == nil {
		return d.Rows
	}
	return d.Rows + d.payments.Rows
}

// Drop removes the day, the first of the watch log, with all its rows, as
// [daylog.Log.Drop] does. Its payments go first: a drop that breaks off goes on
// when it is repeated.
func (db *DB) Drop(ctx context.Context, day Droppable) error {
	if day.payments != nil {
		if err := db.Payments.Drop(ctx, *day.payments); err != nil {
			return err
		}
	}
	if day.paymentsAlone {
		return nil
	}
	return db.Log.Drop(ctx, day.Droppable)
}

// EachDroppable gives each the days before the given one whose rows nobody needs
// any more, oldest first. One that each drops is gone before the next is looked
// at. The first day that stays although it is old enough is returned, if it is not
// just waiting for its own close.
//
// A day is droppable once it is closed, and the day after it, which looks back
// across midnight (R3). Rows that came late are needed until a day has posted
// them and is closed, and so is the day before them, since they are judged across
// that midnight, too. Payments that came late are needed until a day has posted
// them and is closed: what must be known of the others is kept. Days before the first settled one
// never close: those without rows are droppable, those with rows only if
// neverSettled says so, and the last of them only with the first settled one.
func (db *DB) EachDroppable(ctx context.Context, before settlement.Day, neverSettled bool, each func(Droppable) error) (*Kept, error) {
	present, err := db.Partitions(ctx)
	if err != nil {
		return nil, err
	}
	first, found, err := firstClosedDay(ctx, db.pool)
	if err != nil || !found {
		return nil, err
	}
	look := retention{
		db: db, first: first, before: before, neverSettled: neverSettled,
		payments: slices.ContainsFunc(present, func(day Partition) bool { return day.Payments != nil }),
	}
	if kept, err := look.paymentsAlone(ctx, each); err != nil || kept != nil {
		return kept, err
	}
	for i := 0; i+1 < len(present) && present[i].Day < before; i++ {
		day, next := present[i], present[i+1]
		if day.Day >= first && !day.Closed || next.Day >= first && !next.Closed {
			break
		}
		droppable, kept, err := look.at(ctx, day.Day)
		if err != nil || kept != nil {
			return kept, err
		}
		if err := each(droppable); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// retention looks at days in order.
type retention struct {
	db           *DB
	first        settlement.Day // that was settled
	before       settlement.Day // that no day to drop reaches
	neverSettled bool
	payments     bool // the payments log has any day
}

// paymentsAlone gives each the days of the payments log that the watch log has dropped: they come before all of its days.
func (r retention) paymentsAlone(ctx context.Context, each func(Droppable) error) (*Kept, error) {
	if !r.payments {
		return nil, nil
	}
	days, err := r.db.Payments.Partitions(ctx) // before the watch log is asked, which gets a day first
	if err != nil {
		return nil, err
	}
	for _, one := range days {
		if one.Day >= r.before {
			break
		}
		if there, err := r.db.Log.Has(ctx, one.Day); err != nil || there {
			return nil, err
		}
		payments, kept, err := r.paymentsAt(ctx, one.Day)
		if err != nil || kept != nil {
			return kept, err
		}
		if payments == nil {
			continue
		}
		if err := each(Droppable{Droppable: daylog.Droppable{Day: one.Day}, payments: payments, paymentsAlone: true}); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// at tells what the day's rows are needed for, or that nobody needs them. Of the
// day and the next one, those that ever close are closed.
func (r retention) at(ctx context.Context, day settlement.Day) (droppable Droppable, kept *Kept, err error) {
	if r.payments {
		if droppable.payments, kept, err = r.paymentsAt(ctx, day); err != nil || kept != nil {
			return droppable, kept, err
		}
	}
	posting, err := r.db.firstPosting(ctx, "late_views", "watched_on")
	if err != nil {
		return droppable, nil, err
	}
	if posting != nil && day+1 >= posting.Day {
		return droppable, posting, nil
	}
	droppable.Day = day
	if day < r.first {
		if droppable.Rows, err = r.db.Log.Count(ctx, r.db.pool, day); err != nil {
			return droppable, nil, err
		}
		if droppable.Rows > 0 && !r.neverSettled {
			return droppable, &Kept{Day: day, Rows: droppable.Rows, Reason: KeptNeverSettled}, nil
		}
		if droppable.Rows > 0 && day+1 == r.first {
			if goes, err := r.firstGoes(ctx); err != nil || !goes {
				return droppable, &Kept{Day: day, Rows: droppable.Rows, Reason: KeptLookedBack}, err
			}
		}
		droppable.Seen = append(droppable.Seen, daylog.Seen{Day: day, Rows: droppable.Rows})
	}
	for one := max(day, r.first); one <= day+1; one++ {
		run, err := r.db.ClosedRun(ctx, settlement.DailyPeriod(one))
		if err != nil {
			return droppable, nil, err
		}
		late, err := r.db.Log.Arrived(ctx, run.OnTime())
		if err != nil {
			return droppable, nil, err
		}
		if late.Unposted > 0 {
			kept, err := r.unposted(ctx, run, late.Unposted)
			return droppable, kept, err
		}
		if one == day {
			droppable.Rows = run.Statistics.Rows() + late.Rows
		}
		droppable.Seen = append(droppable.Seen, daylog.Seen{Day: one, Epoch: run.LateFrom, Rows: late.Rows})
	}
	return droppable, nil, nil
}

// firstGoes tells whether nobody needs the first settled day any more either.
func (r retention) firstGoes(ctx context.Context) (bool, error) {
	if r.first >= r.before {
		return false, nil
	}
	next, _, err := findRun(ctx, r.db.pool, settlement.DailyPeriod(r.first+1))
	if err != nil || next.State != settlement.Closed {
		return false, err
	}
	_, kept, err := r.at(ctx, r.first)
	return kept == nil, err
}

// unposted is why a closed day stays that has so many late views which no day has posted.
func (r retention) unposted(ctx context.Context, run Run, views int64) (*Kept, error) {
	unjudged, err := r.db.unjudged(ctx, run.StartsOn, run.LateFrom)
	if err != nil || unjudged > 0 {
		return &Kept{Day: run.StartsOn, Rows: unjudged, Reason: KeptUnjudged}, err
	}
	next, err := r.db.NextToCollectLate(ctx)
	return &Kept{Day: run.StartsOn, Rows: views, Reason: KeptUnposted, Posting: next}, err
}

// paymentsAt tells the same of the day's payments; it returns nil where their log
// does not have the day.
func (r retention) paymentsAt(ctx context.Context, day settlement.Day) (droppable *daylog.Droppable, kept *Kept, err error) {
	if found, err := r.db.Payments.Has(ctx, day); err != nil || !found {
		return nil, nil, err
	}
	droppable = &daylog.Droppable{Day: day}
	if day < r.first {
		if droppable.Rows, err = r.db.Payments.Count(ctx, r.db.pool, day); err != nil {
			return nil, nil, err
		}
		if droppable.Rows > 0 && !r.neverSettled {
			return nil, &Kept{Day: day, Rows: droppable.Rows, Reason: KeptNeverSettled}, nil
		}
		droppable.Seen = []daylog.Seen{{Day: day, Rows: droppable.Rows}}
		return droppable, nil, nil
	}
	run, err := r.db.ClosedRun(ctx, settlement.DailyPeriod(day))
	if err != nil {
		return nil, nil, err
	}
	late, err := r.db.Payments.Arrived(ctx, run.PaymentsOnTime())
	if err != nil {
		return nil, nil, err
	}
	if late.Unposted > 0 {
		next, err := r.db.NextToCollectLate(ctx)
		return nil, &Kept{Day: day, Rows: late.Unposted, Reason: KeptUnposted, Posting: next}, err
	}
	posting, err := r.db.firstPosting(ctx, "late_payments", "paid_on")
	if err != nil {
		return nil, nil, err
	}
	if posting != nil && day >= posting.Day {
		return nil, posting, nil
	}
	droppable.Rows = run.OwnPayments() + late.Rows
	droppable.Seen = []daylog.Seen{{Day: day, Epoch: run.PaymentsLateFrom, Rows: late.Rows}}
	return droppable, nil, nil
}

// firstPosting is the first day with rows in the table of late ones that an open
// day posts, nil if there is none: until that one is closed they may be judged, or
// collected, again and again.
func (db *DB) firstPosting(ctx context.Context, late, ownDay string) (*Kept, error) {
	var first []struct {
		Day      settlement.Day `db:"own_day"`
		PostedOn settlement.Day `db:"posted_on"`
		Rows     int64          `db:"row_count"`
	}
	if err := db.pool.SelectContext(ctx, &first, `
		SELECT
			l.`+ownDay+` AS own_day,
			l.posted_on,
			COUNT(*) AS row_count
		FROM runs r
		JOIN `+late+` l ON l.posted_on = r.starts_on
		WHERE r.kind = ? AND r.version = ? AND r.state <> ?
		GROUP BY l.`+ownDay+`, l.posted_on
		ORDER BY l.`+ownDay+`, l.posted_on
		LIMIT 1`, settlement.Daily, runVersion, settlement.Closed); err != nil {
		return nil, fmt.Errorf("look for rows in %s that open days post: %w", late, err)
	}
	if len(first) == 0 {
		return nil, nil
	}
	return &Kept{Day: first[0].Day, Rows: first[0].Rows, Reason: KeptPosting, Posting: first[0].PostedOn}, nil
}
