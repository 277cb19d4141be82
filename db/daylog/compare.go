package daylog

import (
	"context"
	"fmt"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// LateRows are what became of the rows that came into a closed day after its
// close.
type LateRows struct {
	Unposted int64 // came, and no day has posted them yet
	PostedRows
}

// PostedRows are what became of the late rows that a day has posted.
type PostedRows struct {
	Posted  int64 `db:"posted"` // all of them
	Missing int64 `db:"missing"`
	Changed int64 `db:"changed"` // with other figures
}

// LateRows looks for the late rows of the closed day's videos in the range.
func (l *Log) LateRows(ctx context.Context, day OnTime, videos settlement.Range) (late LateRows, err error) {
	where, args := server.Between("l.video_id", videos)
	if err := l.pool.GetContext(ctx, &late.Unposted, `
		SELECT COUNT(*)
		FROM `+l.table+` l
		LEFT JOIN `+l.late+` p ON `+l.same("l", "p")+`
		WHERE l.`+l.day+` = ? AND `+where+` AND l.epoch >= ? AND p.`+l.id+` IS NULL`,
		append(append([]any{day.Day}, args...), day.LateFrom)...); err != nil {
		return late, fmt.Errorf("count late rows of %s, %s: %w", day.Day, videos, err)
	}
	late.PostedRows, err = l.PostedRows(ctx, day, videos)
	return late, err
}

// PostedRows looks for the posted late rows of the closed day's videos in the
// range.
func (l *Log) PostedRows(ctx context.Context, day OnTime, videos settlement.Range) (posted PostedRows, err error) {
	where, args := server.Between("p.video_id", videos)
	if err := l.pool.GetContext(ctx, &posted, `
		SELECT
			COUNT(*) AS posted,
			COALESCE(SUM(l.`+l.id+` IS NULL), 0) AS missing,
			COALESCE(SUM(`+l.other("l", "p")+`), 0) AS changed
		FROM `+l.late+` p
		LEFT JOIN `+l.table+` l ON `+l.same("l", "p")+` AND l.epoch >= ?
		WHERE p.`+l.day+` = ? AND `+where,
		append([]any{day.LateFrom, day.Day}, args...)...); err != nil {
		return posted, fmt.Errorf("compare late rows of %s, %s: %w", day.Day, videos, err)
	}
	return posted, nil
}
