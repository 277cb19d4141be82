package probe

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/db/server"
	"creatorpay/internal/devstack/devtest"
)

// bent is a real server that misbehaves: it is told other statements than those
// that were meant for it.
type bent struct {
	driver.Connector
	replace *strings.Replacer // in every statement
	commits bool              // what is to be rolled back
	forgets bool              // what is to be committed
}

// openBent connects to the server of the DSN, on which the tables are.
func openBent(t *testing.T, dsn string, with bent) *server.Pool {
	t.Helper()
	config, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	config.InterpolateParams = true
	if devtest.MySQL(t).IsTiDB() && config.Params == nil {
		config.Params = map[string]string{"tidb_enable_shared_lock_promotion": "ON"} // as in sessions of the programs
	}
	with.Connector, err = mysql.NewConnector(config)
	require.NoError(t, err)
	pool := &server.Pool{DB: sqlx.NewDb(sql.OpenDB(with), "mysql"), Address: "bent:3306"}
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	return pool
}

func (b bent) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := b.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return bentConn{conn.(mysqlConn), b}, nil
}

// mysqlConn is what database/sql uses of a connection of the driver.
type mysqlConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.NamedValueChecker
	driver.SessionResetter
	driver.Validator
}

type bentConn struct {
	mysqlConn
	by bent
}

func (c bentConn) Connect(context.Context) (driver.Conn, error) {
	panic("a connection does not connect")
}

func (c bentConn) ExecContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Result, error) {
	return c.mysqlConn.ExecContext(ctx, c.by.replace.Replace(statement), args)
}

func (c bentConn) QueryContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Rows, error) {
	return c.mysqlConn.QueryContext(ctx, c.by.replace.Replace(statement), args)
}

func (c bentConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	tx, err := c.mysqlConn.BeginTx(ctx, options)
	return bentTx{tx, c.by}, err
}

type bentTx struct {
	driver.Tx
	by bent
}

func (t bentTx) Commit() error {
	if t.by.forgets {
		return t.Tx.Rollback()
	}
	return t.Tx.Commit()
}

func (t bentTx) Rollback() error {
	if t.by.commits {
		return t.Tx.Commit()
	}
	return t.Tx.Rollback()
}
