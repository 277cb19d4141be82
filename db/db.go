// Package db is the only code that speaks SQL. Each file holds one group of
// tables; each method that writes is one transaction.
package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"
)

// DB is a connection pool on a creatorpay database. It is safe for concurrent
// use.
type DB struct {
	pool *sqlx.DB
	now  func() time.Time // one home for the clock; it only ever stamps rows
}

const (
	dialTimeout = 5 * time.Second
	// maxConnLifetime stays below the five minutes after which middleboxes
	// drop idle connections.
	maxConnLifetime = 3 * time.Minute
)

// Open connects to the database that dsn names, in the form of go-sql-driver:
// user:password@tcp(host:3306)/name. At most connections are open at a time.
// It fails at once, with a line that says what to do, when the server cannot
// be reached or refuses the login. Open does not look at the schema: see
// [DB.CheckSchema].
func Open(ctx context.Context, dsn string, connections int) (*DB, error) {
	config, err := mysql.ParseDSN(dsn)
	if err != nil {
		return nil, fmt.Errorf("MYSQL_DSN cannot be read (%w): write it as user:password@tcp(host:3306)/database", err)
	}
	if config.DBName == "" {
		return nil, fmt.Errorf("MYSQL_DSN names no database: write it as user:password@tcp(host:3306)/database")
	}
	config.ParseTime = true
	config.Loc = time.UTC
	config.InterpolateParams = true // one round trip a statement instead of three
	config.ClientFoundRows = false  // AppendViews tells by the rows that changed which ones are new
	config.Timeout = dialTimeout
	config.Logger = &mysql.NopLogger{} // what it would print is in the errors, too
	if config.Params == nil {
		config.Params = map[string]string{}
	}
	config.Params["time_zone"] = "'+00:00'"
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, fmt.Errorf("MYSQL_DSN: %w", err)
	}
	pool := sqlx.NewDb(sql.OpenDB(connector), "mysql")
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	pool.SetConnMaxLifetime(maxConnLifetime)
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close()
		return nil, explainConnect(err, config)
	}
	return &DB{pool: pool, now: func() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }}, nil
}

// Close closes all connections.
func (db *DB) Close() error { return db.pool.Close() }

// Ping tells whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.pool.PingContext(ctx) }

// lockAttempts bounds how often a transaction that lost to another one is
// tried again before its caller hears of it.
const lockAttempts = 5

// inTx runs work in one transaction: all of it is stored or nothing. READ
// COMMITTED keeps it from locking rows that it only reads. A deadlock or a lock
// wait makes it run again from the start, so work must have no effect outside
// of the transaction.
func (db *DB) inTx(ctx context.Context, work func(tx *sqlx.Tx) error) error {
	var err error
	for range lockAttempts {
		err = db.tryTx(ctx, work)
		if !lostToAnotherTx(err) {
			return err
		}
	}
	return err
}

func (db *DB) tryTx(ctx context.Context, work func(tx *sqlx.Tx) error) error {
	tx, err := db.pool.BeginTxx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if err := work(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}
