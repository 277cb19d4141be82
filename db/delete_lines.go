package db

import (
	"context"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

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
