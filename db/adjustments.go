package db

import (
	"context"
	"fmt"

	"creatorpay/settlement"
)

// Adjustment is what the late views of one closed day came to for one video, and
// what the day that posted them paid for it. Its statistics stand beside the
// closed ones of the day on which they were watched. Its ordinals are (from, to],
// the last part of those of the posting day's settlement line, whose amounts
// include these.
type Adjustment struct {
	PostedOn  settlement.Day `db:"posted_on"`
	WatchedOn settlement.Day `db:"watched_on"`
	VideoID   int64          `db:"video_id"`
	CreatorID int64          `db:"creator_id"` // as of the posting day
	settlement.Statistics
	ViewsFrom   int64 `db:"views_from"`
	ViewsTo     int64 `db:"views_to"`
	AdViewsFrom int64 `db:"ad_views_from"`
	AdViewsTo   int64 `db:"ad_views_to"`
	Amounts
}

const adjustmentColumns = `
			posted_on,
			watched_on,
			video_id,
			creator_id,
			views,
			self_views,
			repeat_views,
			played_seconds,
			ad_views,
			views_from,
			views_to,
			ad_views_from,
			ad_views_to,
			video_amount,
			ad_amount`

// Adjustments are those of the creators' videos that the period's days posted,
// by creator, video, posting day and the day on which they were watched.
func (db *DB) Adjustments(ctx context.Context, period settlement.Period, creators Creators) ([]Adjustment, error) {
	return all(func(each func(Adjustment) error) error { return db.EachAdjustment(ctx, period, creators, each) })
}

// EachAdjustment hands over what [DB.Adjustments] returns as it is read.
func (db *DB) EachAdjustment(ctx context.Context, period settlement.Period, creators Creators, handle func(Adjustment) error) error {
	err := each(ctx, db.pool, handle, `
		SELECT `+adjustmentColumns+`
		FROM adjustments
		WHERE posted_on >= ? AND posted_on < ? AND creator_id BETWEEN ? AND ?
		ORDER BY creator_id, video_id, posted_on, watched_on`,
		period.Start, period.End(), creators.First, creators.Last)
	if err != nil {
		return fmt.Errorf("read adjustments of %s: %w", period, err)
	}
	return nil
}
