package importer

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"maps"
	"slices"

	"creatorpay/settlement"
)

// room makes room in a log, once for each day, and remembers it.
type room struct {
	makeFor     func(ctx context.Context, first, last settlement.Day) error
	known       bool // whether first and last are
	first, last settlement.Day
	refused     map[settlement.Day]string // days that the log cannot hold, and why
}

// make adds the partitions that the rows need whose days are given, in any order.
// Days that the log cannot hold are refused one by one: a mistyped year, or
// a dropped day, must not cost the other days.
func (r *room) make(ctx context.Context, rows iter.Seq[settlement.Day]) error {
	missing := r.missing(rows)
	if len(missing) == 0 {
		return nil
	}
	days := slices.Sorted(maps.Keys(missing))
	err := r.add(ctx, days[0], days[len(days)-1])
	if !isRefusal(err) {
		return err
	}
	// Which of the days is wrong? Rather those with few lines.
	slices.SortStableFunc(days, func(a, b settlement.Day) int { return -cmp.Compare(missing[a], missing[b]) })
	for _, day := range days {
		if r.has(day) {
			continue
		}
		err := r.add(ctx, day, day)
		if isRefusal(err) {
			r.refused[day] = err.Error()
		} else if err != nil {
			return err
		}
	}
	return nil
}

// missing are the days without a partition, with how many rows each has.
func (r *room) missing(rows iter.Seq[settlement.Day]) map[settlement.Day]int {
	lines := map[settlement.Day]int{}
	for day := range rows {
		if _, refused := r.refused[day]; !refused && !r.has(day) {
			lines[day]++
		}
	}
	return lines
}

func (r *room) has(day settlement.Day) bool {
	return r.known && r.first <= day && day <= r.last
}

func (r *room) add(ctx context.Context, first, last settlement.Day) error {
	if err := r.makeFor(ctx, first, last); err != nil {
		return err
	}
	// The log has no gaps: what lies between is there as well.
	if r.known {
		first, last = min(first, r.first), max(last, r.last)
	}
	r.known, r.first, r.last = true, first, last
	return nil
}

// isRefusal tells days that the log cannot hold, or that were dropped, from a
// failure of the database.
func isRefusal(err error) bool {
	return errors.Is(err, settlement.ErrTooManyDays) || errors.Is(err, settlement.ErrDropped)
}
