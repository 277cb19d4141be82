package statement

import (
	"context"
	"slices"

	"creatorpay/db"
	"creatorpay/settlement"
)

// Lines are what statements are made of, by creator and video: of all videos or of some.
type Lines struct {
	videos       []db.PeriodVideo       // of the period
	days         []db.SettlementLine    // of its days
	late         []db.Adjustment        // views of earlier days that they paid
	payments     []db.PaymentLine       // of its days
	latePayments []db.PaymentAdjustment // payments of earlier days that they settled
	refunded     []db.RefundedFees      // each at least once
}

// ReadLines reads what the statements have of the lines. Where these have a limit and are one
// creator's, next is where those begin that it left; nil if it left none.
func (c *Common) ReadLines(ctx context.Context, database *db.DB, of db.Lines) (lines Lines, next *int64, err error) {
	period := c.run.Period()
	if lines.videos, err = database.PeriodVideos(ctx, period, of); err != nil {
		return lines, nil, err
	}
	if of.Limit > 0 && len(lines.videos) == of.Limit {
		next = settlement.OneVideo(lines.videos[of.Limit-1].VideoID).Before
		of.Videos.Before = next
	}
	of.Limit = 0 // of a video there may be many
	if lines.days, err = database.DaysOf(ctx, period, of); err != nil {
		return lines, nil, err
	}
	if lines.late, err = database.Adjustments(ctx, period, of); err != nil {
		return lines, nil, err
	}
	if lines.payments, err = database.PaymentDaysOf(ctx, period, of); err != nil {
		return lines, nil, err
	}
	if lines.latePayments, err = database.PaymentAdjustments(ctx, period, of); err != nil {
		return lines, nil, err
	}
	if slices.ContainsFunc(lines.payments, func(line db.PaymentLine) bool { return line.Refunds > 0 }) {
		lines.refunded, err = database.RefundedFees(ctx, period, of)
	}
	return lines, next, err
}

// Append adds the lines of further videos of the same creator.
func (l *Lines) Append(next Lines) {
	l.videos = append(l.videos, next.videos...)
	l.days = append(l.days, next.days...)
	l.late = append(l.late, next.late...)
	l.payments = append(l.payments, next.payments...)
	l.latePayments = append(l.latePayments, next.latePayments...)
	l.refunded = append(l.refunded, next.refunded...)
}

// take takes the creator's lines off the front. Every statement has lines.
func (l *Lines) take(creator int64) Lines {
	return Lines{
		videos:       take(&l.videos, creator, func(v db.PeriodVideo) int64 { return v.CreatorID }),
		days:         take(&l.days, creator, func(d db.SettlementLine) int64 { return d.CreatorID }),
		late:         take(&l.late, creator, func(a db.Adjustment) int64 { return a.CreatorID }),
		payments:     take(&l.payments, creator, func(p db.PaymentLine) int64 { return p.CreatorID }),
		latePayments: take(&l.latePayments, creator, func(a db.PaymentAdjustment) int64 { return a.CreatorID }),
	}
}

// take takes the lines of one id off the front of lines, which are ordered by
// their ids. Lines of smaller ids are of nobody who is asked for.
func take[T any](lines *[]T, id int64, idOf func(T) int64) []T {
	of := *lines
	of = of[until(of, func(line T) bool { return idOf(line) >= id }):]
	end := until(of, func(line T) bool { return idOf(line) > id })
	*lines = of[end:]
	return of[:end]
}

// until is how many lines come before the first one that is so.
func until[T any](lines []T, so func(T) bool) int {
	if n := slices.IndexFunc(lines, so); n >= 0 {
		return n
	}
	return len(lines)
}
