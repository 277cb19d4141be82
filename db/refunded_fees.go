package db

import (
	"context"
	"fmt"
	"slices"

	"creatorpay/settlement"
)

// RefundedFees says that a creator's refunds gave back payments that have the fee of
// a version.
type RefundedFees struct {
	CreatorID int64 `db:"creator_id"`
	FeeRule   int64 `db:"fee_rule"`
}

// RefundedFees are those of the refunds in the period's lines, each once, by creator and
// version. They are found as [DB.PaymentDaysOf] finds its lines.
func (db *DB) RefundedFees(ctx context.Context, period settlement.Period, lines Lines) (refunded []RefundedFees, err error) {
	where, args := lines.condition("creator_id", "video_id")
	if err := db.pool.SelectContext(ctx, &refunded, `
		SELECT DISTINCT
			p.creator_id,
			f.fee_rule
		FROM (
			SELECT creator_id, video_id
			FROM period_videos
			WHERE kind = ? AND starts_on = ? AND refunds > 0 AND `+where+`
		) p
		STRAIGHT_JOIN runs r ON r.kind = ? AND r.starts_on >= ? AND r.starts_on < ? AND r.version = ?
		STRAIGHT_JOIN daily_payments d ON d.starts_on = r.starts_on AND d.video_id = p.video_id AND d.creator_id = p.creator_id
		STRAIGHT_JOIN payment_refunds f ON f.settled_on = d.starts_on AND f.video_id = d.video_id
		ORDER BY p.creator_id, f.fee_rule`,
		slices.Concat([]any{period.Kind, period.Start}, args, []any{settlement.Daily, period.Start, period.End(), runVersion})...); err != nil {
		return nil, fmt.Errorf("read fees of what was refunded in %s: %w", period, err)
	}
	return refunded, nil
}
