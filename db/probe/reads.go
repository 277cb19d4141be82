package probe

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"creatorpay/db/server"
)

// product refuses what cannot be found out by asking: which tables Vitess keeps on
// which shards, and how it commits on several of them, is for each keyspace to say.
func (p *prober) product(ctx context.Context) error {
	var version, comment string
	if err := p.pool.QueryRowContext(ctx, `SELECT @@version, @@version_comment`).Scan(&version, &comment); err != nil {
		return err
	}
	if said := version + " " + comment; strings.Contains(strings.ToLower(said), "vitess") {
		return &Refusal{
			Found: "it is Vitess (" + strings.TrimSpace(said) + ")",
			Why: "its vtgate drops PARTITION (…) from statements on sharded tables, ignores LOCK TABLES and lock_wait_timeout, " +
				"and commits on several shards one after the other, so a day may be counted from other days' rows and half of a chunk be stored",
			Do: "connect to one of the servers that are supported: MySQL, MariaDB or TiDB",
		}
	}
	return nil
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
	if err := p.pool.WithLockWait(ctx, func(ctx context.Context, conn *sql.Conn) error {
		return conn.QueryRowContext(ctx, `SELECT @@SESSION.lock_wait_timeout`).Scan(&seconds)
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
