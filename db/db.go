// Package db is the books: what was planned, counted, settled, rolled up, stated
// and mailed, period by period. Each file answers one question; a method that writes
// is one transaction unless its comment says otherwise.
package db

import (
	"context"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/daylog"
	"creatorpay/db/server"
	"creatorpay/settlement"
)

// DB is the books of one database. It is safe for concurrent use.
type DB struct {
	Log      *daylog.Views    // all plays, in the same database
	Payments *daylog.Payments // all payments, too
	Prices   *Rules[settlement.PriceRule]
	Fees     *Rules[settlement.FeeRule]
	pool     *server.Pool
	replicas server.OnReplicas // nil without any
	now      func() time.Time  // the clock: it stamps rows, and tells whether a day is over and a period has begun

	postedAtOnce int64 // late rows in a transaction; a test's are few
}

// Open connects to the database that dsn names, with so many connections at
// most, as [server.Open] does. It does not look at the schema: see
// [DB.CheckSchema].
func Open(ctx context.Context, dsn string, connections int) (*DB, error) {
	pool, err := server.Open(ctx, dsn, connections)
	if err != nil {
		return nil, err
	}
	return newDB(pool, nil), nil
}

// OpenLazily gives the books to one who only reads, with so many connections at
// most and a limit for each statement, as [server.OpenLazily] does: the database
// may be down. Only a malformed DSN is an error; its text goes on from the name
// of the setting.
func OpenLazily(dsn string, connections int, limit time.Duration) (*DB, error) {
	pool, err := server.OpenLazily(dsn, connections, limit)
	if err != nil {
		return nil, err
	}
	return newDB(pool, nil), nil
}

func newDB(pool *server.Pool, replicas server.OnReplicas) *DB {
	return &DB{
		Log:      daylog.NewViews(pool, replicas),
		Payments: daylog.NewPayments(pool, replicas),
		Prices:   &Rules[settlement.PriceRule]{pool, prices},
		Fees:     &Rules[settlement.FeeRule]{pool, fees},
		pool:     pool,
		replicas: replicas,
		now:      func() time.Time { return time.Now().UTC().Truncate(time.Millisecond) },

		postedAtOnce: defaultPostedAtOnce,
	}
}

// ScannedOn are the same books, of which the rows of the logs are scanned on the
// replicas where one can answer, or on no replica if that is nil. All else, also how many
// rows there are, is read where it is written. Books of which no replica is scanned are
// the database itself.
func (db *DB) ScannedOn(replicas server.OnReplicas) *DB {
	if replicas == nil && db.replicas == nil {
		return db
	}
	scanned := newDB(db.pool, replicas)
	scanned.now = db.now
	return scanned
}

// Close closes all connections.
func (db *DB) Close() error { return db.pool.Close() }

// Ping tells whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.pool.PingContext(ctx) }

// RightsBeyondReading are those of the user that a reader does not need: see
// [server.Pool.RightsBeyondReading].
func (db *DB) RightsBeyondReading(ctx context.Context) ([]string, error) {
	return db.pool.RightsBeyondReading(ctx)
}

// CheckCommitOrder refuses a replica whose rows cannot be relied on: see
// [server.Pool.CheckCommitOrder].
func (db *DB) CheckCommitOrder(ctx context.Context) error { return db.pool.CheckCommitOrder(ctx) }

// InSnapshot reads in one transaction, in which all tables are as they were when
// it began to read. It is for the audit, which looks at the rows themselves.
func (db *DB) InSnapshot(ctx context.Context, read func(*sqlx.Tx) error) error {
	return db.pool.InSnapshot(ctx, read)
}
