package db

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"creatorpay/settlement"
)

// enoughToEstimate is from how many rows on a day stands in for the one after
// it. Counting fewer costs less than a second; and a day of this size already
// makes several chunks, so that even a far bigger one is shared out.
const enoughToEstimate = 1_000_000

// RowsToPlan are the day's videos with the rows that each is expected to have,
// by id: what the day before had, payments among it, and for the catalogue's videos
// above all of those, the new uploads, what a video of that day had on average.
// Without a day before that is big enough the day itself is counted. The late rows
// that the day posts come on top. Estimates only make chunks uneven, never wrong.
func (db *DB) RowsToPlan(ctx context.Context, day settlement.Day) ([]settlement.VideoRows, error) {
	own, err := db.ownRowsToPlan(ctx, day)
	if err != nil {
		return nil, err
	}
	var late []settlement.VideoRows
	if err := db.pool.SelectContext(ctx, &late, `
		SELECT video_id, COUNT(*) AS row_count FROM late_views WHERE posted_on = ? GROUP BY video_id
		UNION ALL
		SELECT video_id, COUNT(*) FROM late_payments WHERE posted_on = ? GROUP BY video_id`, day, day); err != nil {
		return nil, fmt.Errorf("plan late rows that %s posts: %w", day, err)
	}
	return addRows(own, late), nil
}

// addRows adds up two lists.
func addRows(a, b []settlement.VideoRows) []settlement.VideoRows {
	if len(b) == 0 {
		return a
	}
	all := append(a, b...)
	slices.SortFunc(all, func(x, y settlement.VideoRows) int { return cmp.Compare(x.VideoID, y.VideoID) })
	sum := all[:1]
	for _, video := range all[1:] {
		if last := &sum[len(sum)-1]; last.VideoID == video.VideoID {
			last.Rows += video.Rows
		} else {
			sum = append(sum, video)
		}
	}
	return sum
}

func (db *DB) ownRowsToPlan(ctx context.Context, day settlement.Day) ([]settlement.VideoRows, error) {
	expected, err := db.rowsOfDayBefore(ctx, day)
	if err != nil {
		return nil, err
	}
	var total int64
	for _, video := range expected {
		total += video.Rows
	}
	if total < enoughToEstimate {
		views, err := db.Log.RowsByVideo(ctx, day)
		if err != nil {
			return nil, err
		}
		payments, err := db.Payments.RowsByVideo(ctx, day)
		return addRows(views, payments), err
	}
	uploads, err := db.uploadsAfter(ctx, expected[len(expected)-1].VideoID, total/int64(len(expected)))
	if err != nil {
		return nil, err
	}
	return append(expected, uploads...), nil
}

func (db *DB) rowsOfDayBefore(ctx context.Context, day settlement.Day) (videos []settlement.VideoRows, err error) {
	if err := db.pool.SelectContext(ctx, &videos, `
		SELECT
			video_id,
			`+RowsOfLine+` AS row_count
		FROM daily_statistics
		WHERE starts_on = ?
		UNION ALL
		SELECT
			video_id,
			`+PaymentRowsOfLine+`
		FROM daily_payments
		WHERE starts_on = ?`, day-1, day-1); err != nil {
		return nil, fmt.Errorf("plan %s by the day before: %w", day, err)
	}
	return addRows(nil, videos), nil
}

func (db *DB) uploadsAfter(ctx context.Context, last, rows int64) (videos []settlement.VideoRows, err error) {
	if err := db.pool.SelectContext(ctx, &videos, `
		SELECT
			video_id,
			? AS row_count
		FROM videos
		WHERE video_id > ?
		ORDER BY video_id`, rows, last); err != nil {
		return nil, fmt.Errorf("plan new uploads after video %d: %w", last, err)
	}
	return videos, nil
}
