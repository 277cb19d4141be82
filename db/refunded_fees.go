package db

import (
	"context"
	"fmt"

	"creatorpay/settlement"
)

// RefundedFees says that a creator's refunds gave back payments that have the fee of
// a version.
type RefundedFees struct {
	CreatorID int64 `db:"creator_id"`
	FeeRule   int64 `db:"fee_rule"`
}

// RefundedFees are those of the refunds in the period's lines of the creators'
// videos, each once, by creator and version. They are found as [DB.PaymentDaysOf]
// finds its lines.
func (db *DB) RefundedFees(ctx context.Context, period settlement.Period, creators settlement.Creators) (refunded []RefundedFees, err error) {
	if err := db.pool.SelectContext(ctx, &refunded, `
		SELECT DISTINCT
			p.creator_id,
			f.fee_rule
		FROM (
			SELECT creator_id, video_id
			FROM period_videos
			WHERE kind = ? AND starts_on = ? AND creator_id BETWEEN ? AND ? AND refunds > 0
		) p
		STRAIGHT_JOIN runs r ON r.kind = ? AND r.starts_on >= ? AND r.starts_on < ? AND r.version = ?
		STRAIGHT_JOIN daily_payments d ON d.starts_on = r.starts_on AND d.video_id = p.video_id AND d.creator_id = p.creator_id
		STRAIGHT_JOIN payment_refunds f ON f.settled_on = d.starts_on AND f.video_id = d.video_id
		ORDER BY p.creator_id, f.fee_rule`,
		period.Kind, period.Start, creators.First, creators.Last, settlement.Daily, period.Start, period.End(), runVersion); err != nil {
		return nil, fmt.Errorf("read fees of what was refunded in %s: %w", period, err)
	}
	return refunded, nil
}
