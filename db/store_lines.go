package db

import (
	"context"
	"slices"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// linesPerStatement bounds the length of one INSERT.
const linesPerStatement = 1000

// deleteCounted removes what counting stored of the chunk, payments among it.
func deleteCounted(ctx context.Context, tx *sqlx.Tx, day settlement.Day, chunk Chunk) error {
	for _, of := range []struct{ table, column string }{
		{"daily_statistics", "starts_on"},
		{"adjustments", "posted_on"},
		{"daily_payments", "starts_on"},
		{"payment_adjustments", "posted_on"},
		{"payment_refunds", "settled_on"},
	} {
		if err := deleteLines(ctx, tx, of.table, of.column, day, chunk.Range); err != nil {
			return err
		}
	}
	return deletePaymentIDs(ctx, tx, day, chunk.Number)
}

// deleteLines removes the range's rows whose column of that name has the day.
func deleteLines(ctx context.Context, tx *sqlx.Tx, table, column string, day settlement.Day, videos settlement.Range) error {
	where, args := server.Between("video_id", videos)
	_, err := tx.ExecContext(ctx, `
		DELETE FROM `+table+`
		WHERE `+column+` = ? AND `+where, append([]any{day}, args...)...)
	return err
}

// insertLines stores new rows of the table, which has their columns.
func insertLines[Line any](ctx context.Context, tx *sqlx.Tx, table string, columns server.Columns, lines []Line) error {
	for part := range slices.Chunk(lines, linesPerStatement) {
		if _, err := tx.NamedExecContext(ctx, `
			INSERT INTO `+table+` (`+columns.List()+`)
			VALUES (`+columns.Named()+`)`, part); err != nil {
			return err
		}
	}
	return nil
}
