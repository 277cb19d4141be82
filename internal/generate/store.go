package generate

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"creatorpay/db"
	"creatorpay/settlement"
)

const (
	catalogPerStatement = 1000
	rowsPerTransaction  = 5000
	// connections is how many connections store views and payments at the same time.
	connections = 4
	// rowsPerStretch is how many views, or payments, one connection stores in a row.
	rowsPerStretch = 50_000
)

// Run stores what the options describe, making room in the logs for it.
// What is there already stays as it is, so running again after an error, or when
// ctx was done, stores the rest. It fails, and stores nothing, when one of the days is
// closed, or when a creator is there who was not generated.
// Progress, if not nil, is told how many rows of the logs are done, never twice at
// a time.
func Run(ctx context.Context, database *db.DB, options Options, progress func(rows int64)) (Report, error) {
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
	progress func(rows int64)

	mu     sync.Mutex // guards what follows, and keeps progress from being called twice at a time
	done   int64      // rows of the logs
	report Report
}

func (g *generator) run(ctx context.Context) error {
	last := g.options.From + settlement.Day(g.options.Days) - 1
	if err := g.checkOpen(ctx, last); err != nil {
		return err
	}
	if err := g.checkCreators(ctx); err != nil {
		return err
	}
	if err := g.storeCatalog(ctx); err != nil {
		return err
	}
	if err := g.addPartitions(ctx, last); err != nil {
		return err
	}
	for today := range g.days() {
		if err := g.storeDay(ctx, today); err != nil {
			return fmt.Errorf("%s: %w", today.date, err)
		}
	}
	return nil
}

// addPartitions leaves a platform without payments as it is.
func (g *generator) addPartitions(ctx context.Context, last settlement.Day) error {
	if g.options.PaymentsPerDay > 0 {
		return g.db.AddPaymentPartitions(ctx, g.options.From, last)
	}
	_, err := g.db.AddPartitions(ctx, g.options.From, last)
	return err
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

// checkCreators makes sure that no creator is replaced who was not generated: real
// people would get the names and addresses of made-up ones.
func (g *generator) checkCreators(ctx context.Context) error {
	for part := range parts(g.options.Creators, g.creator) {
		there, err := g.db.Emails(ctx, part[0].ID, part[len(part)-1].ID)
		if err != nil {
			return err
		}
		for _, creator := range part {
			if email, found := there[creator.ID]; found && email != creator.Email {
				return fmt.Errorf("creator %d is there already and was not generated (its address is not %s): use an empty database", creator.ID, creator.Email)
			}
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
