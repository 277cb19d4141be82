package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Adjustment is what the late views of one closed day came to for one video, and
// what the day that posted them paid for it. Its statistics stand beside the
// closed ones of the day on which they were watched. Its ordinals are the last
// part of those of the posting day's settlement line, whose amounts include these.
type Adjustment struct {
	PostedOn  settlement.Day `db:"posted_on"`
	WatchedOn settlement.Day `db:"watched_on"`
	VideoID   int64          `db:"video_id"`
	CreatorID int64          `db:"creator_id"` // as of the posting day
	settlement.Statistics
	settlement.Earnings
}

var adjustmentColumns = server.ColumnsOf(Adjustment{})

// Adjustments are those of the lines' videos that the period's days posted,
// by creator, video, posting day and the day on which they were watched.
func (db *DB) Adjustments(ctx context.Context, period settlement.Period, lines Lines) ([]Adjustment, error) {
	return all(func(each func(Adjustment) error) error {
		return db.EachAdjustment(ctx, period, lines, each)
	})
}

// EachAdjustment hands over what [DB.Adjustments] returns as it is read.
func (db *DB) EachAdjustment(ctx context.Context, period settlement.Period, lines Lines, handle func(Adjustment) error) error {
	posted, days := postedIn(period)
	where, args := lines.condition("creator_id", "video_id")
	limit, most := lines.limit()
	err := server.Each(ctx, db.pool, handle, `
		SELECT `+adjustmentColumns.List()+`
		FROM adjustments
		WHERE `+posted+` AND `+where+`
		ORDER BY creator_id, video_id, posted_on, watched_on`+limit,
		slices.Concat(days, args, most)...)
	if err != nil {
		return fmt.Errorf("read adjustments of %s: %w", period, err)
	}
	return nil
}

// postedIn is the condition that a day of the period posted a line. Days are given one by one, with which
// servers read the lines of some creators or of a range of videos, and no others.
func postedIn(period settlement.Period) (condition string, args []any) {
	for _, day := range period.Days() {
		args = append(args, day)
	}
	if len(args) == 1 {
		return "posted_on = ?", args
	}
	return "posted_on IN (?" + strings.Repeat(", ?", len(args)-1) + ")", args
}

// putAdjustments stores adjustments, or replaces what those that are there pay.
func putAdjustments(ctx context.Context, tx *sqlx.Tx, adjustments []Adjustment) error {
	err := server.Put(ctx, tx, "adjustments", adjustments, `
		ON DUPLICATE KEY UPDATE
			`+earningsColumns.Each("%s = VALUES(%s)"))
	if err != nil {
		return fmt.Errorf("store adjustments: %w", err)
	}
	return nil
}

// PostedAdjustments are the adjustments of the range's videos that the day posts,
// by video and origin day.
func (db *DB) PostedAdjustments(ctx context.Context, postedOn settlement.Day, videos settlement.Range) ([]Adjustment, error) {
	return postedAdjustments(ctx, db.pool, postedOn, videos)
}

func postedAdjustments(ctx context.Context, from sqlx.QueryerContext, postedOn settlement.Day, videos settlement.Range) (adjustments []Adjustment, err error) {
	where, args := server.Between("video_id", videos)
	err = sqlx.SelectContext(ctx, from, &adjustments, `
		SELECT `+adjustmentColumns.List()+`
		FROM adjustments
		WHERE posted_on = ? AND `+where+`
		ORDER BY video_id, watched_on`, append([]any{postedOn}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read adjustments that %s posts: %w", postedOn, err)
	}
	return adjustments, nil
}
