package server

import (
	"context"
	"slices"

	"github.com/jmoiron/sqlx"
)

// idsPerStatement bounds the length of one statement.
const idsPerStatement = 500

// SelectByIDs are the rows of a query whose last ? stands for ids and whose others are
// the args, as IN (?) has it. Many ids are several queries, in the order of the ids;
// without any the server is not asked.
func SelectByIDs[Row any](ctx context.Context, from sqlx.QueryerContext, query string, ids []int64, args ...any) (rows []Row, err error) {
	err = byIDs(query, ids, args, func(query string, args []any) error {
		var found []Row
		err := sqlx.SelectContext(ctx, from, &found, query, args...)
		rows = append(rows, found...)
		return err
	})
	return rows, err
}

// ExecByIDs executes a statement that has its arguments as the query of [SelectByIDs]
// has them.
func ExecByIDs(ctx context.Context, tx *sqlx.Tx, statement string, ids []int64, args ...any) error {
	return byIDs(statement, ids, args, func(statement string, args []any) error {
		_, err := tx.ExecContext(ctx, statement, args...)
		return err
	})
}

// byIDs hands over the statement with its arguments, each time for some of the ids.
func byIDs(statement string, ids []int64, args []any, each func(statement string, args []any) error) error {
	for some := range slices.Chunk(ids, idsPerStatement) {
		statement, args, err := sqlx.In(statement, append(slices.Clone(args), some)...)
		if err != nil {
			return err
		}
		if err := each(statement, args); err != nil {
			return err
		}
	}
	return nil
}
