package daylog

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
	"golang.org/x/sync/errgroup"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Count is how many rows the log has for the day. Counting the whole
// partition by its primary key is three times faster on MySQL than counting by a
// condition or another key: the server reads it in parallel. The day must have a
// partition.
func (l *Log) Count(ctx context.Context, from sqlx.QueryerContext, day settlement.Day) (rows int64, err error) {
	err = sqlx.GetContext(ctx, from, &rows, `
		SELECT COUNT(*)
		FROM `+l.partition(day)+` FORCE INDEX (PRIMARY)`)
	if err != nil {
		return 0, fmt.Errorf("count rows of %s: %w", day, err)
	}
	return rows, nil
}

// CountInRanges is how many rows the log has for the day, which must have a
// partition. The ranges together have every video once: where one statement counts on
// one core only, several sessions count them, each on the server that takes the writes. Rows that are written or deleted meanwhile
// are among them or not, each by itself.
func (l *Log) CountInRanges(ctx context.Context, day settlement.Day, ranges []settlement.Range) (rows int64, err error) {
	dialect, err := l.pool.Dialect(ctx)
	if err != nil {
		return 0, err
	}
	if !dialect.CountsInParallel() {
		return l.countRanges(ctx, day, ranges)
	}
	err = l.pool.OnWriter(ctx, func(from sqlx.QueryerContext) (err error) {
		rows, err = l.Count(ctx, from, day)
		return err
	})
	return rows, err
}

func (l *Log) countRanges(ctx context.Context, day settlement.Day, ranges []settlement.Range) (rows int64, err error) {
	group, ctx := errgroup.WithContext(ctx)
	// Each holds one connection and waits for no other while it does. The other half is
	// left to other work.
	group.SetLimit(max(1, l.pool.Stats().MaxOpenConnections/2))
	counts := make([]int64, len(ranges))
	for i, videos := range ranges {
		group.Go(func() error {
			return l.pool.OnWriter(ctx, func(from sqlx.QueryerContext) (err error) {
				counts[i], err = l.CountRange(ctx, from, day, videos)
				return err
			})
		})
	}
	if err := group.Wait(); err != nil {
		return 0, err
	}
	for _, count := range counts {
		rows += count
	}
	return rows, nil
}

// CountRange is how many rows the log has for the day's videos in the
// range. The day must have a partition.
func (l *Log) CountRange(ctx context.Context, from sqlx.QueryerContext, day settlement.Day, videos settlement.Range) (rows int64, err error) {
	where, args := server.Between("video_id", videos)
	err = sqlx.GetContext(ctx, from, &rows, `
		SELECT COUNT(*)
		FROM `+l.partition(day)+`
		WHERE `+l.day+` = ? AND `+where, append([]any{day}, args...)...)
	if err != nil {
		return 0, fmt.Errorf("count rows of %s, %s: %w", day, videos, err)
	}
	return rows, nil
}

// RowsByVideo are the videos that have rows on the day, with their number, by id.
func (l *Log) RowsByVideo(ctx context.Context, day settlement.Day) (videos []settlement.VideoRows, err error) {
	if err := l.readMany(ctx, func(from *server.Pool) error {
		videos = nil
		return from.SelectContext(ctx, &videos, `
			SELECT
				video_id,
				COUNT(*) AS row_count
			FROM `+l.table+`
			WHERE `+l.day+` = ?
			GROUP BY video_id
			ORDER BY video_id`, day)
	}); err != nil {
		return nil, fmt.Errorf("count rows of the videos of %s: %w", day, err)
	}
	return videos, nil
}

// HasRows tells whether the log has any row of the day.
func (l *Log) HasRows(ctx context.Context, day settlement.Day) (found bool, err error) {
	err = l.pool.GetContext(ctx, &found, `
		SELECT EXISTS (
			SELECT 1
			FROM `+l.table+`
			WHERE `+l.day+` = ?
		)`, day)
	if err != nil {
		return false, fmt.Errorf("look for rows of %s: %w", day, err)
	}
	return found, nil
}

// CountPresent is how many rows a closed day has now, and how many of them were
// there when it closed.
func (l *Log) CountPresent(ctx context.Context, day OnTime) (present, onTime int64, err error) {
	var rows struct {
		Present int64 `db:"present"`
		OnTime  int64 `db:"on_time"`
	}
	if err := l.pool.GetContext(ctx, &rows, `
		SELECT
			COUNT(*) AS present,
			COALESCE(SUM(epoch < ?), 0) AS on_time
		FROM `+l.partition(day.Day), day.LateFrom); err != nil {
		return 0, 0, fmt.Errorf("count rows of %s: %w", day.Day, err)
	}
	return rows.Present, rows.OnTime, nil
}
