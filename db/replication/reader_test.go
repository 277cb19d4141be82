package replication

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
)

// oldestReader is how the runbook finds who holds replication up.
const oldestReader = `SELECT trx_mysql_thread_id FROM information_schema.INNODB_TRX ORDER BY trx_started LIMIT 1`

func TestATransactionThatOnlyReadsHoldsUpPartitionsUntilItIsEnded(t *testing.T) {
	cluster := devtest.NewCluster(t, 1)
	primary, replicas := devtest.ReplicatedDatabase(t, cluster)
	b := dbtest.OpenAt(t, primary)
	b.AddDays(monday, monday)
	require.NoError(t, cluster.CatchUp(t.Context()))
	replica := open(t, replicas[0])
	reader, err := replica.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	require.NoError(t, reader.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM watch_log").Scan(new(int)))

	b.AddDays(monday+1, monday+1)
	b.Exec("CREATE TABLE behind_it (n INT PRIMARY KEY)")
	require.Eventually(t, func() bool {
		var waits int
		err := replica.QueryRowContext(t.Context(), `
			SELECT COUNT(*)
			FROM information_schema.PROCESSLIST
			WHERE STATE = 'Waiting for table metadata lock'`).Scan(&waits)
		return err == nil && waits > 0
	}, time.Minute, 10*time.Millisecond)
	_, err = replica.ExecContext(t.Context(), "SELECT n FROM behind_it")
	require.ErrorContains(t, err, "1146", "all that is behind the partition waits, too")

	var id int64
	require.NoError(t, replica.QueryRowContext(t.Context(), oldestReader).Scan(&id))
	_, err = replica.ExecContext(t.Context(), fmt.Sprintf("KILL %d", id))
	require.NoError(t, err)
	require.NoError(t, cluster.CatchUp(t.Context()))
	require.Equal(t, contents(t, primary), contents(t, replicas[0]))
}
