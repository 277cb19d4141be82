package db

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// SettledDays are the video's lines of the closed days from first to last, both
// included, by day, if it is the creator's: those of its views, and those of its
// payments. They are read in one snapshot, so that a day which closes meanwhile is
// in both or in neither.
func (db *DB) SettledDays(ctx context.Context, creator, video int64, first, last settlement.Day) (lines []SettlementLine, payments []PaymentLine, err error) {
	err = db.pool.InSnapshot(ctx, func(tx *sqlx.Tx) error {
		if err := tx.SelectContext(ctx, &lines, `
			SELECT `+settlementLineColumns.Each("l.%s")+`
			FROM daily_settlements l
			JOIN runs r ON r.kind = ? AND r.starts_on = l.starts_on AND r.version = ? AND r.state = ?
			WHERE l.video_id = ? AND l.creator_id = ? AND l.starts_on BETWEEN ? AND ?
			ORDER BY l.starts_on`,
			settlement.Daily, runVersion, settlement.Closed, video, creator, first, last); err != nil {
			return err
		}
		// The lines of payments lie by day: each is looked up by its key.
		return tx.SelectContext(ctx, &payments, `
			SELECT `+paymentLineColumns.Each("d.%s")+`
			FROM runs r
			STRAIGHT_JOIN daily_payments d ON d.starts_on = r.starts_on AND d.video_id = ? AND d.creator_id = ?
			WHERE r.kind = ? AND r.starts_on BETWEEN ? AND ? AND r.version = ? AND r.state = ?
			ORDER BY r.starts_on`,
			video, creator, settlement.Daily, first, last, runVersion, settlement.Closed)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read settled days of video %d: %w", video, err)
	}
	return lines, payments, nil
}
