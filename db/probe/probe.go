// Package probe finds out whether a server does what the money rests on. It asks
// with statements and looks at what comes of them, in two tables of its own; names
// and versions decide nothing.
//
// What a server does wrong is a [Refusal]. All other errors say that it could not
// be asked: the connection is lost, a right is missing.
package probe

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Refusal is a server on which money is not safe.
type Refusal struct {
	Address string // of the server, host:port
	Found   string // what it did
	Why     string // what would become of the money
	Do      string // to have a server that is not refused
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("MySQL at %s is refused: %s; %s: %s", r.Address, r.Found, r.Why, r.Do)
}

// limit is for a whole probe. Nothing in it waits for anybody.
const limit = 10 * time.Second

// prober asks the server that the pool is connected to.
type prober struct {
	pool  *server.Pool
	owner int64 // of the rows that it writes: programs that ask at the same time do not meet
}

// Check fails with a [*Refusal] if the server may not have the money. It takes some
// thirty statements of two sessions, so the pool must have room for two. It writes rows
// of its own and removes them; of a program that was killed meanwhile one stays in each table,
// and harms nobody. A server that takes no writes now could not be asked: that is an error, but no
// refusal.
func Check(ctx context.Context, pool *server.Pool) error {
	p := &prober{pool, 1 + rand.Int64N(math.MaxInt64)}
	return p.ask(ctx, p.vitess, p.partitions, p.lockWait, p.writes)
}

// CheckReads fails with a [*Refusal] if what is read from the server may be
// wrong. It writes nothing: SELECT is all that its user needs.
func CheckReads(ctx context.Context, pool *server.Pool) error {
	p := &prober{pool: pool}
	return p.ask(ctx, p.vitess, p.partitions)
}

// ask puts one question after the other, until one is answered badly.
func (p *prober) ask(ctx context.Context, questions ...func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for _, question := range questions {
		if err := question(ctx); err != nil {
			return p.explain(err)
		}
	}
	return nil
}

// explain tells a refusal, a database without the tables, and a question that could
// not be put from each other.
func (p *prober) explain(err error) error {
	var refusal *Refusal
	switch {
	case errors.As(err, &refusal):
		refusal.Address = p.pool.Address
		return refusal
	case errors.Is(err, errNotMigrated), server.ErrorNumber(err) == server.NoSuchTable:
		return settlement.Errorf(settlement.ErrNotMigrated, settlement.Period{}, "the database lacks what the server is probed with")
	default:
		return fmt.Errorf("MySQL at %s could not be probed, which says nothing about whether it can be trusted: %w", p.pool.Address, err)
	}
}

// writes asks what has to be written for: two sessions look at each other's rows.
func (p *prober) writes(ctx context.Context) (err error) {
	mine, err := p.pool.Connx(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = mine.Close() }()
	other, err := p.pool.Connx(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = other.Close() }()

	if err := p.checkConstraints(ctx, mine); err != nil {
		return p.pool.NoWrites(err)
	}
	defer func() { err = errors.Join(err, p.remove(ctx, mine)) }()
	if err := p.transactions(ctx, mine, other); err != nil {
		return err
	}
	return p.locks(ctx, mine, other)
}

// in works in a transaction of the session's own that leaves nothing.
func in(ctx context.Context, session *sqlx.Conn, work func(tx *sqlx.Tx) error) error {
	tx, err := session.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	return errors.Join(work(tx), tx.Rollback())
}
