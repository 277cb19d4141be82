package probe

import (
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
)

// vitess puts a question that only a vtgate understands. What Vitess does wrong cannot be found by asking
// it: which tables are on which shards, and how it commits on several of them, is for each
// keyspace to say.
func (p *prober) vitess(ctx context.Context) error {
	var shards []string
	err := p.pool.SelectContext(ctx, &shards, `SHOW VITESS_SHARDS`)
	if server.ErrorNumber(err) == server.ParseError {
		return nil
	}
	if err != nil {
		return err
	}
	return &Refusal{
		Found: fmt.Sprintf("it is Vitess, with %d shards", len(shards)),
		Why: "its vtgate drops PARTITION (…) from statements on sharded tables, ignores LOCK TABLES and lock_wait_timeout, " +
			"and commits on several shards one after the other, so a day would be counted with other days' rows, and half of a chunk could be stored",
		Do: "connect to one of the servers that are supported: MySQL, MariaDB or TiDB",
	}
}

// partitions scans one of two partitions, whose rows were not inserted in the order of
// the key.
func (p *prober) partitions(ctx context.Context) error {
	var places []int
	if err := p.pool.SelectContext(ctx, &places, `
		SELECT place
		FROM `+ofLastDay+`
		WHERE owner = 0
		/*T! ORDER BY day, owner, place */`); err != nil {
		return err
	}
	if slices.ContainsFunc(places, func(place int) bool { return place <= placesADay }) {
		return &Refusal{
			Found: "SELECT … FROM t PARTITION (p) also gave rows of another partition",
			Why:   "a day would be counted and paid with the rows of other days",
			Do:    "connect to the server itself, not to a proxy or a sharding layer that rewrites statements",
		}
	}
	if len(places) != placesADay {
		return errNotMigrated
	}
	if !slices.IsSorted(places) {
		return &Refusal{
			Found: "a scan of a partition did not follow the primary key",
			Why:   "plays of one viewer would not meet, and repeat views would be paid",
			Do:    "connect to a server whose scans do: MySQL or MariaDB with InnoDB, or TiDB",
		}
	}
	return nil
}

// lockWait asks a session that is to wait for tables only a short time whether it
// knows that. On TiDB it is the program that waits no longer.
func (p *prober) lockWait(ctx context.Context) error {
	dialect, err := p.pool.Dialect(ctx)
	if err != nil || dialect == server.TiDB {
		return err
	}
	var seconds int
	if err := p.pool.WithLockWait(ctx, func(ctx context.Context, conn *sqlx.Conn) error {
		return conn.GetContext(ctx, &seconds, `SELECT @@SESSION.lock_wait_timeout`)
	}); err != nil {
		return err
	}
	if seconds != dialect.LockWaitSeconds() {
		return &Refusal{
			Found: "SET SESSION lock_wait_timeout does nothing",
			Why:   "a close that waits for somebody's transaction would hold up everybody who writes to the logs, without end",
			Do:    "connect to the server itself, not to a proxy that keeps settings of a session to itself",
		}
	}
	return nil
}
