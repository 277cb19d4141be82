package server

import (
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"
)

// erLockNoWait is what MySQL and TiDB give where MariaDB gives LockWaitTimeout.
const erLockNoWait = 3572

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

		require.Contains(t, []uint16{erLockNoWait, LockWaitTimeout}, ErrorNumber(err), err)
		return nil
	}))
}
