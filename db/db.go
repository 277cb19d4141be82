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

// maxConnLifetime stays below the five minutes after which middleboxes drop
// idle connections.
const maxConnLifetime = 3 * time.Minute

// Open connects to the database that dsn names, in the form of go-sql-driver:
// user:password@tcp(host:3306)/name. At most connections are open at a time.
// It fails at once, with a line that says what to do, when the server cannot
// be reached, refuses the login, or has settings with which this package cannot
// work. Open does not look at the schema: see [DB.CheckSchema].
func Open(ctx context.Context, dsn string, connections int) (*DB, error) {
	config, err := parseDSN(dsn)
	if err != nil {
		return nil, err
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, errDSN
	}
	pool := sqlx.NewDb(sql.OpenDB(sessionConnector{connector}), "mysql")
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	pool.SetConnMaxLifetime(maxConnLifetime)
	db := &DB{pool: pool, now: func() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }}
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close()
		return nil, explainConnect(err, config)
	}
	if err := db.checkServer(ctx, config); err != nil {
		_ = pool.Close()
		return nil, err
	}
	return db, nil
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
			return inRange(err)
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
