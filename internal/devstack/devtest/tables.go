package devtest

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Pool is a way to a database.
type Pool interface {
	ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Contents are all rows of the tables, in an order that does not depend on the server. Invisible columns are part of them.
func Contents(t testing.TB, pool Pool, tables ...string) (contents []string) {
	t.Helper()
	for _, table := range tables {
		rows := contentsOf(t, pool, table)
		slices.Sort(rows)
		contents = append(contents, rows...)
	}
	return contents
}

func contentsOf(t testing.TB, pool Pool, table string) []string {
	t.Helper()
	names := columns(t, pool, table)
	values := make([]any, len(names))
	for i := range values {
		values[i] = new(sql.RawBytes)
	}
	return query(t, pool, func(rows *sql.Rows) (string, error) {
		err := rows.Scan(values...)
		row := table
		for i, value := range values {
			row += fmt.Sprintf(" %s=%q", names[i], *value.(*sql.RawBytes))
		}
		return row, err
	}, `SELECT `+strings.Join(names, ", ")+` FROM `+table)
}

// CopyTable makes a table like another one of the database, with its rows.
func CopyTable(t testing.TB, pool Pool, from, to string) {
	t.Helper()
	if _, err := pool.ExecContext(t.Context(), `CREATE TABLE `+to+` LIKE `+from); err != nil {
		t.Fatal(err)
	}
	CopyRows(t, pool, from, to)
}

// CopyRows adds the rows of a table of the database to another one with the same columns.
func CopyRows(t testing.TB, pool Pool, from, to string) {
	t.Helper()
	names := strings.Join(columns(t, pool, from), ", ")
	if _, err := pool.ExecContext(t.Context(), `INSERT INTO `+to+` (`+names+`) SELECT `+names+` FROM `+from); err != nil {
		t.Fatal(err)
	}
}

// columns are those of the table that are stored as they come, also invisible ones.
func columns(t testing.TB, pool Pool, table string) []string {
	t.Helper()
	return query(t, pool, func(rows *sql.Rows) (name string, err error) { return name, rows.Scan(&name) }, `
		SELECT column_name
		FROM information_schema.COLUMNS
		WHERE table_schema = DATABASE() AND table_name = ? AND COALESCE(generation_expression, '') = ''
		ORDER BY ordinal_position`, table)
}

func query(t testing.TB, pool Pool, scan func(*sql.Rows) (string, error), statement string, args ...any) (found []string) {
	t.Helper()
	rows, err := pool.QueryContext(t.Context(), statement, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		row, err := scan(rows)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}
