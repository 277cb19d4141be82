package db

import (
	"context"
	"fmt"
	"slices"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// PaymentLine is what the payments of one video came to on one day, late rows that
// the day posted among them.
type PaymentLine struct {
	Day       settlement.Day `db:"starts_on"`
	VideoID   int64          `db:"video_id"`
	CreatorID int64          `db:"creator_id"`
	settlement.PaymentFigures
}

var paymentLineColumns = server.ColumnsOf(PaymentLine{})

// PaymentLines are the day's lines in the range, by creator and video.
func (db *DB) PaymentLines(ctx context.Context, day settlement.Day, videos settlement.Range) ([]PaymentLine, error) {
	return all(func(each func(PaymentLine) error) error {
		return db.EachPaymentLine(ctx, day, Lines{Creators: settlement.AllCreators, Videos: videos}, each)
	})
}

// EachPaymentLine hands over the day's lines as they are read, by creator and
// video. A video with any row has one.
func (db *DB) EachPaymentLine(ctx context.Context, day settlement.Day, lines Lines, handle func(PaymentLine) error) error {
	from, by, args := lines.ofDay("daily_payments", day)
	limit, most := lines.limit()
	err := server.Each(ctx, db.pool, handle, `
		SELECT `+paymentLineColumns.Each("l.%s")+from+`
		ORDER BY `+by+`.creator_id, `+by+`.video_id`+limit, append(args, most...)...)
	if err != nil {
		return fmt.Errorf("read payments of %s: %w", day, err)
	}
	return nil
}

// PaymentDaysOf are the daily lines that the payments in the period's lines add up, by
// creator, video and day; of these there is no limit. They lie by day: each is
// looked up by its key, and only those of videos with payments are.
func (db *DB) PaymentDaysOf(ctx context.Context, period settlement.Period, lines Lines) (days []PaymentLine, err error) {
	where, args := lines.condition("creator_id", "video_id")
	if err := db.pool.SelectContext(ctx, &days, `
		SELECT `+paymentLineColumns.Each("d.%s")+`
		FROM (
			SELECT creator_id, video_id
			FROM period_videos
			WHERE kind = ? AND starts_on = ? AND `+string(WithPayments)+` AND `+where+`
		) p
		STRAIGHT_JOIN runs r ON r.kind = ? AND r.starts_on >= ? AND r.starts_on < ? AND r.version = ?
		STRAIGHT_JOIN daily_payments d ON d.starts_on = r.starts_on AND d.video_id = p.video_id AND d.creator_id = p.creator_id
		ORDER BY p.creator_id, p.video_id, d.starts_on`,
		slices.Concat([]any{period.Kind, period.Start}, args, []any{settlement.Daily, period.Start, period.End(), runVersion})...); err != nil {
		return nil, fmt.Errorf("read payments of the days of %s: %w", period, err)
	}
	return days, nil
}

// PaymentSum is what the payments of videos come to.
type PaymentSum struct {
	Videos int64 `db:"videos"`
	settlement.PaymentFigures
}

// SumPayments adds up the period's lines of videos with rows of payments.
func (db *DB) SumPayments(ctx context.Context, period settlement.Period, lines Lines) (sum PaymentSum, err error) {
	from, args := lines.of("daily_payments", period, WithPayments)
	if err := db.pool.GetContext(ctx, &sum, `
		SELECT
			COUNT(*) AS videos,
			`+paymentColumns.Each("COALESCE(SUM(l.%s), 0) AS %s")+from, args...); err != nil {
		return sum, fmt.Errorf("add up payments of %s: %w", period, err)
	}
	return sum, nil
}
