// Package copies answers from the copies of the books: the primary, and the
// replicas that follow it. A closed period never changes, and a replica sees
// its rows before its close; so whatever copy has a period closed answers for it,
// alone. That something is not there, only the primary may say.
//
// A question is bounded: it asks one copy after the other, never two at once, and
// each call has the same limit. [Copies.Closed] makes at most one call per copy,
// [Copies.List] two.
package copies

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"

	"creatorpay/db"
	"creatorpay/settlement"
)

// Copies are the primary and its replicas. They are safe for concurrent use.
type Copies struct {
	primary  *guarded
	replicas []*guarded
	turns    atomic.Uint64
	asked    questions
}

// questions are what a copy is asked before it is read; tests answer them without
// a server.
type questions struct {
	sealedRun func(context.Context, *db.DB, settlement.Period) (db.SealedRun, error)
	extent    func(context.Context, *db.DB, settlement.Kind) (db.Extent, error)
}

// Open makes ready to ask the copies that the DSNs name, of which all may be
// down. Malformed DSNs and settings are errors, all of them at once.
func Open(primaryDSN string, replicaDSNs []string, config Config, logger *slog.Logger) (*Copies, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	c := &Copies{asked: questions{
		sealedRun: func(ctx context.Context, books *db.DB, period settlement.Period) (db.SealedRun, error) {
			return books.SealedRun(ctx, period)
		},
		extent: func(ctx context.Context, books *db.DB, kind settlement.Kind) (db.Extent, error) {
			return books.Extent(ctx, kind)
		},
	}}
	var problems []error
	open := func(setting, dsn string) *db.DB {
		books, err := db.OpenLazily(dsn, config.Connections, config.CallLimit)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s %w", setting, err))
			return nil
		}
		return books
	}
	c.primary = newPrimary(open("MYSQL_DSN", primaryDSN), config, logger)
	for i, dsn := range replicaDSNs {
		books := open(fmt.Sprintf("MYSQL_REPLICA_DSNS: number %d", i+1), dsn)
		c.replicas = append(c.replicas, newReplica(i, books, config, logger))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// Close closes all connections.
func (c *Copies) Close() error {
	var problems []error
	for _, of := range c.all() {
		if of.books != nil {
			problems = append(problems, of.books.Close())
		}
	}
	return errors.Join(problems...)
}

// all are the primary and the replicas in the order of their names.
func (c *Copies) all() []*guarded { return append([]*guarded{c.primary}, c.replicas...) }

// Closed lets read answer about the closed period on the first copy that has it
// closed: the replicas in turn, then the primary. An error with a
// [settlement.ErrorKind] is the copy's answer: a replica's is not taken for an
// answer and the next copy is asked, the primary's is final. So is a
// [settlement.ErrNotClosed] of the primary when the period is closed nowhere. Any
// other error is a failure of the copy, and the next one is asked, too. With no
// copy left it fails with an [*Unavailable].
//
// Read may be called once for each copy, and must give up when its context ends,
// which has the limit of a call; when the caller's own context ends, read goes on
// until it has its answer, and Closed returns after that.
func (c *Copies) Closed(ctx context.Context, period settlement.Period, read func(ctx context.Context, books *db.DB, run db.SealedRun) error) error {
	return ask(ctx, append(c.inTurn(), c.primary), func(ctx context.Context, of *guarded) error {
		run, err := c.asked.sealedRun(ctx, of.books, period)
		if err != nil {
			return err
		}
		return read(ctx, of.books, run)
	})
}

// Primary lets read ask what only the primary may say. Errors mean what they mean
// to [Copies.Closed].
func (c *Copies) Primary(ctx context.Context, read func(ctx context.Context, books *db.DB) error) error {
	return ask(ctx, []*guarded{c.primary}, func(ctx context.Context, of *guarded) error {
		return read(ctx, of.books)
	})
}

// inTurn are all replicas, beginning with another one each time.
func (c *Copies) inTurn() []*guarded {
	order := make([]*guarded, 0, len(c.replicas)+1)
	if len(c.replicas) == 0 {
		return order
	}
	first := c.turns.Add(1) % uint64(len(c.replicas))
	return append(append(order, c.replicas[first:]...), c.replicas[:first]...)
}
