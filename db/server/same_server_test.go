package server

import (
	"context"
	"net"
	"sync/atomic"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack/devtest"
)

func TestAPoolThatHasComeToAnotherServerUsesNoConnectionToTheFormerOne(t *testing.T) {
	former, next := devtest.MySQL(t), devtest.NewMySQL(t)
	if former.IsTiDB() {
		t.Skip("nodes of TiDB are in front of one store, and none takes another's place")
	}
	addressOf := func(dsn string) *mysql.Config {
		config, err := mysql.ParseDSN(dsn)
		require.NoError(t, err)
		return config
	}
	config := addressOf(former.DSN(""))
	var address atomic.Pointer[string]
	address.Store(&config.Addr)
	config.DialFunc = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, *address.Load())
	}
	pool, err := newPool(config, 3, writing)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	take := func() *sqlx.Conn {
		conn, err := pool.Connx(t.Context())
		require.NoError(t, err)
		return conn
	}
	portOf := func(conn *sqlx.Conn) (port string) {
		require.NoError(t, conn.GetContext(t.Context(), &port, `SELECT @@port`))
		return port
	}
	_, formerPort, err := net.SplitHostPort(config.Addr)
	require.NoError(t, err)
	nextAddress := addressOf(next.DSN("")).Addr
	_, nextPort, err := net.SplitHostPort(nextAddress)
	require.NoError(t, err)

	first, second := take(), take()
	require.Equal(t, formerPort, portOf(first))
	address.Store(&nextAddress)
	newest := take()
	require.Equal(t, nextPort, portOf(newest))

	require.Equal(t, formerPort, portOf(second), "what has begun goes on where it began")
	for _, conn := range []*sqlx.Conn{first, second, newest} {
		require.NoError(t, conn.Close())
	}
	for range 3 {
		conn := take()
		defer func() { require.NoError(t, conn.Close()) }()
		require.Equal(t, nextPort, portOf(conn))
	}
}
