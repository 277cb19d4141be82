package daylog

import (
	"context"
	"database/sql"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// alterSeconds is how long a change of a log waits for the transactions
// that use it. Everybody else who wants the log waits behind the change, so it is
// short: the change is tried again.
const alterSeconds = 2

// alter changes the layout of the log. To do so the server waits until
// nobody uses it; if that takes too long, it fails with a [settlement.ErrBusy].
func (l *Log) alter(ctx context.Context, change string) error {
	return l.withShortWait(ctx, func(conn *sql.Conn) error { return l.alterOn(ctx, conn, change) })
}

func (l *Log) alterOn(ctx context.Context, conn *sql.Conn, change string) error {
	_, err := conn.ExecContext(ctx, "ALTER TABLE "+l.table+" "+change)
	return err
}

// withShortWait works in a session that waits for the log a short time
// only, and then fails with a [settlement.ErrBusy].
func (l *Log) withShortWait(ctx context.Context, work func(*sql.Conn) error) error {
	err := l.pool.WithLockWait(ctx, alterSeconds, work)
	if server.ErrorNumber(err) == server.LockWaitTimeout {
		return settlement.Errorf(settlement.ErrBusy, settlement.Period{},
			"a transaction on the %s is still open after %d s (or a backup holds it): commit or end it; a run tries again by itself", l.name, alterSeconds)
	}
	return err
}

// lockAll keeps everybody else from writing to the log until the session ends.
// Whoever has written before is done.
func (l *Log) lockAll(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, `LOCK TABLES `+l.table+` WRITE`)
	return err
}
