package server

import (
	"context"

	"github.com/jmoiron/sqlx"
)

// Each hands over the query's rows one at a time as the server sends them, so
// that memory does not grow with them. What the handler returns ends it and comes
// back as it is.
func Each[T any](ctx context.Context, from sqlx.QueryerContext, handle func(T) error, query string, args ...any) error {
	return EachRow(ctx, from, func(rows *sqlx.Rows) error {
		var row T
		if err := rows.StructScan(&row); err != nil {
			return err
		}
		return handle(row)
	}, query, args...)
}

// EachRow does the same for a handler that scans the row itself.
func EachRow(ctx context.Context, from sqlx.QueryerContext, handle func(*sqlx.Rows) error, query string, args ...any) error {
	rows, err := from.QueryxContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := handle(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
