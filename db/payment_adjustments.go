package db

import (
	"context"
	"fmt"
	"slices"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// PaymentAdjustment is what the late rows of payments of one closed day came to for
// one video: the part of the posting day's [PaymentLine] that is of them.
type PaymentAdjustment struct {
	PostedOn  settlement.Day `db:"posted_on"`
	PaidOn    settlement.Day `db:"paid_on"`
	VideoID   int64          `db:"video_id"`
	CreatorID int64          `db:"creator_id"` // as of the posting day
	settlement.PaymentFigures
}

var paymentAdjustmentColumns = server.ColumnsOf(PaymentAdjustment{})

// PaymentAdjustments are those of the lines' videos that the period's days
// posted, by creator, video, posting day and the day of the rows.
func (db *DB) PaymentAdjustments(ctx context.Context, period settlement.Period, lines Lines) ([]PaymentAdjustment, error) {
	return all(func(each func(PaymentAdjustment) error) error {
		return db.EachPaymentAdjustment(ctx, period, lines, each)
	})
}

// EachPaymentAdjustment hands over what [DB.PaymentAdjustments] returns as it is
// read.
func (db *DB) EachPaymentAdjustment(ctx context.Context, period settlement.Period, lines Lines, handle func(PaymentAdjustment) error) error {
	posted, days := postedIn(period)
	where, args := lines.condition("creator_id", "video_id")
	limit, most := lines.limit()
	err := server.Each(ctx, db.pool, handle, `
		SELECT `+paymentAdjustmentColumns.List()+`
		FROM payment_adjustments
		WHERE `+posted+` AND `+where+`
		ORDER BY creator_id, video_id, posted_on, paid_on`+limit,
		slices.Concat(days, args, most)...)
	if err != nil {
		return fmt.Errorf("read late payments of %s: %w", period, err)
	}
	return nil
}
