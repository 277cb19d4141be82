package devtest

import (
	"database/sql"
	"testing"

	_ "github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) { Main(m) }

func TestEachDatabaseIsNew(t *testing.T) {
	for range 2 {
		db, err := sql.Open("mysql", Database(t))
		require.NoError(t, err)
		_, err = db.ExecContext(t.Context(), "CREATE TABLE t (n INT PRIMARY KEY)")
		require.NoError(t, err)
		require.NoError(t, db.Close())
	}
}

func TestReplicasHaveANewDatabase(t *testing.T) {
	primary, replicas := ReplicatedDatabase(t, Cluster(t))

	require.Len(t, replicas, 2)
	for _, dsn := range append(replicas, primary) {
		db, err := sql.Open("mysql", dsn)
		require.NoError(t, err)
		require.NoError(t, db.PingContext(t.Context()))
		require.NoError(t, db.Close())
	}
}

func TestServersAreShared(t *testing.T) {
	mysql, temporal := MySQL(t), Temporal(t)

	require.Same(t, mysql, MySQL(t))
	require.Same(t, temporal, Temporal(t))
}
