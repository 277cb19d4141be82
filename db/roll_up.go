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

// rollUp adds up four kinds of daily lines, of which a video may have any on
// any day: late views alone give no statistics, what does not count is not
// settled, and a video may sell what nobody watches. The days are listed so that a chunk reads its own videos of each day
// and no others, and each kind is added up by itself since few lines stay in
// memory where many would not.
func rollUp(ctx context.Context, tx *sqlx.Tx, period settlement.Period, videos settlement.Range) error {
	where, ends := server.Between("video_id", videos)
	lines := append([]any{period.Days()}, ends...)
	query, args, err := sqlx.In(`
		INSERT INTO period_videos (
			kind, starts_on, creator_id, video_id, title,
			`+statisticsColumns.List()+`,
			`+lateStatisticsColumns.List()+`,
			`+ordinalColumns.List()+`,
			`+amountColumns.List()+`,
			`+paymentColumns.List()+`
		)
		SELECT
			?,
			?,
			l.creator_id,
			l.video_id,
			v.title,
			`+statisticsColumns.Each("SUM(l.%s)")+`,
			`+lateStatisticsColumns.Each("SUM(l.%s)")+`,
			COALESCE(MIN(l.views_from), 0),
			COALESCE(MAX(l.views_to), 0),
			COALESCE(MIN(l.ad_views_from), 0),
			COALESCE(MAX(l.ad_views_to), 0),
			`+amountColumns.Each("SUM(l.%s)")+`,
			`+paymentColumns.Each("SUM(l.%s)")+`
		FROM (
			SELECT
				creator_id,
				video_id,
				`+statisticsColumns.Each("SUM(%s) AS %s")+`,
				`+lateStatisticsColumns.Each("0 AS %s")+`,
				`+ordinalColumns.Each("NULL AS %s")+`,
				`+amountColumns.Each("0 AS %s")+`,
				`+paymentColumns.Each("0 AS %s")+`
			FROM daily_statistics
			WHERE starts_on IN (?) AND `+where+`
			GROUP BY creator_id, video_id
			UNION ALL
			SELECT
				creator_id,
				video_id,
				`+statisticsColumns.Each("0")+`,
				`+AdjustedColumns.Each("SUM(%s)")+`,
				`+ordinalColumns.Each("NULL")+`,
				`+amountColumns.Each("0")+`,
				`+paymentColumns.Each("0")+`
			FROM adjustments
			WHERE posted_on IN (?) AND `+where+`
			GROUP BY creator_id, video_id
			UNION ALL
			SELECT
				creator_id,
				video_id,
				`+statisticsColumns.Each("0")+`,
				`+lateStatisticsColumns.Each("0")+`,
				MIN(views_from),
				MAX(views_to),
				MIN(ad_views_from),
				MAX(ad_views_to),
				`+amountColumns.Each("SUM(%s)")+`,
				`+paymentColumns.Each("0")+`
			FROM daily_settlements
			WHERE starts_on IN (?) AND `+where+`
			GROUP BY creator_id, video_id
			UNION ALL
			SELECT
				creator_id,
				video_id,
				`+statisticsColumns.Each("0")+`,
				`+lateStatisticsColumns.Each("0")+`,
				`+ordinalColumns.Each("NULL")+`,
				`+amountColumns.Each("0")+`,
				`+paymentColumns.Each("SUM(%s)")+`
			FROM daily_payments
			WHERE starts_on IN (?) AND `+where+`
			GROUP BY creator_id, video_id
		) l
		JOIN videos v ON v.video_id = l.video_id
		GROUP BY l.creator_id, l.video_id, v.title`,
		slices.Concat([]any{period.Kind, period.Start}, lines, lines, lines, lines)...)
	if err != nil {
		return err
	}
	if _, err = tx.ExecContext(ctx, query, args...); server.IsOutOfRange(err) {
		err = fmt.Errorf("add up days of %s: %w", tooMuch(ctx, tx, "video_id", `(
			SELECT video_id, `+amountColumns.List()+`, `+paymentColumns.Each("0 AS %s")+`
			FROM daily_settlements
			WHERE starts_on IN (?) AND `+where+`
			UNION ALL
			SELECT video_id, `+amountColumns.Each("0")+`, `+paymentColumns.List()+`
			FROM daily_payments
			WHERE starts_on IN (?) AND `+where+`
		) l`, slices.Concat(lines, lines)...), err)
	}
	return err
}

// tooMuch names the first video or creator, by its column, whose amounts or
// payments do not add up to a BIGINT.
func tooMuch(ctx context.Context, tx *sqlx.Tx, column, lines string, args ...any) string {
	money := slices.Concat(amountColumns, paymentColumns)
	query, args, err := sqlx.In(`
		SELECT `+column+`
		FROM `+lines+`
		GROUP BY `+column+`
		HAVING GREATEST(`+money.Each("SUM(%s)")+`) > ? OR LEAST(`+money.Each("SUM(%s)")+`) < ?
		ORDER BY `+column+`
		LIMIT 1`, append(args, int64(math.MaxInt64), int64(math.MinInt64))...)
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
// rows of both logs that its days posted, which the lines do not tell. The days are
// listed for the same reason as in rollUp.
func sumVideos(ctx context.Context, from sqlx.QueryerContext, period settlement.Period, videos settlement.Range) (settlement.Totals, error) {
	where, ends := server.Between("video_id", videos)
	posted := append([]any{period.Days()}, ends...)
	var sum struct {
		settlement.RolledUp
		LateRows     int64 `db:"late_rows"`
		LatePayments int64 `db:"late_payments"`
	}
	query, args, err := sqlx.In(`
		SELECT
			`+rolledUpColumns.Summed()+`,
			(
				SELECT COALESCE(SUM(`+RowsOfLine+`), 0)
				FROM adjustments
				WHERE posted_on IN (?) AND `+where+`
			) AS late_rows,
			(
				SELECT COALESCE(SUM(`+PaymentRowsOfLine+`), 0)
				FROM payment_adjustments
				WHERE posted_on IN (?) AND `+where+`
			) AS late_payments
		FROM period_videos
		WHERE kind = ? AND starts_on = ? AND `+where,
		slices.Concat(posted, posted, []any{period.Kind, period.Start}, ends)...)
	if err == nil {
		err = sqlx.GetContext(ctx, from, &sum, query, args...)
	}
	if err != nil {
		return settlement.Totals{}, fmt.Errorf("add up videos of %s: %w", period, err)
	}
	totals := sum.Totals()
	totals.LateRows, totals.LatePayments = sum.LateRows, sum.LatePayments
	return totals, nil
}
