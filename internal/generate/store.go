package generate

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"golang.org/x/sync/errgroup"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

const (
	catalogPerStatement = 1000
	viewsPerTransaction = 5000
	// viewConnections is how many connections store views at the same time.
	viewConnections = 4
	// viewsPerStretch is how many views one connection stores in a row.
	viewsPerStretch = 50_000
)

// Run stores what the options describe, making room in the watch log for it.
// What is there already stays as it is, so running again after an error, or when
// ctx was done, stores the rest. It fails when one of the days is closed.
// Progress, if not nil, is told how many views are done, never twice at a time.
func Run(ctx context.Context, database *db.DB, options Options, progress func(views int64)) (Report, error) {
	if err := options.Validate(); err != nil {
		return Report{}, err
	}
	calendar, err := database.Calendar(ctx)
	if err != nil {
		return Report{}, err
	}
	g := &generator{db: database, world: newWorld(options, calendar), progress: progress}
	if err := g.run(ctx); err != nil {
		return Report{}, fmt.Errorf("generate: %w", err)
	}
	return g.report, nil
}

// generator stores one world.
type generator struct {
	*world
	db       *db.DB
	progress func(views int64)

	mu     sync.Mutex // guards what follows, and keeps progress from being called twice at a time
	done   int64      // views
	report Report
}

func (g *generator) run(ctx context.Context) error {
	if err := g.storeCatalog(ctx); err != nil {
		return err
	}
	last := g.options.From + settlement.Day(g.options.Days) - 1
	if err := g.checkOpen(ctx, last); err != nil {
		return err
	}
	if _, err := g.db.AddPartitions(ctx, g.options.From, last); err != nil {
		return err
	}
	for today := range g.days() {
		if err := g.storeDay(ctx, today); err != nil {
			return fmt.Errorf("%s: %w", today.date, err)
		}
	}
	return nil
}

// checkOpen makes sure that no day is closed: what is generated is not to come
// late.
func (g *generator) checkOpen(ctx context.Context, last settlement.Day) error {
	runs, err := g.db.Runs(ctx, settlement.Daily)
	if err != nil {
		return err
	}
	for _, run := range runs {
		if run.State == settlement.Closed && run.StartsOn >= g.options.From && run.StartsOn <= last {
			return fmt.Errorf("%s is closed: choose other days or an empty database", run.StartsOn)
		}
	}
	return nil
}

func (g *generator) storeCatalog(ctx context.Context) error {
	for part := range parts(g.options.Creators, g.creator) {
		if err := g.db.PutCreators(ctx, part); err != nil {
			return err
		}
	}
	for part := range parts(g.options.Videos, g.video) {
		refused, err := g.db.PutVideos(ctx, part)
		if err != nil {
			return err
		}
		if len(refused) > 0 {
			return fmt.Errorf("video %d is there already and cannot be replaced (%s): use an empty database, or the options of the data that is there", part[refused[0].Index].ID, refused[0].Reason)
		}
	}
	return nil
}

// parts makes things 0 to count-1, some at a time.
func parts[T any](count int, one func(number int) T) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		var part []T
		for number := range count {
			part = append(part, one(number))
			if len(part) < catalogPerStatement && number < count-1 {
				continue
			}
			if !yield(part) {
				return
			}
			part = part[:0]
		}
	}
}

// storeDay stores the day's views in the order of the log, several stretches of
// it at a time.
func (g *generator) storeDay(ctx context.Context, today *day) error {
	figures := Day{Day: today.date}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(viewConnections)
	from := 0
	for video := range g.options.Videos {
		last := video == g.options.Videos-1
		if today.share.first[video+1]-today.share.first[from] < viewsPerStretch && !last {
			continue
		}
		first := from
		group.Go(func() error { return g.storeStretch(ctx, today, first, video, &figures) })
		from = video + 1
	}
	if err := group.Wait(); err != nil {
		return err
	}
	g.report.Days = append(g.report.Days, figures)
	return nil
}

// storeStretch stores the day's views of the videos from first to last, and adds
// their figures.
func (g *generator) storeStretch(ctx context.Context, today *day, first, last int, figures *Day) error {
	var counted Day
	batch := make([]daylog.View, 0, viewsPerTransaction)
	for video := first; video <= last; video++ {
		for view, kind := range today.plays(video) {
			counted.count(view, kind)
			batch = append(batch, view)
			if len(batch) < cap(batch) {
				continue
			}
			if err := g.append(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	if err := g.append(ctx, batch); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return figures.add(counted)
}

func (g *generator) append(ctx context.Context, views []daylog.View) error {
	if len(views) == 0 {
		return nil
	}
	added, refused, err := g.db.AppendViews(ctx, views)
	if err != nil {
		return err
	}
	if len(refused) > 0 {
		return fmt.Errorf("view %d is refused (%s): choose other days or an empty database", views[refused[0].Index].ViewID, refused[0].Reason)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.report.Added += added.Rows
	g.done += int64(len(views))
	if g.progress != nil {
		g.progress(g.done)
	}
	return nil
}
