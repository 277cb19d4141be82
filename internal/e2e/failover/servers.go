package failover

import (
	"database/sql"
	"errors"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack"
	"creatorpay/internal/e2e/rig"
)

// The programs' database and user, whom a server that takes no writes refuses: root of MariaDB may write anywhere.
const (
	database = "creatorpay"
	user     = "creatorpay"
)

// servers are three of a kind, of which one takes the writes.
type servers interface {
	// writing is the server that takes the writes at first.
	writing() *devstack.MySQL
	// killPrimary kills it while the platform inserts plays.
	killPrimary(t *testing.T, plays *inserter)
	// candidate is the server that is to take the writes, and may refuse them yet.
	candidate(t *testing.T, s *rig.System) *devstack.MySQL
	// takeOver returns when the candidate takes the writes.
	takeOver(t *testing.T, s *rig.System, candidate *devstack.MySQL)
	// follower is the third server, when it has all that the candidate has now.
	follower(t *testing.T, candidate *devstack.MySQL) *devstack.MySQL
}

// prepare makes the database and its user.
func prepare(t *testing.T, server *devstack.MySQL) {
	t.Helper()
	require.NoError(t, server.CreateDatabase(t.Context(), database))
	execute(t, server, "CREATE USER "+user+"@'127.0.0.1'", "GRANT ALL ON "+database+".* TO "+user+"@'127.0.0.1'")
}

// dsnOf leads the user to the database on the server.
func dsnOf(t *testing.T, server *devstack.MySQL) string {
	t.Helper()
	config, err := mysql.ParseDSN(server.DSN(database))
	require.NoError(t, err)
	config.User = user
	return config.FormatDSN()
}

// addressOf is where the server listens, host:port.
func addressOf(t *testing.T, server *devstack.MySQL) string {
	t.Helper()
	config, err := mysql.ParseDSN(server.DSN(""))
	require.NoError(t, err)
	return config.Addr
}

// root is a pool of the server's root.
func root(t *testing.T, server *devstack.MySQL) *sql.DB {
	t.Helper()
	config, err := mysql.ParseDSN(server.DSN(""))
	require.NoError(t, err)
	return rig.OpenPool(t, config)
}

// execute executes statements of root, one after the other.
func execute(t *testing.T, server *devstack.MySQL, statements ...string) {
	t.Helper()
	pool := root(t, server)
	defer pool.Close()
	for _, statement := range statements {
		_, err := pool.ExecContext(t.Context(), statement)
		require.NoError(t, err, statement)
	}
}

// variable is a global setting of the server, if it knows it.
func variable(t *testing.T, server *devstack.MySQL, name string) (value string, known bool) {
	t.Helper()
	return shown(t, server, `SHOW GLOBAL VARIABLES LIKE '`+name+`'`)
}

// status is a global figure of the server, if it knows it.
func status(t *testing.T, server *devstack.MySQL, name string) (value string, known bool) {
	t.Helper()
	return shown(t, server, `SHOW GLOBAL STATUS LIKE '`+name+`'`)
}

func shown(t *testing.T, server *devstack.MySQL, statement string) (value string, known bool) {
	t.Helper()
	pool := root(t, server)
	defer pool.Close()
	err := pool.QueryRowContext(t.Context(), statement).Scan(new(string), &value)
	if !errors.Is(err, sql.ErrNoRows) {
		require.NoError(t, err, statement)
	}
	return value, err == nil
}
