package db

import (
	"context"
	"fmt"
	"slices"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// mostMismatches bounds how many days of a log are looked at that have other rows than were counted. A log that was
// restored without its epochs has as many as days, and to find that out is to read them whole.
const mostMismatches = 7

// CollectLate fixes which late rows the day posts, views and payments: all that have
// come into the partitions of the closed days before it, however long ago those were, and that no
// day has posted (R16). It does so once; after that it gives the same
// number of late rows, but for what [DB.CollectPaymentsAgain] changes. Days whose
// posted late rows are no longer there, or whose other rows are not as many as were
// counted when late ones came, are returned and not adjusted, and so are days that
// got rows after they, or of views the day before, had been dropped; after the last seven such days of a log it
// looks no further back. The late rows of
// large days are posted in transactions of their own; what is posted is fixed by the last
// one, so a run that ends in between goes on.
func (db *DB) CollectLate(ctx context.Context, day settlement.Day, holder Holder) (lateRows int64, mismatches []settlement.Mismatch, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("collect late rows for %s: %w", day, err)
		}
	}()
	room := db.postedAtOnce
	logs := []lateLog{
		{Log: db.Log.Log, room: &room, unjudged: db.unjudged},
		{Log: db.Payments.Log, room: &room, payments: true},
	}
	past, settles, err := db.pastDays(ctx, day, logs)
	if err != nil {
		return 0, nil, err
	}
	if !settles {
		logs = logs[:1]
	}
	for i := range logs {
		more, err := logs[i].lookAt(ctx, past)
		if err != nil {
			return 0, nil, err
		}
		mismatches = append(mismatches, more...)
	}
	if err := db.postInParts(ctx, day, holder, logs); err != nil {
		return 0, nil, err
	}
	lateRows, err = db.post(ctx, day, holder, logs)
	return lateRows, mismatches, err
}

// lateLog is a log in which late rows are looked for.
type lateLog struct {
	*daylog.Log
	payments bool
	// first and last are the days that the log has; without any, last is before first.
	first, last settlement.Day
	// reposts are the days of which it is fixed anew what is posted: posted rows may be gone then. nil the first time.
	reposts map[settlement.Day]bool
	// seenBefore is the epoch below which the last closed day has seen all rows when it collected late ones; 0 if that is
	// not known.
	seenBefore int64
	got        []daylog.OnTime // the days that got some, and those of reposts
	large      []daylog.OnTime // days that got more than there was room for, which are none of these
	room       *int64          // rows that fit into the transaction in which got is posted, of all logs; nil without a limit
	// unjudged is how many late rows of a day nobody can judge; nil where rows are judged
	// by those of their day alone.
	unjudged func(ctx context.Context, day settlement.Day, lateFrom int64) (rows int64, err error)
}

// lookAt finds the past days for which late rows came into the log, newest first, and those that
// are to be returned as mismatches.
func (l *lateLog) lookAt(ctx context.Context, past []pastDay) (mismatches []settlement.Mismatch, err error) {
	if len(past) > 1 {
		l.seenBefore = past[len(past)-2].in(l).LateFrom // the last one began after this close
	}
	for _, day := range slices.Backward(past) {
		if len(mismatches) == mostMismatches {
			break
		}
		if day.Day < l.first || day.Day > l.last {
			continue
		}
		came, rows, mismatch, err := l.look(ctx, day.in(l))
		if came && l.unjudged != nil {
			mismatch, err = l.lacksDayBefore(ctx, day.in(l))
		}
		switch {
		case err != nil:
			return nil, err
		case mismatch != nil:
			mismatch.Payments = l.payments
			mismatches = append(mismatches, *mismatch)
		case came && l.room != nil && rows > *l.room:
			l.large = append(l.large, day.in(l).onTime())
		case came:
			l.got = append(l.got, day.in(l).onTime())
			if l.room != nil {
				*l.room -= rows
			}
		}
	}
	slices.Reverse(mismatches)
	below, err := l.RowsBelow(ctx)
	if err != nil {
		return nil, err
	}
	for _, dropped := range below {
		mismatches = append(mismatches, settlement.Mismatch{Day: dropped.Day, Payments: l.payments, Found: dropped.Rows, Dropped: true})
	}
	return mismatches, nil
}

// lacksDayBefore is the mismatch of a day that got rows which nobody can judge any more.
func (l *lateLog) lacksDayBefore(ctx context.Context, past lookedAt) (*settlement.Mismatch, error) {
	rows, err := l.unjudged(ctx, past.Day, past.LateFrom)
	if err != nil || rows == 0 {
		return nil, err
	}
	return &settlement.Mismatch{Day: past.Day, Found: rows, Unjudged: true}, nil
}

// pastDay is a closed day.
type pastDay struct {
	Day              settlement.Day      `db:"starts_on"`
	State            settlement.RunState `db:"state"`
	Counted          int64               `db:"counted"`
	Posted           int64               `db:"posted"` // late rows
	LateFrom         int64               `db:"late_from"`
	PaymentsCounted  int64               `db:"payments_counted"`
	PaymentsPosted   int64               `db:"payments_posted"`
	PaymentsLateFrom int64               `db:"payments_late_from"`
}

// in is what is known of the day's rows in the log.
func (d pastDay) in(log *lateLog) lookedAt {
	if log.payments {
		return lookedAt{d.Day, d.PaymentsCounted, d.PaymentsPosted, d.PaymentsLateFrom}
	}
	return lookedAt{d.Day, d.Counted, d.Posted, d.LateFrom}
}

// lookedAt is a closed day with a partition in the log.
type lookedAt struct {
	Day      settlement.Day
	Counted  int64
	Posted   int64 // late rows
	LateFrom int64
}

func (d lookedAt) onTime() daylog.OnTime { return daylog.OnTime{Day: d.Day, LateFrom: d.LateFrom} }

// pastDays are the closed days before the given one that one of the logs may have, in order, and
// whether that day settles payments. It tells the logs which days they have.
func (db *DB) pastDays(ctx context.Context, day settlement.Day, logs []lateLog) (past []pastDay, settles bool, err error) {
	first := day
	for i := range logs {
		log := &logs[i]
		var found bool
		if log.first, log.last, found, err = log.Span(ctx); err != nil {
			return nil, false, err
		}
		if !found {
			log.first, log.last = 0, -1
			continue
		}
		first = min(first, log.first)
	}
	var found []pastDay
	if err := db.pool.SelectContext(ctx, &found, `
		SELECT
			starts_on,
			state,
			`+RowsOfLine+` AS counted,
			(
				SELECT COUNT(*)
				FROM late_views l
				WHERE l.watched_on = r.starts_on
			) AS posted,
			late_from,
			`+PaymentRowsOfLine+` - late_payments AS payments_counted,
			(
				SELECT COUNT(*)
				FROM late_payments l
				WHERE l.paid_on = r.starts_on
			) AS payments_posted,
			payments_late_from
		FROM runs r
		WHERE kind = ? AND version = ? AND starts_on BETWEEN ? AND ?
		ORDER BY starts_on`, settlement.Daily, runVersion, first, day); err != nil {
		return nil, false, err
	}
	for _, one := range found {
		switch {
		case one.Day == day:
			settles = one.PaymentsLateFrom != withoutPayments
		case one.State == settlement.Closed:
			past = append(past, one)
		}
	}
	return past, settles, nil
}

// look tells whether rows came into the day's partition that no day has posted, and how many, or
// whether what is posted of it is fixed anew.
// It finds the late rows by their index and reads none of the others. Where they are as many as were posted, and none came
// since the last closed day has seen them, they are only counted. Only where the
// late rows are not those that were posted are the others counted, too: a log
// that was restored without its epochs must not be posted as a whole.
func (l *lateLog) look(ctx context.Context, past lookedAt) (came bool, rows int64, mismatch *settlement.Mismatch, err error) {
	number, newest, err := l.CountLate(ctx, past.onTime())
	if err != nil {
		return false, 0, nil, err
	}
	if number == past.Posted && (number == 0 || newest < l.seenBefore) {
		return l.reposts[past.Day], 0, nil, nil
	}
	late, err := l.Arrived(ctx, past.onTime())
	if err != nil {
		return false, 0, nil, err
	}
	// Others may have posted rows since past was read, which is no mismatch.
	missing := max(0, past.Posted-(late.Rows-late.Unposted))
	if late.Unposted == 0 && missing == 0 {
		return l.reposts[past.Day], 0, nil, nil
	}
	onTime, err := l.CountOnTime(ctx, past.onTime())
	if err != nil {
		return false, 0, nil, err
	}
	switch {
	case onTime != past.Counted:
		return false, 0, &settlement.Mismatch{Day: past.Day, Expected: past.Counted, Found: onTime}, nil
	case missing > 0 && l.reposts == nil:
		all := past.Counted + past.Posted
		return false, 0, &settlement.Mismatch{Day: past.Day, Expected: all, Found: all - missing}, nil
	}
	return true, late.Unposted, nil, nil
}

// NextToCollectLate is the day that posts what comes late from now on: the first one
// that is not closed, or the one after it if that one has collected them already.
// Some day must be closed.
func (db *DB) NextToCollectLate(ctx context.Context) (settlement.Day, error) {
	var last settlement.Day
	if err := db.pool.GetContext(ctx, &last, `
		SELECT MAX(starts_on)
		FROM runs
		WHERE kind = ? AND version = ? AND (state = ? OR late_collected_at IS NOT NULL)`,
		settlement.Daily, runVersion, settlement.Closed); err != nil {
		return 0, fmt.Errorf("find the day that posts late rows next: %w", err)
	}
	return last + 1, nil
}
