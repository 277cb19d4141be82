package audit

import (
	"cmp"
	"context"
	"slices"

	"github.com/jmoiron/sqlx"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/db/server"
	"creatorpay/settlement"
)

// seenPayments are between which payment ids the completed rows lie that a closed
// day has settled or found to be repeats, by its chunks.
type seenPayments struct {
	Day   settlement.Day `db:"starts_on"`
	First int64          `db:"first_payment"`
	Last  int64          `db:"last_payment"`
}

// readSeen reads them of all closed days, by day: there are few days.
func (c *closedBooks) readSeen(ctx context.Context) error {
	return c.db.InSnapshot(ctx, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &c.seen, `
			SELECT
				c.starts_on,
				MIN(c.first_payment) AS first_payment,
				MAX(c.last_payment) AS last_payment
			FROM run_chunks c
			JOIN runs r ON r.kind = c.kind AND r.starts_on = c.starts_on AND r.version = c.version
			WHERE c.kind = ? AND r.state = ? AND c.first_payment IS NOT NULL
			GROUP BY c.starts_on
			ORDER BY c.starts_on`, settlement.Daily, settlement.Closed)
	})
}

// seenOn is where the day stands among those that have any.
func (c *closedBooks) seenOn(day settlement.Day) (at int, found bool) {
	return slices.BinarySearchFunc(c.seen, day, func(seen seenPayments, day settlement.Day) int { return cmp.Compare(seen.Day, day) })
}

// seenBy are the closed days up to the given one that may have settled one of the
// payment ids, which are in order, each with those.
func (c *closedBooks) seenBy(until settlement.Day, ids []int64) (days []daylog.Wanted) {
	for _, run := range c.allDays {
		at, found := c.seenOn(run.StartsOn)
		if run.StartsOn > until || !found {
			continue
		}
		days = append(days, run.PaymentsOnTime().WantsBetween(c.seen[at].First, c.seen[at].Last, ids))
	}
	return days
}

// knownPayments are the payment ids of the day's completed rows that do not only
// the day and one of its videos have, and by which row they are settled. The day's
// rows are compared with those of each day before it whose ids overlap with its
// own, by the index; hardly any are where ids grow from day to day.
func (a *audit) knownPayments(ctx context.Context, run db.Run) (settlement.KnownPayments, error) {
	day := run.StartsOn
	own, found := a.seenOn(day)
	if !found {
		return settlement.KnownPayments{}, nil
	}
	ids, err := a.elsewhere(ctx, a.seen[own], a.seen[:own])
	if err != nil || len(ids) == 0 {
		return settlement.KnownPayments{}, err
	}
	rows, err := a.db.Payments.Completed(ctx, a.seenBy(day, ids), day, ids)
	if err != nil {
		return nil, err
	}
	known := settlement.KnownPayments{}
	for _, row := range rows {
		if _, found := known[row.PaymentID]; found {
			continue
		}
		known[row.PaymentID] = row.VideoID
		if row.JudgedOn < day {
			known[row.PaymentID] = 0
		}
	}
	// Refunds of dropped days stand nowhere else.
	refunds, err := selectByIDs[int64](ctx, a, `
		SELECT payment_id
		FROM payment_refunds
		WHERE settled_on < ? AND payment_id IN (?)`, day, ids)
	for _, id := range refunds {
		known[id] = 0
	}
	return known, err
}

// elsewhere are the payment ids of completed rows of the day that a day before it
// may have, too, or several of its videos, or that came late; in order.
func (a *audit) elsewhere(ctx context.Context, day seenPayments, before []seenPayments) (ids []int64, err error) {
	look := func(query string, args ...any) error {
		return a.db.InSnapshot(ctx, func(tx *sqlx.Tx) error {
			return server.EachRow(ctx, tx, func(row *sqlx.Rows) error {
				var id int64
				err := row.Scan(&id)
				ids = append(ids, id)
				return err
			}, query, args...)
		})
	}
	const ownRow = `
		STRAIGHT_JOIN payments p FORCE INDEX (payments_payment_id_idx) ON p.payment_id = o.payment_id AND p.paid_on = ? AND p.status = 'completed'`
	for _, other := range before {
		first, last := max(day.First, other.First), min(day.Last, other.Last)
		if first > last {
			continue
		}
		if err := look(`
		SELECT DISTINCT o.payment_id
		FROM payments o FORCE INDEX (payments_payment_id_idx)`+ownRow+`
		WHERE o.paid_on = ? AND o.status = 'completed' AND o.payment_id BETWEEN ? AND ?`, day.Day, other.Day, first, last); err != nil {
			return nil, err
		}
	}
	err = look(`
		SELECT o.payment_id
		FROM late_payments o`+ownRow+`
		WHERE o.posted_on < ? AND o.status = 'completed' AND o.payment_id BETWEEN ? AND ?
		UNION
		SELECT o.payment_id
		FROM kept_payments o`+ownRow+`
		WHERE o.payment_id BETWEEN ? AND ?
		UNION
		SELECT o.payment_id
		FROM payment_refunds o`+ownRow+`
		WHERE o.settled_on < ? AND o.payment_id BETWEEN ? AND ?
		UNION
		SELECT payment_id
		FROM late_payments
		WHERE posted_on = ? AND status = 'completed'
		UNION
		SELECT payment_id
		FROM payments FORCE INDEX (payments_payment_id_idx)
		WHERE paid_on = ? AND status = 'completed'
		GROUP BY payment_id
		HAVING MIN(video_id) <> MAX(video_id)`,
		day.Day, day.Day, day.First, day.Last,
		day.Day, day.First, day.Last,
		day.Day, day.Day, day.First, day.Last,
		day.Day, day.Day)
	slices.Sort(ids)
	return slices.Compact(ids), err
}

// selectByIDs selects with a query whose last ? stands for the ids, and whose first for
// the day.
func selectByIDs[T any](ctx context.Context, a *audit, query string, day settlement.Day, ids []int64) (rows []T, err error) {
	err = a.db.InSnapshot(ctx, func(tx *sqlx.Tx) error {
		rows, err = server.SelectByIDs[T](ctx, tx, query, ids, day)
		return err
	})
	return rows, err
}
