package main

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"creatorpay/settlement"
)

const (
	// besides is how many payments a day with views has at the end: those of a
	// platform of that size.
	besides = 50_000
	// paymentIDsPerDay keeps the ids of the days apart.
	paymentIDsPerDay = 1_000_000_000
	// paymentsPerStatement is how many rows one statement makes.
	paymentsPerStatement = 100_000
)

//go:embed fill_payments.sql
var fillPaymentsScript string

// fillPayments stores so many rows of payments of the day. Each day of a size but
// its first one refunds payments of the day before, too.
func (r *rig) fillPayments(ctx context.Context, day settlement.Day, rows int64, videos int, first bool) error {
	refunded := int64(day-1) * paymentIDsPerDay
	if first {
		refunded = int64(day)*paymentIDsPerDay + 10 // others than those that the day refunds anyway
	}
	span := r.calendar.End(day).Sub(r.calendar.Start(day))
	for from := int64(0); from < rows; from += paymentsPerStatement {
		replace := strings.NewReplacer(
			":today", "'"+day.String()+"'",
			":start", "'"+r.calendar.Start(day).UTC().Format("2006-01-02 15:04:05")+"'",
			":span", fmt.Sprint(span.Microseconds()),
			":from", fmt.Sprint(from),
			":rows", fmt.Sprint(rows),
			":videos", fmt.Sprint(videos),
			":ids", fmt.Sprint(int64(day)*paymentIDsPerDay),
			":refunded_ids", fmt.Sprint(refunded),
		)
		if _, err := r.sql.ExecContext(ctx, replace.Replace(fillPaymentsScript)); err != nil {
			return fmt.Errorf("store payments of %s: %w", day, err)
		}
	}
	return nil
}
