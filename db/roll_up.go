package db

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// RollUpChunk adds up the daily lines of the chunk's videos and marks the chunk
// as settled, in one transaction. A settled chunk is left alone. It returns the
// chunk as it is then.
func (db *DB) RollUpChunk(ctx context.Context, period settlement.Period, holder Holder, number int) (chunk Chunk, err error) {
	return db.settleChunk(ctx, period, holder, number, func(tx *sqlx.Tx, chunk *Chunk) (err error) {
		if err := rollUp(ctx, tx, period, chunk.Range); err != nil {
			return err
		}
		chunk.Totals, err = sumVideos(ctx, tx, period, chunk.Range)
		return err
	})
}

// rollUp adds up three kinds of daily lines, of which a video may have any on
// any day: late views alone give no statistics, and what does not count is not
// settled. The days are listed so that a chunk reads its own videos of each day
// and no others, and each kind is added up by itself since few lines stay in
// memory where many would not.
func rollUp(ctx context.Context, tx *sqlx.Tx, period settlement.Period, videos settlement.Range) error {
	where, ends := server.Between("video_id", videos)
	lines := append([]any{period.Days()}, ends...)
	query, args, err := sqlx.In(`
		INSERT INTO period_videos (
			kind, starts_on, creator_id, video_id, title,
			views, self_views, repeat_views, played_seconds, ad_views,
			late_views, late_played_seconds, late_ad_views,
			views_from, views_to, ad_views_from, ad_views_to, video_amount, ad_amount
		)
		SELECT
			?,
			?,
			l.creator_id,
			l.video_id,
			v.title,
			SUM(l.views),
			SUM(l.self_views),
			SUM(l.repeat_views),
			SUM(l.played_seconds),
			SUM(l.ad_views),
			SUM(l.late_views),
			SUM(l.late_played_seconds),
			SUM(l.late_ad_views),
			COALESCE(MIN(l.views_from), 0),
			COALESCE(MAX(l.views_to), 0),
			COALESCE(MIN(l.ad_views_from), 0),
			COALESCE(MAX(l.ad_views_to), 0),
			SUM(l.video_amount),
			SUM(l.ad_amount)
		FROM (
			SELECT
				creator_id,
				video_id,
				SUM(views) AS views,
				SUM(self_views) AS self_views,
				SUM(repeat_views) AS repeat_views,
				SUM(played_seconds) AS played_seconds,
				SUM(ad_views) AS ad_views,
				0 AS late_views, 0 AS late_played_seconds, 0 AS late_ad_views,
				NULL AS views_from, NULL AS views_to, NULL AS ad_views_from, NULL AS ad_views_to,
				0 AS video_amount, 0 AS ad_amount
			FROM daily_statistics
			WHERE day IN (?) AND `+where+`
			GROUP BY creator_id, video_id
			UNION ALL
			SELECT
				creator_id,
				video_id,
				0, 0, 0, 0, 0,
				SUM(views),
				SUM(played_seconds),
				SUM(ad_views),
				NULL, NULL, NULL, NULL,
				0, 0
			FROM adjustments
			WHERE posted_on IN (?) AND `+where+`
			GROUP BY creator_id, video_id
			UNION ALL
			SELECT
				creator_id,
				video_id,
				0, 0, 0, 0, 0,
				0, 0, 0,
				MIN(views_from),
				MAX(views_to),
				MIN(ad_views_from),
				MAX(ad_views_to),
				SUM(video_amount),
				SUM(ad_amount)
			FROM daily_settlements
			WHERE day IN (?) AND `+where+`
			GROUP BY creator_id, video_id
		) l
		JOIN videos v ON v.video_id = l.video_id
		GROUP BY l.creator_id, l.video_id, v.title`,
		slices.Concat([]any{period.Kind, period.Start}, lines, lines, lines)...)
	if err != nil {
		return err
	}
	if _, err = tx.ExecContext(ctx, query, args...); server.ErrorNumber(err) == server.ValueOutOfRange {
		err = fmt.Errorf("add up days of %s: %w", tooMuch(ctx, tx, "video_id", "daily_settlements WHERE day IN (?) AND "+where, lines), err)
	}
	return err
}

// tooMuch names the first video or creator, by its column, whose amounts do not
// add up to a BIGINT.
func tooMuch(ctx context.Context, tx *sqlx.Tx, column, lines string, args []any) string {
	query, args, err := sqlx.In(`
		SELECT `+column+`
		FROM `+lines+`
		GROUP BY `+column+`
		HAVING SUM(video_amount) > ? OR SUM(ad_amount) > ?
		ORDER BY `+column+`
		LIMIT 1`, append(slices.Clone(args), int64(math.MaxInt64), int64(math.MaxInt64))...)
	var id int64
	if err == nil {
		err = tx.GetContext(ctx, &id, query, args...)
	}
	if err != nil {
		return "some " + column
	}
	return fmt.Sprintf("%s %d", column, id)
}

// sumVideos adds up the period's lines of the videos in the range, and the late
// rows that its days posted, which the lines do not tell.
func sumVideos(ctx context.Context, from sqlx.QueryerContext, period settlement.Period, videos settlement.Range) (sum settlement.Totals, err error) {
	where, args := server.Between("video_id", videos)
	err = sqlx.GetContext(ctx, from, &sum, `
		SELECT `+sums+`,
			(
				SELECT COALESCE(SUM(views + self_views + repeat_views), 0)
				FROM adjustments
				WHERE posted_on >= ? AND posted_on < ? AND `+where+`
			) AS late_rows
		FROM period_videos
		WHERE kind = ? AND starts_on = ? AND `+where,
		slices.Concat([]any{period.Start, period.End()}, args, []any{period.Kind, period.Start}, args)...)
	if err != nil {
		return settlement.Totals{}, fmt.Errorf("add up videos of %s: %w", period, err)
	}
	return sum, nil
}

// sums adds up the figures of [Totals] that lines of videos and statements have.
const sums = `
			COALESCE(SUM(views), 0) AS views,
			COALESCE(SUM(self_views), 0) AS self_views,
			COALESCE(SUM(repeat_views), 0) AS repeat_views,
			COALESCE(SUM(played_seconds), 0) AS played_seconds,
			COALESCE(SUM(ad_views), 0) AS ad_views,
			COALESCE(SUM(late_views), 0) AS late_views,
			COALESCE(SUM(video_amount), 0) AS video_amount,
			COALESCE(SUM(ad_amount), 0) AS ad_amount`
