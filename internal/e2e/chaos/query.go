package chaos

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/rig"
)

// querier is a connection pool or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// rowsOf are all rows of a query as text, in no order but always the same.
func rowsOf(ctx context.Context, from querier, query string, args ...any) (all []string, err error) {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		values, targets := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		all = append(all, fmt.Sprintf("%q", values))
	}
	slices.Sort(all)
	return all, rows.Err()
}

// eachRow hands a function that scans each row of a query.
func eachRow(ctx context.Context, from querier, each func(scan func(...any) error) error, query string, args ...any) error {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// execer is a connection pool or a transaction.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// quoted are the values as [rowsOf] gives them.
func quoted(values ...any) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = fmt.Sprint(value)
	}
	return fmt.Sprintf("%q", texts)
}

// requireRows means that the query gives these rows, in any order.
func requireRows(s *rig.System, want []string, query string) {
	s.T.Helper()
	got, err := rowsOf(s.T.Context(), s.SQL, query)
	require.NoError(s.T, err)
	require.ElementsMatch(s.T, want, got, query)
}

// count is the number that a query gives.
func (c *Rig) count(query string, args ...any) (n int64) {
	if err := c.ask(func(ctx context.Context) error {
		return c.SQL.QueryRowContext(ctx, query, args...).Scan(&n)
	}); err != nil {
		c.report("%s: %v", query, err)
	}
	return n
}
