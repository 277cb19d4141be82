package control

import (
	"context"
	"slices"
	"time"

	"creatorpay/db"
	"creatorpay/settlement"
)

// Gaps are the days that are over and not closed, from the first settled day to the last
// that has views or payments, in order.
func Gaps(ctx context.Context, books *db.DB, now time.Time) ([]db.OpenPeriod, error) {
	calendar, err := books.Calendar(ctx)
	if err != nil {
		return nil, err
	}
	today := calendar.Day(now)
	partitions, err := books.Partitions(ctx)
	if err != nil {
		return nil, err
	}
	for _, partition := range slices.Backward(partitions) {
		if partition.Closed {
			break // days close in order
		}
		if partition.Day >= today {
			continue
		}
		found, err := books.HasRows(ctx, partition.Day)
		if err != nil {
			return nil, err
		}
		if found {
			return gaps(ctx, books, settlement.DailyPeriod(partition.Day))
		}
	}
	return nil, nil
}

// gaps are the open periods of the kind up to the one named, from the first day
// that has to be settled on.
func gaps(ctx context.Context, books *db.DB, last settlement.Period) ([]db.OpenPeriod, error) {
	first, found, err := books.FirstDay(ctx)
	if err != nil || !found {
		return nil, err
	}
	return books.OpenPeriods(ctx, last.Kind, first, last.Start)
}
