package audit

import (
	"context"

	"creatorpay/db"
	"creatorpay/settlement"
)

var mailsInvariant = Invariant{
	Name:    "mails",
	Meaning: "each weekly statement has one delivery, nobody else has one, and none was sent without a claim or before its week closed",
	Remedy:  "a delivery was changed by hand: find the mail by its Message-ID in the mail server's log, then confirm that it has arrived or send it again",
	Subject: Mails,
	check: func(ctx context.Context, a *audit) error {
		if err := checkDeliveriesMissing(ctx, a); err != nil {
			return err
		}
		return checkDeliveries(ctx, a)
	},
}

func checkDeliveriesMissing(ctx context.Context, a *audit) error {
	type row struct {
		Start   settlement.Day `db:"starts_on"`
		Creator int64          `db:"creator_id"`
	}
	first, last := a.span(settlement.Weekly)
	return eachRow(ctx, a, `
		SELECT
			s.starts_on,
			s.creator_id
		FROM statements s
		LEFT JOIN deliveries d ON d.starts_on = s.starts_on AND d.version = s.version AND d.creator_id = s.creator_id
		WHERE s.kind = ? AND s.starts_on BETWEEN ? AND ? AND d.creator_id IS NULL
		ORDER BY s.starts_on, s.creator_id`, []any{settlement.Weekly, first, last}, func(r row) {
		if week := r.Start.Week(); a.closed(week) {
			a.found(week, ofCreator(r.Creator), "has a statement, but no delivery")
		}
	})
}

// checkDeliveries looks for deliveries that should not be there or cannot have
// come about as the mails are sent.
func checkDeliveries(ctx context.Context, a *audit) error {
	type row struct {
		Start    settlement.Day `db:"starts_on"`
		Creator  int64          `db:"creator_id"`
		State    string         `db:"state"`
		Attempts int            `db:"attempts"`
		Stated   bool           `db:"stated"`
		Early    bool           `db:"early"`
	}
	return eachRow(ctx, a, `
		SELECT
			d.starts_on,
			d.creator_id,
			d.state,
			d.attempts,
			s.creator_id IS NOT NULL AS stated,
			d.state <> ? AND (r.ended_at IS NULL OR d.changed_at < r.ended_at) AS early
		FROM deliveries d
		LEFT JOIN statements s ON s.kind = ? AND s.starts_on = d.starts_on AND s.version = d.version AND s.creator_id = d.creator_id
		LEFT JOIN runs r ON r.kind = ? AND r.starts_on = d.starts_on AND r.version = d.version AND r.state = ?
		WHERE d.starts_on BETWEEN ? AND ?
		HAVING NOT stated OR early OR state IN (?, ?, ?) AND attempts = 0
		ORDER BY d.starts_on, d.creator_id`, []any{
		db.DeliveryPending, settlement.Weekly, settlement.Weekly, settlement.Closed, a.first.Week().Start, a.last,
		db.DeliverySending, db.DeliverySent, db.DeliveryUnknown,
	}, func(r row) {
		week, what := r.Start.Week(), ofCreator(r.Creator)
		switch {
		case !r.Stated:
			a.found(week, what, "has a delivery (%s), but no statement", r.State)
		case r.Early:
			a.found(week, what, "the mail is %s from before the week closed", r.State)
		default:
			a.found(week, what, "the mail is %s, but no attempt claimed it", r.State)
		}
	})
}
