package daylog

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Arrived are the late rows of a closed day.
type Arrived struct {
	Rows     int64 `db:"row_count"`
	Unposted int64 `db:"unposted"` // that no day has posted
}

// Arrived looks for the late rows of a closed day, which it finds by their
// index: it reads no others.
func (l *Log) Arrived(ctx context.Context, day OnTime) (late Arrived, err error) {
	err = l.pool.GetContext(ctx, &late, `
		SELECT
			COUNT(*) AS row_count,
			COALESCE(SUM(p.`+l.id+` IS NULL), 0) AS unposted
		FROM `+l.partition(day.Day)+` l `+l.byEpoch()+`
		LEFT JOIN `+l.late+` p ON `+l.same("l", "p")+`
		WHERE l.epoch >= ?`, day.LateFrom)
	if err != nil {
		return late, fmt.Errorf("look for late rows of %s: %w", day.Day, err)
	}
	return late, nil
}

// CountLate counts the late rows of a closed day by their index, whoever has posted them, and tells the newest epoch
// among them; 0 without any.
func (l *Log) CountLate(ctx context.Context, day OnTime) (rows, newest int64, err error) {
	var late struct {
		Rows   int64 `db:"row_count"`
		Newest int64 `db:"newest"`
	}
	if err := l.pool.GetContext(ctx, &late, `
		SELECT
			COUNT(*) AS row_count,
			COALESCE(MAX(epoch), 0) AS newest
		FROM `+l.partition(day.Day)+` `+l.byEpoch()+`
		WHERE epoch >= ?`, day.LateFrom); err != nil {
		return 0, 0, fmt.Errorf("count late rows of %s: %w", day.Day, err)
	}
	return late.Rows, late.Newest, nil
}

// LateByVideo are the videos with late rows of a closed day, with their number, by id.
func (l *Log) LateByVideo(ctx context.Context, day OnTime) (videos []settlement.VideoRows, err error) {
	if err := l.pool.SelectContext(ctx, &videos, `
		SELECT
			video_id,
			COUNT(*) AS row_count
		FROM `+l.partition(day.Day)+` `+l.byEpoch()+`
		WHERE epoch >= ?
		GROUP BY video_id
		ORDER BY video_id`, day.LateFrom); err != nil {
		return nil, fmt.Errorf("count late rows of the videos of %s: %w", day.Day, err)
	}
	return videos, nil
}

// CountOnTime reads all rows of a closed day and counts those that did not come
// late.
func (l *Log) CountOnTime(ctx context.Context, day OnTime) (rows int64, err error) {
	condition, args := day.condition()
	if err := l.pool.GetContext(ctx, &rows, `
		SELECT COUNT(*)
		FROM `+l.holding(day)+` FORCE INDEX (PRIMARY)
		WHERE `+condition, args...); err != nil {
		return 0, fmt.Errorf("count rows of %s that were on time: %w", day.Day, err)
	}
	return rows, nil
}

// Post makes a day post the late rows of the range's videos of the closed days,
// except for those that another day has posted. It fails with a [settlement.ErrBadRow] where one did
// not start on its partition's day, as counting does: the other day may have it,
// too.
func (l *Log) Post(ctx context.Context, tx *sqlx.Tx, postedOn settlement.Day, closed []OnTime, videos settlement.Range, calendar settlement.Calendar) error {
	return l.post(ctx, tx, postedOn, closed, videos, calendar, l.byEpoch())
}

// PostRange does what [Log.Post] does for one of many ranges of a day with very many late rows: it reads
// the range's rows, all of them, where Post would read the late ones of all videos for each range.
func (l *Log) PostRange(ctx context.Context, tx *sqlx.Tx, postedOn settlement.Day, closed OnTime, videos settlement.Range, calendar settlement.Calendar) error {
	return l.post(ctx, tx, postedOn, []OnTime{closed}, videos, calendar, "FORCE INDEX (PRIMARY)")
}

func (l *Log) post(ctx context.Context, tx *sqlx.Tx, postedOn settlement.Day, closed []OnTime, videos settlement.Range, calendar settlement.Calendar, index string) error {
	columns := l.columns()
	where, args := server.Between("l.video_id", videos)
	for _, day := range closed {
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO `+l.late+` (`+columns.List()+`, posted_on)
			SELECT
				`+columns.Joined("l.%s", ",\n\t\t\t\t")+`,
				?
			FROM `+l.partition(day.Day)+` l `+index+`
			LEFT JOIN `+l.late+` p ON `+l.same("l", "p")+`
			WHERE l.`+l.day+` = ? AND l.epoch >= ? AND p.`+l.id+` IS NULL AND `+where+`
			ON DUPLICATE KEY UPDATE `+l.late+`.`+l.id+` = VALUES(`+l.id+`)`, append([]any{postedOn, day.Day, day.LateFrom}, args...)...); err != nil {
			return fmt.Errorf("post late %s of %s: %w", l.rows, day.Day, err)
		}
	}
	where, args = server.Between("video_id", videos)
	for _, day := range closed {
		first, last := calendar.Starts(day.Day)
		if err := l.stray(ctx, tx, `
			SELECT `+l.lateColumns().List()+`
			FROM `+l.late+`
			WHERE posted_on = ? AND `+l.day+` = ? AND (`+l.at+` < ? OR `+l.at+` > ?) AND `+where+`
			LIMIT 1`, append([]any{postedOn, day.Day, first.UTC(), last.UTC()}, args...)...); err != nil {
			return fmt.Errorf("look for late %s outside of %s: %w", l.rows, day.Day, err)
		}
	}
	return nil
}

// Withdraw takes back what the day posts of the late rows of the range's videos of
// the closed days, so that they can be posted as the log has them now: also what was
// judged by a count that no longer holds.
func (l *Log) Withdraw(ctx context.Context, tx *sqlx.Tx, postedOn settlement.Day, closed []OnTime, videos settlement.Range) error {
	where, args := server.Between("video_id", videos)
	for _, day := range closed {
		if _, err := tx.ExecContext(ctx, `
			DELETE FROM `+l.late+`
			WHERE posted_on = ? AND `+l.day+` = ? AND `+where, append([]any{postedOn, day.Day}, args...)...); err != nil {
			return fmt.Errorf("withdraw late %s of %s that %s posts: %w", l.rows, day.Day, postedOn, err)
		}
	}
	return nil
}

// WithdrawGone takes back what the day posts of the late rows of the range's videos of the closed day that the log does not
// have any more, or has with other figures, and returns how many these are.
func (l *Log) WithdrawGone(ctx context.Context, tx *sqlx.Tx, postedOn, closed settlement.Day, videos settlement.Range) (rows int64, err error) {
	where, args := server.Between("video_id", videos)
	result, err := tx.ExecContext(ctx, `
		DELETE FROM `+l.late+`
		WHERE posted_on = ? AND `+l.day+` = ? AND `+where+` AND NOT EXISTS (
			SELECT 1
			FROM `+l.partition(closed)+` l
			WHERE `+l.same("l", l.late)+` AND NOT (`+l.other("l", l.late)+`)
		)`, append([]any{postedOn, closed}, args...)...)
	if err != nil {
		return 0, fmt.Errorf("withdraw late %s of %s that %s posts and that are gone: %w", l.rows, closed, postedOn, err)
	}
	return result.RowsAffected()
}

// CountPosted is how many late rows the day posts.
func (l *Log) CountPosted(ctx context.Context, from sqlx.QueryerContext, postedOn settlement.Day) (rows int64, err error) {
	err = sqlx.GetContext(ctx, from, &rows, `
		SELECT COUNT(*)
		FROM `+l.late+`
		WHERE posted_on = ?`, postedOn)
	if err != nil {
		return 0, fmt.Errorf("count late %s that %s posts: %w", l.rows, postedOn, err)
	}
	return rows, nil
}
