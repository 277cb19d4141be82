package daylog

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// alter changes the layout of the log. To do so the server waits until
// nobody uses it; if that takes too long, it fails with a [settlement.ErrBusy].
func (l *Log) alter(ctx context.Context, change string) error {
	return l.withShortWait(ctx, func(ctx context.Context, conn *sqlx.Conn) error { return l.alterOn(ctx, conn, change) })
}

func (l *Log) alterOn(ctx context.Context, conn sqlx.ExecerContext, change string) error {
	_, err := conn.ExecContext(ctx, "ALTER TABLE "+l.table+" "+change)
	return err
}

// withShortWait works in a session that waits for the log a short time
// only, and then fails with a [settlement.ErrBusy].
func (l *Log) withShortWait(ctx context.Context, work func(context.Context, *sqlx.Conn) error) error {
	dialect, err := l.pool.Dialect(ctx)
	if err != nil {
		return err
	}
	err = l.pool.WithLockWait(ctx, work)
	if server.ErrorNumber(err) == server.LockWaitTimeout {
		return settlement.Errorf(settlement.ErrBusy, settlement.Period{},
			"a transaction on the %s is still open after %d s (or a backup holds it): commit or end it; a run tries again by itself", l.name, dialect.LockWaitSeconds())
	}
	return err
}

// lockAll keeps everybody else from writing to the log until the session ends.
// Whoever has written before is done.
func (l *Log) lockAll(ctx context.Context, conn *sqlx.Conn) error {
	_, err := conn.ExecContext(ctx, `LOCK TABLES `+l.table+` WRITE`)
	return err
}

// floorUpTo is the change that leaves the partition, and what is in it, to the
// floor: it takes the place of all days before the given one.
func floorUpTo(day settlement.Day, partition string) string {
	return fmt.Sprintf(`
			REORGANIZE PARTITION %s, %s INTO (
				PARTITION %s VALUES LESS THAN ('%s')
			)`, floorPartition, partition, floorPartition, day)
}
