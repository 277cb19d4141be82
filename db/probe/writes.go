package probe

import (
	"context"
	"slices"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
)

// checkConstraints tries to store a row that a CHECK forbids.
func (p *prober) checkConstraints(ctx context.Context, mine *sqlx.Conn) error {
	return in(ctx, mine, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO server_probe (owner, figure)
			VALUES (?, -1)`, p.owner)
		switch server.ErrorNumber(err) {
		case server.CheckViolated, server.CheckViolatedOnMariaDB:
			return nil
		}
		if err != nil {
			return err
		}
		return &Refusal{
			Found: "it stored a row that a CHECK constraint forbids",
			Why:   "amounts that contradict each other would be stored",
			Do: "have it enforce them; on TiDB: SET GLOBAL tidb_enable_check_constraint = ON, and then a new database, " +
				"since tables that were made without it have none",
		}
	})
}

// transactions writes to both tables, takes it back, writes again and commits, while
// another session looks.
func (p *prober) transactions(ctx context.Context, mine, other *sqlx.Conn) error {
	var early int
	if err := in(ctx, mine, func(tx *sqlx.Tx) (err error) {
		if err := p.insert(ctx, tx); err != nil {
			return err
		}
		early, err = p.seen(ctx, other)
		return err
	}); err != nil {
		return err
	}
	if early > 0 {
		return &Refusal{
			Found: "a session saw what another one had not committed",
			Why:   "a run would go on with rows that are taken back later",
			Do:    "connect to one server whose tables are of InnoDB (or to TiDB), and not through a proxy that commits by itself",
		}
	}
	left, err := p.seen(ctx, other)
	if err != nil {
		return err
	}
	if left > 0 {
		return &Refusal{
			Found: "a rollback left rows behind",
			Why:   "a chunk that failed half-way would be paid in part, and once more when it is tried again",
			Do:    "connect to one server whose tables are of InnoDB (or to TiDB), and not through a proxy that commits by itself",
		}
	}

	tx, err := mine.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if err := p.insert(ctx, tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	late, err := p.seen(ctx, other)
	if err != nil {
		return err
	}
	if late != 2 {
		return &Refusal{
			Found: "a session did not see at once what another one had committed",
			Why:   "a step would settle without the rows of the step before it",
			Do:    "connect to the primary itself, not through a balancer that sends statements to replicas or to several nodes",
		}
	}
	return nil
}

// shareNoWait is LOCK IN SHARE MODE that does not wait: MariaDB takes the first
// comment for a statement, all others the second.
const shareNoWait = `/*M! LOCK IN SHARE MODE */ /*!80000 FOR SHARE */ NOWAIT`

// locks has one session hold the row with the words of the programs, and another
// one try to get it.
func (p *prober) locks(ctx context.Context, mine, other *sqlx.Conn) error {
	for _, try := range []struct{ held, wanted, found string }{
		{"LOCK IN SHARE MODE", "FOR UPDATE NOWAIT", "LOCK IN SHARE MODE did not keep another session from locking the row FOR UPDATE"},
		{"FOR UPDATE", shareNoWait, "FOR UPDATE did not keep another session from locking the row IN SHARE MODE"},
	} {
		refused, err := p.excludes(ctx, mine, other, try.held, try.wanted)
		if err != nil {
			return err
		}
		if !refused {
			return &Refusal{
				Found: try.found,
				Why:   "a chunk of a run that was taken over or closed could still write, and its views would be paid twice or not at all",
				Do:    "connect to one server whose tables are of InnoDB (or to TiDB), and not through a balancer that leads to several nodes",
			}
		}
	}
	return nil
}

// excludes tells whether the lock that one session has keeps the other one from
// getting its.
func (p *prober) excludes(ctx context.Context, mine, other *sqlx.Conn, held, wanted string) (refused bool, err error) {
	err = in(ctx, mine, func(tx *sqlx.Tx) error {
		if err := p.lock(ctx, tx, held); err != nil {
			return err
		}
		return in(ctx, other, func(tx *sqlx.Tx) error {
			err := p.lock(ctx, tx, wanted)
			refused = slices.Contains([]uint16{server.LockNoWait, server.LockWaitTimeout}, server.ErrorNumber(err))
			if refused {
				return nil
			}
			return err
		})
	})
	return refused, err
}

// lock locks the prober's row until the transaction ends.
func (p *prober) lock(ctx context.Context, tx *sqlx.Tx, lock string) error {
	var figure int64
	return tx.GetContext(ctx, &figure, `
		SELECT figure
		FROM server_probe
		WHERE owner = ?
		`+lock, p.owner)
}
