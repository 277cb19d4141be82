package server

import (
	"context"

	"github.com/jmoiron/sqlx"
)

// Each hands over the query's rows one at a time as the server sends them, so
// that memory does not grow with them. What the handler returns ends it and comes
// back as it is.
func Each[T any](ctx context.Context, from sqlx.QueryerContext, handle func(T) error, query string, args ...any) error {
	rows, err := from.QueryxContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var row T
		if err := rows.StructScan(&row); err != nil {
			return err
		}
		if err := handle(row); err != nil {
			return err
		}
	}
	return rows.Err()
}
