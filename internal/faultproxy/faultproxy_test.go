package faultproxy_test

import (
	"database/sql"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/faultproxy"
)

func TestMain(m *testing.M) { devtest.Main(m) }

// open is a database with one empty table, reached through a proxy that lets the
// fault happen to the first statement with the text, and the way around it.
func open(t *testing.T, text string, fault faultproxy.Fault) (through, around *sql.DB) {
	t.Helper()
	config, err := mysql.ParseDSN(devtest.Database(t))
	require.NoError(t, err)
	config.InterpolateParams = true
	config.Logger = &mysql.NopLogger{}
	var injected atomic.Bool
	proxy, err := faultproxy.Start(t.Context(), config.Addr, func(statement string) faultproxy.Fault {
		if strings.Contains(statement, text) && injected.CompareAndSwap(false, true) {
			return fault
		}
		return faultproxy.None
	}, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, proxy.Stop()) })
	around = connect(t, config)
	_, err = around.ExecContext(t.Context(), `CREATE TABLE t (n INT PRIMARY KEY)`)
	require.NoError(t, err)
	config.Addr = proxy.Addr
	return connect(t, config), around
}

func connect(t *testing.T, config *mysql.Config) *sql.DB {
	t.Helper()
	connector, err := mysql.NewConnector(config)
	require.NoError(t, err)
	pool := sql.OpenDB(connector)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	return pool
}

func rows(t *testing.T, pool *sql.DB) (n int) {
	t.Helper()
	require.NoError(t, pool.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM t`).Scan(&n))
	return n
}

// add inserts a row in a transaction.
func add(t *testing.T, pool *sql.DB) error {
	t.Helper()
	tx, err := pool.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(t.Context(), `INSERT INTO t VALUES (1)`); err != nil {
		return err
	}
	return tx.Commit()
}

func TestWithoutAFaultEverythingPasses(t *testing.T) {
	t.Parallel()
	through, around := open(t, "INSERT", faultproxy.None)

	require.NoError(t, add(t, through))

	require.Equal(t, 1, rows(t, around))
}

func TestACommitWhoseAnswerIsCutOffIsDone(t *testing.T) {
	t.Parallel()
	through, around := open(t, "COMMIT", faultproxy.CutAfter)

	require.Error(t, add(t, through))

	require.Equal(t, 1, rows(t, around))
	require.Equal(t, 1, rows(t, through), "the next connection is a good one")
}

func TestACommitThatIsCutOffIsNotDone(t *testing.T) {
	t.Parallel()
	through, around := open(t, "COMMIT", faultproxy.CutBefore)

	require.Error(t, add(t, through))

	require.Zero(t, rows(t, around))
}

func TestAnAnswerIsCutInItsMiddle(t *testing.T) {
	t.Parallel()
	through, _ := open(t, "SELECT", faultproxy.CutAnswer)

	err := through.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM t`).Scan(new(int))

	require.ErrorIs(t, err, mysql.ErrInvalidConn)
}

func TestTheVictimOfADeadlockIsRolledBack(t *testing.T) {
	t.Parallel()
	through, around := open(t, "COMMIT", faultproxy.Deadlock)

	var failure *mysql.MySQLError
	require.ErrorAs(t, add(t, through), &failure)

	require.EqualValues(t, 1213, failure.Number)
	require.Zero(t, rows(t, around))
	require.NoError(t, add(t, through), "the connection goes on")
}

func TestErrorsOfTheServerAreTold(t *testing.T) {
	t.Parallel()
	config, err := mysql.ParseDSN(devtest.Database(t))
	require.NoError(t, err)
	told := make(chan uint16, 1)
	proxy, err := faultproxy.Start(t.Context(), config.Addr, nil, func(code uint16) { told <- code })
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, proxy.Stop()) })
	config.Addr = proxy.Addr

	_, err = connect(t, config).ExecContext(t.Context(), `SELECT * FROM nowhere`)

	require.Error(t, err)
	require.EqualValues(t, 1146, <-told)
}

func TestConnectionsFollowToAnotherServerAndOldOnesAreCut(t *testing.T) {
	config, err := mysql.ParseDSN(devtest.Database(t))
	require.NoError(t, err)
	config.Logger = &mysql.NopLogger{}
	server := config.Addr
	const nowhere = "127.0.0.1:1"
	proxy, err := faultproxy.Start(t.Context(), nowhere, nil, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, proxy.Stop()) })
	config.Addr = proxy.Addr
	pool := connect(t, config)
	require.Error(t, pool.PingContext(t.Context()))

	proxy.LeadTo(server)
	conn, err := pool.Conn(t.Context())
	require.NoError(t, err)
	require.NoError(t, conn.PingContext(t.Context()))

	proxy.LeadTo(nowhere)
	require.Error(t, conn.PingContext(t.Context()))
	require.Error(t, pool.PingContext(t.Context()))
}
