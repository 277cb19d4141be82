package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
)

// alterSeconds is how long a change of the watch log waits for the transactions
// that use it. Everybody else who wants the log waits behind the change, so it is
// short: the change is tried again.
const alterSeconds = 2

// WatchLogBusyError says that the watch log could not be changed because
// somebody uses it.
type WatchLogBusyError struct{}

func (e *WatchLogBusyError) Error() string {
	return fmt.Sprintf("a transaction on the watch log is still open after %d s (or a backup holds it): commit or end it; a run tries again by itself", alterSeconds)
}

// alterWatchLog changes the layout of the watch log. To do so the server waits
// until nobody uses it; if that takes too long, it fails with a
// [WatchLogBusyError].
func (db *DB) alterWatchLog(ctx context.Context, change string) error {
	return db.impatiently(ctx, func(conn *sql.Conn) error { return alterWatchLog(ctx, conn, change) })
}

func alterWatchLog(ctx context.Context, conn *sql.Conn, change string) error {
	_, err := conn.ExecContext(ctx, "ALTER TABLE watch_log "+change)
	return err
}

// impatiently works in a session that waits for the watch log a short time only,
// and then fails with a [WatchLogBusyError]. Table locks end with the session.
func (db *DB) impatiently(ctx context.Context, work func(*sql.Conn) error) error {
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() {
		// Nobody else is to get the session's short patience.
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	}()
	if _, err := conn.ExecContext(ctx, fmt.Sprintf("SET SESSION lock_wait_timeout = %d", alterSeconds)); err != nil {
		return err
	}
	err = work(conn)
	if serverError(err) == erLockWaitTimeout {
		return &WatchLogBusyError{}
	}
	return err
}
