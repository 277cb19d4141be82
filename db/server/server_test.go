package server

import (
	"errors"
	"fmt"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack/devtest"
)

func TestMain(m *testing.M) { devtest.Main(m) }

func open(t *testing.T) *Pool {
	t.Helper()
	pool, err := Open(t.Context(), devtest.Database(t), 8)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	return pool
}

// errLost is what a transaction gets that lost to another one, as methods wrap it.
var errLost = fmt.Errorf("lock run: %w", &mysql.MySQLError{Number: lockDeadlock})

func TestATransactionThatLostRunsAgain(t *testing.T) {
	pool := open(t)
	tries := 0
	err := pool.InTx(t.Context(), func(*sqlx.Tx) error {
		if tries++; tries < lockAttempts {
			return errLost
		}
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, lockAttempts, tries)
}

func TestATransactionRunsAgainThatLostAUniqueKey(t *testing.T) {
	pool := open(t)
	_, err := pool.ExecContext(t.Context(), `CREATE TABLE taken (id INT PRIMARY KEY)`)
	require.NoError(t, err)
	var there int

	err = pool.InTx(t.Context(), func(tx *sqlx.Tx) error {
		if err := tx.GetContext(t.Context(), &there, `SELECT COUNT(*) FROM taken`); err != nil || there > 0 {
			return err
		}
		_, err := pool.ExecContext(t.Context(), `INSERT INTO taken VALUES (1)`) // in another transaction
		require.NoError(t, err)
		_, err = tx.ExecContext(t.Context(), `INSERT INTO taken VALUES (1)`)
		return err
	})

	require.NoError(t, err)
	require.Equal(t, 1, there)
}

func TestATransactionThatKeepsLosingSaysSo(t *testing.T) {
	pool := open(t)
	tries := 0
	err := pool.InTx(t.Context(), func(*sqlx.Tx) error {
		tries++
		return errLost
	})
	require.True(t, lostToAnotherTx(err))
	require.Equal(t, lockAttempts, tries)
}

func TestATransactionThatFailsRunsOnce(t *testing.T) {
	pool := open(t)
	broken := errors.New("broken")
	tries := 0
	err := pool.InTx(t.Context(), func(*sqlx.Tx) error {
		tries++
		return broken
	})
	require.ErrorIs(t, err, broken)
	require.Equal(t, 1, tries)
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	tests := []struct{ rule, dsn, says string }{
		{"a DSN of another form", "mysql://root@localhost/db", "write it as user:password@tcp(host:3306)/database"},
		{"no database", "root@tcp(127.0.0.1:1)/", "names no database"},
		{"no server", "root@tcp(127.0.0.1:1)/db", "MySQL at 127.0.0.1:1 cannot be reached"},
		{"an unknown database", "MISSING", "CREATE DATABASE missing"},
		{"an unknown user", "STRANGER", `refuses user "stranger"`},
	}
	for _, test := range tests {
		t.Run(test.rule, func(t *testing.T) {
			dsn := test.dsn
			switch dsn {
			case "MISSING":
				dsn = devtest.MySQL(t).DSN("missing")
			case "STRANGER":
				config, err := mysql.ParseDSN(devtest.Database(t))
				require.NoError(t, err)
				config.User = "stranger"
				dsn = config.FormatDSN()
			}
			_, err := Open(t.Context(), dsn, 1)
			require.ErrorContains(t, err, test.says)
		})
	}
}

func TestNoErrorShowsAPassword(t *testing.T) {
	const secret = "s3cret"
	for _, dsn := range []string{
		"app:s3cret/db",
		"app:s3cret@/db?tls=s3cret",
		"app:s3cret tcp(127.0.0.1:1)/db",
		"app:s3cret(127.0.0.1:1)/db",
		"app:s3cret@127.0.0.1:1/db",
		"app:s3cret@tcp(127.0.0.1:1)",
		"app:s3cret@tcp(127.0.0.1:1/db",
		"app:x/y?tls=s3cret@tcp(127.0.0.1:1)",
		"app:x/y?timeout=s3cret@tcp(127.0.0.1:1)",
		"app:x/%s3cret@tcp(127.0.0.1:1)",
		"tcp(app:s3cret@127.0.0.1:1)/db",
		"mysql://app:s3cret@127.0.0.1:1/db",
		"app:s3cret@tcp(127.0.0.1:1)/",
		"app:s3cret@tcp(127.0.0.1:1)/db",
		"app:s3cret@unix(/nowhere)/db",
		devtest.Database(t) + "?password=s3cret",
	} {
		_, err := Open(t.Context(), dsn, 1)
		require.ErrorContains(t, err, "MYSQL_DSN", dsn)
		require.NotContains(t, err.Error(), secret, dsn)
	}
}
