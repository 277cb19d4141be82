package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"creatorpay/db/daylog"
	"creatorpay/db/server"
	"creatorpay/settlement"
)

// paymentDay is a day before another one with the payment ids that its chunks have
// seen: the smallest and the largest of its completed rows, late ones among them.
type paymentDay struct {
	Day      settlement.Day `db:"starts_on"`
	LateFrom int64          `db:"payments_late_from"`
	First    int64          `db:"first_payment"`
	Last     int64          `db:"last_payment"`
}

// paymentDays are the days before the given one that may have seen one of the ids,
// which are in order, each with those that it may have seen. Where ids grow from
// day to day there are hardly any.
func (db *DB) paymentDays(ctx context.Context, before settlement.Day, ids []int64) (days []daylog.Wanted, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var found []paymentDay
	if err := db.pool.SelectContext(ctx, &found, `
		SELECT
			c.starts_on,
			r.payments_late_from,
			MIN(c.first_payment) AS first_payment,
			MAX(c.last_payment) AS last_payment
		FROM run_chunks c
		JOIN runs r ON r.kind = c.kind AND r.starts_on = c.starts_on AND r.version = c.version
		WHERE c.kind = ? AND c.version = ? AND c.starts_on < ? AND c.last_payment >= ? AND c.first_payment <= ?
		GROUP BY c.starts_on, r.payments_late_from
		ORDER BY c.starts_on`, settlement.Daily, runVersion, before, ids[0], ids[len(ids)-1]); err != nil {
		return nil, fmt.Errorf("find days that may have seen payments of %s: %w", before, err)
	}
	for _, day := range found {
		days = append(days, daylog.OnTime{Day: day.Day, LateFrom: day.LateFrom}.WantsBetween(day.First, day.Last, ids))
	}
	return days, nil
}

// SettledPayments are those of the payment ids, of payments and refunds, in order
// and each once, of which an earlier day than the given one, or an earlier system,
// has settled a row.
func (db *DB) SettledPayments(ctx context.Context, before settlement.Day, ids []int64) (settlement.KnownPayments, error) {
	days, err := db.paymentDays(ctx, before, ids)
	if err != nil {
		return nil, err
	}
	// What is known of no day that was counted here is of an earlier system.
	seen, err := db.Payments.MayBeKept(ctx, ids)
	if err != nil {
		return nil, err
	}
	seen = slices.Clone(seen) // it is a part of ids
	for _, day := range days {
		seen = append(seen, day.IDs...)
	}
	slices.Sort(seen)
	seen = slices.Compact(seen)
	settled := settlement.KnownPayments{}
	rows, err := db.Payments.Completed(ctx, days, before-1, seen)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if row.JudgedOn < before { // a drop that broke off has kept those of its day, too
			settled[row.PaymentID] = 0
		}
	}
	// Refunds of dropped days stand nowhere else.
	refunds, err := server.SelectByIDs[int64](ctx, db.pool, `
		SELECT payment_id
		FROM payment_refunds
		WHERE settled_on < ? AND payment_id IN (?)`, seen, before)
	if err != nil {
		return nil, fmt.Errorf("look up settled refunds: %w", err)
	}
	for _, id := range refunds {
		settled[id] = 0
	}
	return settled, nil
}

// PaymentsToRefund are what the day knows of the payments with these ids, which are
// in order and each there once: of each the row that was settled, by the day itself
// or an earlier one, and how much was given back before the day. Those that nobody
// knows are missing; of a refund of a dropped day it is only known what it refunds.
func (db *DB) PaymentsToRefund(ctx context.Context, run Run, ids []int64) (paid map[int64]daylog.CompletedPayment, given map[int64]settlement.Won, err error) {
	days, err := db.paymentDays(ctx, run.StartsOn, ids)
	if err != nil {
		return nil, nil, err
	}
	rows, err := db.Payments.Completed(ctx, append(days, run.PaymentsOnTime().Wants(ids)), run.StartsOn, ids)
	if err != nil {
		return nil, nil, err
	}
	paid, given = map[int64]daylog.CompletedPayment{}, map[int64]settlement.Won{}
	for _, row := range rows {
		if _, first := paid[row.PaymentID]; !first {
			paid[row.PaymentID] = row
			given[row.PaymentID] = row.Refunded
		}
	}
	type sum struct {
		RefundOf int64          `db:"refund_of"`
		Given    settlement.Won `db:"given"`
	}
	sums, err := server.SelectByIDs[sum](ctx, db.pool, `
		SELECT
			refund_of,
			MAX(given_to) AS given
		FROM payment_refunds
		WHERE settled_on < ? AND refund_of IN (?)
		GROUP BY refund_of`, ids, run.StartsOn)
	if err != nil {
		return nil, nil, fmt.Errorf("look up what was given back: %w", err)
	}
	for _, sum := range sums {
		given[sum.RefundOf] = sum.Given
	}
	// Of a refund of a dropped day only repeats may be left, as payments perhaps.
	type refund struct {
		PaymentID int64           `db:"payment_id"`
		RefundOf  sql.Null[int64] `db:"refund_of"`
	}
	refunds, err := server.SelectByIDs[refund](ctx, db.pool, `
		SELECT payment_id, refund_of
		FROM payment_refunds
		WHERE settled_on < ? AND payment_id IN (?)`, ids, run.StartsOn)
	if err != nil {
		return nil, nil, fmt.Errorf("look up which are refunds: %w", err)
	}
	for _, refund := range refunds {
		row := paid[refund.PaymentID]
		row.RefundOf = refund.RefundOf
		paid[refund.PaymentID] = row
	}
	return paid, given, nil
}

// FeesOf is the fee rule by which the payments of the day are settled, also when
// they are late: that of the day's run.
func (db *DB) FeesOf(ctx context.Context, day settlement.Day) (settlement.FeeRule, error) {
	run, _, err := findRun(ctx, db.pool, settlement.DailyPeriod(day))
	if err != nil {
		return settlement.FeeRule{}, err
	}
	if run.FeeRule == 0 { // it began when there were no fees
		return db.Fees.on(ctx, db.pool, day)
	}
	return db.Fees.Version(ctx, run.FeeRule)
}
