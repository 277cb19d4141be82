package db

import (
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// The metrics by which videos are ranked; each is a column of the statistics.
const (
	MetricViews         = "views"
	MetricPlayedSeconds = "played_seconds"
)

// TopVideo is one line of a ranking.
type TopVideo struct {
	Kind     settlement.Kind `db:"kind"`
	StartsOn settlement.Day  `db:"starts_on"`
	Metric   string          `db:"metric"`
	Rank     int             `db:"video_rank"` // from 1 to [settlement.MaxRank]
	VideoID  int64           `db:"video_id"`
	Title    string          `db:"title"` // as it was when the period was ranked
	Value    int64           `db:"value"`
}

var topColumns = server.ColumnsOf(TopVideo{})

// Rank stores the period's Top 5 by each metric, with the titles that the videos
// have. Ties go to the smaller video id; a video of which nothing counted has no
// rank (R9).
func (db *DB) Rank(ctx context.Context, period settlement.Period, holder Holder) error {
	err := db.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		if _, err := guard(ctx, tx, period, holder); err != nil {
			return err
		}
		return rank(ctx, tx, period)
	})
	if err != nil {
		return fmt.Errorf("rank %s: %w", period, err)
	}
	return nil
}

// rank replaces the period's ranking in a transaction of its holder.
func rank(ctx context.Context, tx *sqlx.Tx, period settlement.Period) error {
	if _, err := tx.ExecContext(ctx, `
		DELETE FROM top_videos
		WHERE kind = ? AND starts_on = ?`, period.Kind, period.Start); err != nil {
		return err
	}
	for _, metric := range []string{MetricViews, MetricPlayedSeconds} {
		var top []TopVideo
		query, args := rankingQuery(period, metric)
		if err := tx.SelectContext(ctx, &top, query, args...); err != nil {
			return err
		}
		if err := storeRanking(ctx, tx, period, metric, top); err != nil {
			return err
		}
	}
	return nil
}

// rankingQuery ranks the lines of a day, one a video, whose titles are those of the
// catalogue, or of a week or month, whose lines have titles of their own.
func rankingQuery(period settlement.Period, metric string) (query string, args []any) {
	lines, args := "daily_statistics WHERE starts_on = ?", []any{period.Start}
	titles, titleArgs := "videos WHERE TRUE", []any(nil)
	value, perVideo := metric, ""
	if period.Kind != settlement.Daily {
		lines, args = "period_videos WHERE kind = ? AND starts_on = ?", []any{period.Kind, period.Start}
		titles, titleArgs = lines, args
		value, perVideo = "SUM("+metric+")", "GROUP BY video_id"
	}
	return `
		SELECT
			ranked.video_id,
			COALESCE((SELECT MAX(title) FROM ` + titles + ` AND video_id = ranked.video_id), '') AS title,
			ranked.value
		FROM (
			SELECT
				video_id,
				` + value + ` AS value
			FROM ` + lines + ` AND views > 0
			` + perVideo + `
			ORDER BY value DESC, video_id
			LIMIT ?
		) ranked
		ORDER BY ranked.value DESC, ranked.video_id`, slices.Concat(titleArgs, args, []any{settlement.MaxRank})
}

func storeRanking(ctx context.Context, tx *sqlx.Tx, period settlement.Period, metric string, top []TopVideo) error {
	for i := range top {
		top[i].Kind, top[i].StartsOn, top[i].Metric, top[i].Rank = period.Kind, period.Start, metric, i+1
	}
	return server.Insert(ctx, tx, "top_videos", top)
}

// TopVideos is the period's ranking by metric and rank.
func (db *DB) TopVideos(ctx context.Context, period settlement.Period) ([]TopVideo, error) {
	var top []TopVideo
	err := db.pool.SelectContext(ctx, &top, `
		SELECT `+topColumns.List()+`
		FROM top_videos
		WHERE kind = ? AND starts_on = ?
		ORDER BY metric, video_rank`, period.Kind, period.Start)
	if err != nil {
		return nil, fmt.Errorf("read top videos of %s: %w", period, err)
	}
	return top, nil
}
