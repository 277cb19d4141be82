package server

import (
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"
)

// openNumbers has a table with the numbers up to more than two statements may name.
func openNumbers(t *testing.T) (pool *Pool, numbers []int64) {
	t.Helper()
	pool = open(t)
	_, err := pool.ExecContext(t.Context(), `CREATE TABLE numbers (number BIGINT PRIMARY KEY)`)
	require.NoError(t, err)
	var rows []map[string]any
	for number := range int64(2*idsPerStatement + 2) {
		numbers = append(numbers, number)
		rows = append(rows, map[string]any{"number": number})
	}
	_, err = pool.NamedExecContext(t.Context(), `INSERT INTO numbers (number) VALUES (:number)`, rows)
	require.NoError(t, err)
	return pool, numbers
}

func TestSelectByIDs_FindsThoseOfManyIDs(t *testing.T) {
	pool, numbers := openNumbers(t)

	found, err := SelectByIDs[int64](t.Context(), pool, `SELECT number FROM numbers WHERE number <> ? AND number IN (?) ORDER BY number`, numbers[1:], 7)

	require.NoError(t, err)
	require.Equal(t, append(numbers[1:7:7], numbers[8:]...), found)
}

func TestSelectByIDs_WithoutIDsAsksNothing(t *testing.T) {
	found, err := SelectByIDs[int64](t.Context(), open(t), `no SQL (?)`, nil)

	require.NoError(t, err)
	require.Empty(t, found)
}

func TestExecByIDs_ChangesThoseOfManyIDs(t *testing.T) {
	pool, numbers := openNumbers(t)

	err := pool.InTx(t.Context(), func(tx *sqlx.Tx) error {
		return ExecByIDs(t.Context(), tx, `DELETE FROM numbers WHERE number <> ? AND number IN (?)`, numbers[1:], 7)
	})

	require.NoError(t, err)
	var left []int64
	require.NoError(t, pool.SelectContext(t.Context(), &left, `SELECT number FROM numbers ORDER BY number`))
	require.Equal(t, []int64{0, 7}, left)
}
