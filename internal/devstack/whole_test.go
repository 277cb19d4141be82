package devstack

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

// Of the transactions of several sessions that write to several tables when the server is killed, each is there whole or not at
// all, and those that had committed are there.
func TestMySQLTransactionsAreWholeAfterAKill(t *testing.T) {
	const (
		sessions = 4
		tables   = 3
		rows     = 500 // of a transaction, in each table
		enough   = 40  // transactions before the kill
	)
	server := startMySQL(t, seededDir(t))
	require.NoError(t, server.CreateDatabase(t.Context(), "kept"))
	db := openDB(t, server, "kept")
	for table := range tables {
		_, err := db.ExecContext(t.Context(), fmt.Sprintf(`CREATE TABLE t%d (session INT, number INT, n INT, filler VARCHAR(100), PRIMARY KEY (session, number, n))`, table))
		require.NoError(t, err)
	}
	write := func(ctx context.Context, session, number int) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		for table := range tables {
			values := make([]string, rows)
			for n := range values {
				values[n] = fmt.Sprintf("(%d, %d, %d, REPEAT('x', 100))", session, number, n)
			}
			if _, err := tx.ExecContext(ctx, fmt.Sprintf(`INSERT INTO t%d VALUES %s`, table, strings.Join(values, ", "))); err != nil {
				return err
			}
		}
		return tx.Commit()
	}
	var committed [sessions]int
	var all atomic.Int64
	enoughCommitted := make(chan struct{})
	var writers errgroup.Group
	for session := range sessions {
		writers.Go(func() error {
			for write(t.Context(), session, committed[session]) == nil {
				committed[session]++
				if all.Add(1) == enough {
					close(enoughCommitted)
				}
			}
			return nil
		})
	}
	<-enoughCommitted
	require.NoError(t, server.Kill())
	require.NoError(t, writers.Wait())
	require.NoError(t, server.Restart(t.Context()))

	db = openDB(t, server, "kept")
	first := transactions(t, db, "t0")
	for table := range tables {
		require.Equal(t, first, transactions(t, db, fmt.Sprintf("t%d", table)), "what is in one table is in all")
	}
	for session, done := range committed {
		var numbers []int
		for _, found := range first {
			require.Equal(t, rows, found.rows)
			if found.session == session {
				numbers = append(numbers, found.number)
			}
		}
		require.Subset(t, numbers, counted(done), "session %d", session)
		require.Subset(t, counted(done+1), numbers, "session %d: at most the one that the kill came upon is there, too", session)
	}
}

// transaction is one of those that are in a table.
type transaction struct{ session, number, rows int }

func transactions(t *testing.T, db *sql.DB, table string) (all []transaction) {
	t.Helper()
	found, err := db.QueryContext(t.Context(), `SELECT session, number, COUNT(*) FROM `+table+` GROUP BY session, number ORDER BY session, number`)
	require.NoError(t, err)
	defer found.Close()
	for found.Next() {
		var one transaction
		require.NoError(t, found.Scan(&one.session, &one.number, &one.rows))
		all = append(all, one)
	}
	require.NoError(t, found.Err())
	return all
}

// counted are the numbers from 0 to below n.
func counted(n int) []int {
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	return numbers
}
