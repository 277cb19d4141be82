package audit

import (
	"context"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"creatorpay/db"
	"creatorpay/settlement"
)

var kinds = []settlement.Kind{settlement.Daily, settlement.Weekly, settlement.Monthly}

// closedBooks is what the invariants have in common. It is read once: what has
// closed stays.
type closedBooks struct {
	db          *db.DB
	first, last settlement.Day                   // the last is closed
	firstEver   settlement.Day                   // the first closed day of all
	runs        map[settlement.Kind][]db.Run     // of the closed periods that have a day from first to last, in order
	days        map[settlement.Day]db.Run        // the daily ones of them
	allDays     []db.Run                         // of all closed days, in order
	chunks      map[settlement.Period][]db.Chunk // of the same periods, in key order
	rules       map[int64]settlement.PriceRule   // that can be used, by version
	fees        []settlement.FeeRule             // that can be used, by the day from which they hold
	seen        []seenPayments                   // of all closed days that have seen payments, in order

	paymentsFrom settlement.Day // the first day of the payments log: those before it are dropped, if any ever had payments
}

// readBooks reads the closed periods that have a day from first to last.
func readBooks(ctx context.Context, books *db.DB, first, last settlement.Day) (closedBooks, error) {
	closed := closedBooks{
		db: books, first: first,
		runs:   make(map[settlement.Kind][]db.Run),
		days:   make(map[settlement.Day]db.Run),
		chunks: make(map[settlement.Period][]db.Chunk),
		rules:  make(map[int64]settlement.PriceRule),
	}
	for _, kind := range kinds {
		if err := closed.readRuns(ctx, kind, last); err != nil {
			return closed, err
		}
	}
	if len(closed.days) == 0 {
		return closed, settlement.Errorf(settlement.ErrNothing, settlement.Period{}, "no day from %s to %s is closed: there is nothing to audit", first, last)
	}
	closed.firstEver = closed.allDays[0].StartsOn
	versions, err := books.Prices.Versions(ctx)
	for _, version := range versions {
		if version.Problem == "" {
			closed.rules[version.Rule.Version] = version.Rule
		}
	}
	if err == nil {
		err = closed.readFees(ctx)
	}
	if err == nil {
		err = closed.readSeen(ctx)
	}
	if err == nil {
		closed.paymentsFrom, _, _, err = books.Payments.Span(ctx)
	}
	return closed, err
}

func (c *closedBooks) readRuns(ctx context.Context, kind settlement.Kind, last settlement.Day) error {
	runs, err := c.db.Runs(ctx, kind)
	if err != nil {
		return err
	}
	for _, run := range runs {
		if run.State != settlement.Closed {
			continue
		}
		if kind == settlement.Daily {
			c.allDays = append(c.allDays, run)
		}
		period := run.Period()
		if period.End() <= c.first || period.Start > last {
			continue
		}
		c.runs[kind] = append(c.runs[kind], run)
		if kind == settlement.Daily {
			c.days[period.Start] = run
			c.last = period.Start
		}
		if c.chunks[period], err = c.db.Chunks(ctx, period); err != nil {
			return err
		}
	}
	return nil
}

// span is from the first to the last start of the closed periods of the kind.
func (c *closedBooks) span(kind settlement.Kind) (first, last settlement.Day) {
	runs := c.runs[kind]
	if len(runs) == 0 {
		return 0, -1
	}
	return runs[0].StartsOn, runs[len(runs)-1].StartsOn
}

// periods are the runs of weeks and months.
func (c *closedBooks) periods() []db.Run {
	return slices.Concat(c.runs[settlement.Weekly], c.runs[settlement.Monthly])
}

// closed tells whether the period is one of those that are being audited.
func (c *closedBooks) closed(period settlement.Period) bool {
	return slices.ContainsFunc(c.runs[period.Kind], func(run db.Run) bool { return run.StartsOn == period.Start })
}

// inParallel works on the items on all of the machine's cores.
func inParallel[T any](ctx context.Context, items []T, work func(context.Context, int, T) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.NumCPU())
	for i, item := range items {
		group.Go(func() error { return work(ctx, i, item) })
	}
	return group.Wait()
}
