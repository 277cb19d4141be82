package chaos

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"creatorpay/db/server"
	"creatorpay/internal/e2e/rig"
	"creatorpay/internal/faultproxy"
)

// serverSettings are the settings of a server that new sessions begin with, as
// administrators have them.
var serverSettings = []string{
	`SET GLOBAL sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT'`,
	`SET GLOBAL sql_mode = 'PAD_CHAR_TO_FULL_LENGTH'`,
	`SET GLOBAL sql_mode = 'NO_BACKSLASH_ESCAPES,ONLY_FULL_GROUP_BY,NO_ZERO_DATE'`,
	`SET GLOBAL sql_mode = ''`,
	`SET GLOBAL autocommit = 0`,
	`SET GLOBAL autocommit = 1`,
	`SET GLOBAL time_zone = '+09:00'`,
	`SET GLOBAL time_zone = '-08:00'`,
	`SET GLOBAL TRANSACTION ISOLATION LEVEL SERIALIZABLE`,
	`SET GLOBAL TRANSACTION ISOLATION LEVEL REPEATABLE READ`,
	`SET GLOBAL init_connect = 'SET NAMES latin1'`,
	`SET GLOBAL sql_select_limit = 1`,
	`SET GLOBAL completion_type = 'CHAIN'`,
	`SET GLOBAL foreign_key_checks = 0`,
}

// unsupportedIsolation is the number with which TiDB refuses to be SERIALIZABLE.
const unsupportedIsolation = 8048

// changeServer changes a few of the server's settings and makes the sender
// connect anew, to a session that begins with them.
func (c *Rig) changeServer(in Injection) (faultproxy.Fault, bool) {
	c.reportError(c.ask(func(ctx context.Context) error {
		for range 3 {
			statement := serverSettings[in.random.IntN(len(serverSettings))]
			_, err := c.root.ExecContext(ctx, statement)
			if err != nil && server.ErrorNumber(err) != unsupportedIsolation {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	}))
	return faultproxy.CutBefore, true
}

// ordinaryUser is one to whom init_connect applies, unlike to root.
const ordinaryUser = "app"

// openAdmin is a pool of root's. The ordinary user may do all to the database.
func openAdmin(t testing.TB, dsn, database string) *sql.DB {
	t.Helper()
	config, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	admin := rig.OpenPool(t, config)
	for _, statement := range []string{`CREATE USER ` + ordinaryUser + ` IDENTIFIED BY ''`, `GRANT ALL ON ` + database + `.* TO ` + ordinaryUser} {
		_, err = admin.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	return admin
}
