package failover

import (
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/db/server"
	"creatorpay/internal/devstack"
	"creatorpay/internal/e2e/rig"
	"creatorpay/settlement"
)

func openBooks(t *testing.T, node *devstack.MySQL) *db.DB {
	t.Helper()
	books, err := db.Open(t.Context(), dsnOf(t, node), 2)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, books.Close()) })
	return books
}

func TestATransactionOnTheFormerNodeOfGaleraEndsWhenTheProgramsMove(t *testing.T) {
	g := startGalera(t)
	former, next := g.nodes[0], g.nodes[1]
	prepare(t, former)
	calendar, err := settlement.NewCalendar(settlement.DefaultTimeZone)
	require.NoError(t, err)
	_, err = openBooks(t, former).Migrate(t.Context(), calendar)
	require.NoError(t, err)
	moving := openBooks(t, next)
	rig.WaitUntil(t, "the other node has the books", func() bool { return moving.CheckSchema(t.Context()) == nil })
	pool, err := server.Open(t.Context(), dsnOf(t, former), 2)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	const writingNode = `SELECT value FROM ` + database + `.settings WHERE name = 'writing_node'`
	require.NoError(t, pool.HoldTo(t.Context(), writingNode))
	beside := root(t, former)

	tries := 0
	err = pool.InTx(t.Context(), func(tx *sqlx.Tx) error {
		tries++
		node, err := moving.MoveToNode(t.Context())
		require.NoError(t, err)
		rig.WaitUntil(t, "the former node knows it", func() bool {
			var written string
			require.NoError(t, beside.QueryRowContext(t.Context(), writingNode).Scan(&written))
			return written == node
		})
		_, err = tx.ExecContext(t.Context(), `INSERT INTO settings (name, value) VALUES ('late', 'write')`)
		return err
	})

	require.ErrorContains(t, err, otherNode)
	require.Equal(t, 1, tries)
}
