package server

import (
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack/devtest"
)

func TestAServerThatTakesNoWritesIsNamedAndItsConnectionIsNotUsedAgain(t *testing.T) {
	server := devtest.NewMySQL(t)
	if server.IsTiDB() {
		t.Skip("nobody follows a TiDB, and none takes another's place")
	}
	require.NoError(t, server.CreateDatabase(t.Context(), "books"))
	root, err := Open(t.Context(), server.DSN("books"), 1)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, root.Close()) })
	execute := func(statement string) {
		_, err := root.DB.ExecContext(t.Context(), statement)
		require.NoError(t, err, statement)
	}
	execute(`CREATE TABLE t (i INT PRIMARY KEY)`)
	execute(`CREATE USER writer@'127.0.0.1'`) // root of MariaDB may always write
	execute(`GRANT ALL ON books.* TO writer@'127.0.0.1'`)
	config, err := mysql.ParseDSN(server.DSN("books"))
	require.NoError(t, err)
	config.User = "writer"
	pool, err := Open(t.Context(), config.FormatDSN(), 1)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	connection := func() (id int64) {
		require.NoError(t, pool.GetContext(t.Context(), &id, `SELECT CONNECTION_ID()`))
		return id
	}
	const insert = `INSERT INTO t VALUES (1)`

	execute(`SET GLOBAL read_only = ON`)
	for name, write := range map[string]func() error{
		"a statement": func() error {
			_, err := pool.ExecContext(t.Context(), insert)
			return err
		},
		"a transaction": func() error {
			return pool.InTx(t.Context(), func(tx *sqlx.Tx) error {
				_, err := tx.ExecContext(t.Context(), insert)
				return err
			})
		},
		"a reading that only the writer may answer": func() error {
			return pool.OnWriter(t.Context(), func(sqlx.QueryerContext) error {
				require.Fail(t, "it was asked")
				return nil
			})
		},
	} {
		before := connection()
		err := write()
		require.ErrorContains(t, err, "MySQL at "+config.Addr+" takes no writes now", name)
		require.Equal(t, optionPreventsStatement, ErrorNumber(err), name)
		require.NotEqual(t, before, connection(), name)
	}

	execute(`SET GLOBAL read_only = OFF`)
	before := connection()
	_, err = pool.ExecContext(t.Context(), insert)
	require.NoError(t, err)
	_, err = pool.ExecContext(t.Context(), insert)
	require.NotContains(t, err.Error(), "takes no writes", "another error")
	var read int
	require.NoError(t, pool.OnWriter(t.Context(), func(from sqlx.QueryerContext) error {
		return sqlx.GetContext(t.Context(), from, &read, `SELECT i FROM t`)
	}))
	require.Equal(t, 1, read)
	require.Equal(t, before, connection())
}
