package server

import (
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"
)

func TestARowThatIsLockedInShareModeIsNotChangedByOthers(t *testing.T) {
	pool := open(t)
	for _, statement := range []string{`CREATE TABLE t (i INT PRIMARY KEY)`, `INSERT INTO t VALUES (1)`} {
		_, err := pool.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	require.NoError(t, pool.InTx(t.Context(), func(holder *sqlx.Tx) error {
		var i int
		require.NoError(t, holder.GetContext(t.Context(), &i, `SELECT i FROM t WHERE i = 1 LOCK IN SHARE MODE`))

		other, err := pool.BeginTxx(t.Context(), nil) // alone, the statement would lock nothing on TiDB
		require.NoError(t, err)
		defer func() { _ = other.Rollback() }()
		_, err = other.ExecContext(t.Context(), `SELECT i FROM t WHERE i = 1 FOR UPDATE NOWAIT`)

		require.Contains(t, []uint16{LockNoWait, LockWaitTimeout}, ErrorNumber(err), err)
		return nil
	}))
}

func TestATransactionThatAlwaysWaitsInVainSaysForWhat(t *testing.T) {
	tries := 0
	err := open(t).InTx(t.Context(), func(*sqlx.Tx) error {
		tries++
		return &mysql.MySQLError{Number: LockWaitTimeout, Message: "Lock wait timeout exceeded"}
	})
	require.ErrorContains(t, err, "another transaction keeps its locks (that of a machine which was lost ends 4m0s after its last statement): Error 1205")
	require.Equal(t, lockAttempts, tries)
}
