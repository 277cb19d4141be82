// Package server is the way to one MySQL, MariaDB or TiDB server: connections whose
// sessions are all alike, transactions that are tried again, and what the
// server's errors mean.
package server

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// Pool holds connections to one database. It is safe for concurrent use.
type Pool struct {
	*sqlx.DB
	Address   string // of the server, host:port
	connector *sessionConnector
	dialect   atomic.Pointer[Dialect]
	galera    bool
}

// maxConnLifetime stays below the five minutes after which middleboxes drop
// idle connections.
const maxConnLifetime = 3 * time.Minute

// Open connects to the database that dsn names, in the form of go-sql-driver:
// user:password@tcp(host:3306)/name. At most connections are open at a time.
// It fails at once, with a line that says what to do, when the server cannot
// be reached, refuses the login, or has settings with which the programs cannot
// work.
func Open(ctx context.Context, dsn string, connections int) (*Pool, error) {
	config, err := parseDSN(dsn)
	if err != nil {
		return nil, fmt.Errorf("MYSQL_DSN %w", err)
	}
	pool, err := newPool(config, connections, writing)
	if err != nil {
		return nil, fmt.Errorf("MYSQL_DSN %w", err)
	}
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close()
		return nil, explainConnect(err, config)
	}
	if err := pool.checkSettings(ctx, config); err != nil {
		_ = pool.Close()
		return nil, err
	}
	return pool, nil
}

// OpenLazily gives connections as [Open] does, to one who only reads: the server
// refuses to write in their sessions, which TiDB cannot, and breaks off a SELECT
// after the limit.
// The server is not asked for anything yet, so that it may be down. Only a DSN that is
// not of the form is an error; its text goes on from the name of the setting.
func OpenLazily(dsn string, connections int, limit time.Duration) (*Pool, error) {
	config, err := parseDSN(dsn)
	if err != nil {
		return nil, err
	}
	return newPool(config, connections, session{access: readOnly, limit: limit})
}

// silence is how long a server that scans may send nothing before it is taken for
// dead.
const silence = 30 * time.Second

// OpenToScan gives connections as [OpenLazily] does, for SELECTs that may take any
// time as long as rows keep coming.
func OpenToScan(dsn string, connections int) (*Pool, error) {
	config, err := parseDSN(dsn)
	if err != nil {
		return nil, err
	}
	config.ReadTimeout = cmp.Or(config.ReadTimeout, silence)
	return newPool(config, connections, session{access: readOnly})
}

// OnReplicas lets read read from replicas, each time from the start, until it has
// succeeded on one that can be relied on. It tells whether one has: otherwise what was
// read counts for nothing, and the primary is to be asked.
type OnReplicas func(ctx context.Context, read func(from *Pool) error) (done bool)

func newPool(config *mysql.Config, connections int, session session) (*Pool, error) {
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, errDSN
	}
	sessions := &sessionConnector{Connector: connector, statements: session.statements(), writes: session == writing}
	pool := &Pool{DB: sqlx.NewDb(sql.OpenDB(sessions), "mysql"), Address: config.Addr, connector: sessions}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	pool.SetConnMaxLifetime(maxConnLifetime)
	return pool, nil
}

// lockAttempts bounds how often a transaction that lost to another one is
// tried again before its caller hears of it.
const lockAttempts = 5

// InTx runs work in one transaction: all of it is stored or nothing. READ
// COMMITTED keeps it from locking rows that it only reads. A deadlock, a lock
// wait or a unique key that is taken makes it run again from the start, so work
// must have no effect outside of the transaction. Sums that do not fit are a
// [settlement.ErrOutOfRange].
func (p *Pool) InTx(ctx context.Context, work func(tx *sqlx.Tx) error) error {
	var err error
	for range lockAttempts {
		err = p.tryTx(ctx, work)
		if !lostToAnotherTx(err) {
			return p.NoWrites(inRange(err))
		}
	}
	if ErrorNumber(err) == LockWaitTimeout {
		err = fmt.Errorf("another transaction keeps its locks (that of a machine which was lost ends %s after its last statement): %w", lostAfter, err)
	}
	return err
}

func (p *Pool) tryTx(ctx context.Context, work func(tx *sqlx.Tx) error) error {
	tx, err := p.BeginTxx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if err := p.checkNodeOf(ctx, tx); err != nil {
		return err
	}
	if err := work(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// InSnapshot reads in one transaction, in which all tables are as they were when
// it began to read.
func (p *Pool) InSnapshot(ctx context.Context, read func(*sqlx.Tx) error) error {
	dialect, err := p.Dialect(ctx)
	if err != nil {
		return err
	}
	tx, err := p.BeginTxx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: dialect.readOnlyTransactions()})
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // it only reads
	return read(tx)
}

// WithLockWait works in a session of its own that waits for tables only as long as
// [Dialect.LockWaitSeconds] says; what takes longer fails with [LockWaitTimeout].
// Table locks end with the session.
func (p *Pool) WithLockWait(ctx context.Context, work func(context.Context, *sqlx.Conn) error) error {
	dialect, err := p.Dialect(ctx)
	if err != nil {
		return err
	}
	conn, err := p.Connx(ctx)
	if err != nil {
		return err
	}
	defer func() {
		// Nobody else is to get the session's short wait.
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	}()
	if dialect == TiDB {
		return withinLockWait(ctx, dialect, func(ctx context.Context) error { return work(ctx, conn) })
	}
	if err := p.requireWriter(ctx, conn); err != nil {
		return p.NoWrites(err)
	}
	if _, err := conn.ExecContext(ctx, fmt.Sprintf("SET SESSION lock_wait_timeout = %d", dialect.LockWaitSeconds())); err != nil {
		return err
	}
	return p.NoWrites(work(ctx, conn))
}

// withinLockWait sets the limit that the server does not have: it gives the error
// that the server would.
func withinLockWait(ctx context.Context, dialect Dialect, work func(context.Context) error) error {
	over := &mysql.MySQLError{Number: LockWaitTimeout, Message: "a table is in use"}
	ctx, cancel := context.WithTimeoutCause(ctx, time.Duration(dialect.LockWaitSeconds())*time.Second, over)
	defer cancel()
	err := work(ctx)
	if err != nil && errors.Is(context.Cause(ctx), over) {
		return over
	}
	return err
}

// Between is the SQL condition that the column lies in the range, and its
// arguments.
func Between(column string, videos settlement.Range) (condition string, args []any) {
	condition = "TRUE"
	if videos.From != nil {
		condition += " AND " + column + " >= ?"
		args = append(args, *videos.From)
	}
	if videos.Before != nil {
		condition += " AND " + column + " < ?"
		args = append(args, *videos.Before)
	}
	return condition, args
}
