package generate

import (
	"context"
	"fmt"
	"iter"

	"golang.org/x/sync/errgroup"

	"creatorpay/db"
	"creatorpay/db/daylog"
)

// storeDay stores the day's views and payments in the order of their logs, several
// stretches of them at a time.
func (g *generator) storeDay(ctx context.Context, today *day) error {
	figures := Day{Day: today.date}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(connections)
	for first, last := range today.share.stretches() {
		group.Go(func() error { return g.storeViews(ctx, today, first, last, &figures) })
	}
	if sales := len(today.sales); sales > 0 {
		for first, last := range today.sales[sales-1].share.stretches() {
			group.Go(func() error { return g.storePayments(ctx, today, first, last, &figures) })
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	g.report.Days = append(g.report.Days, figures)
	return nil
}

// stretches are the first and the last videos of stretches that are about as long.
func (s share) stretches() iter.Seq2[int, int] {
	return func(yield func(first, last int) bool) {
		first := 0
		for video := range len(s.first) - 1 {
			if s.first[video+1]-s.first[first] < rowsPerStretch && video < len(s.first)-2 {
				continue
			}
			if !yield(first, video) {
				return
			}
			first = video + 1
		}
	}
}

// storeViews stores the day's views of the videos from first to last, and adds
// their figures.
func (g *generator) storeViews(ctx context.Context, today *day, first, last int, figures *Day) error {
	var counted Day
	views := batch[daylog.View]{store: g.appendViews}
	for video := first; video <= last; video++ {
		for view, kind := range today.plays(video) {
			counted.count(view, kind)
			if err := views.add(ctx, view); err != nil {
				return err
			}
		}
	}
	if err := views.end(ctx); err != nil {
		return err
	}
	return g.add(figures, counted)
}

// storePayments does the same for the day's rows of payments.
func (g *generator) storePayments(ctx context.Context, today *day, first, last int, figures *Day) error {
	var counted Day
	payments := batch[daylog.Payment]{store: g.appendPayments}
	for video := first; video <= last; video++ {
		for row := range today.payments(video) {
			if err := counted.Sales.count(row); err != nil {
				return err
			}
			if err := payments.add(ctx, row.Payment); err != nil {
				return err
			}
		}
	}
	if err := payments.end(ctx); err != nil {
		return err
	}
	return g.add(figures, counted)
}

func (g *generator) add(figures *Day, counted Day) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return figures.add(counted)
}

// batch is the rows of a log that are stored in one transaction.
type batch[Row any] struct {
	rows  []Row
	store func(context.Context, []Row) error
}

func (b *batch[Row]) add(ctx context.Context, row Row) error {
	b.rows = append(b.rows, row)
	if len(b.rows) < rowsPerTransaction {
		return nil
	}
	return b.end(ctx)
}

// end stores the rows that are not stored yet.
func (b *batch[Row]) end(ctx context.Context) error {
	if len(b.rows) == 0 {
		return nil
	}
	err := b.store(ctx, b.rows)
	b.rows = b.rows[:0]
	return err
}

func (g *generator) appendViews(ctx context.Context, views []daylog.View) error {
	added, refused, err := g.db.AppendViews(ctx, views)
	if err != nil {
		return err
	}
	if len(refused) > 0 {
		return refusal("view", views[refused[0].Index].ViewID, refused[0])
	}
	g.tell(len(views), func() { g.report.Added += added.Rows })
	return nil
}

func (g *generator) appendPayments(ctx context.Context, payments []daylog.Payment) error {
	added, refused, err := g.db.AppendPayments(ctx, payments)
	if err != nil {
		return err
	}
	if len(refused) > 0 {
		return refusal("payment", payments[refused[0].Index].PaymentID, refused[0])
	}
	g.tell(len(payments), func() { g.report.AddedPayments += added.Rows })
	return nil
}

func refusal(row string, id int64, refused db.Refusal) error {
	return fmt.Errorf("%s %d is refused (%s): choose other days or an empty database", row, id, refused.Reason)
}

// tell reports rows that are done.
func (g *generator) tell(rows int, report func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	report()
	g.done += int64(rows)
	if g.progress != nil {
		g.progress(g.done)
	}
}
