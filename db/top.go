package db

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

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
	Title    string          `db:"title"`
	Value    int64           `db:"value"`
}

// Rank stores the period's Top 5 by each metric. Ties go to the smaller video
// id; a video of which nothing counted has no rank (R9).
func (db *DB) Rank(ctx context.Context, period settlement.Period, holder Holder) error {
	err := db.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		if _, err := guard(ctx, tx, period, holder); err != nil {
			return err
		}
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
	})
	if err != nil {
		return fmt.Errorf("rank %s: %w", period, err)
	}
	return nil
}

func rankingQuery(period settlement.Period, metric string) (query string, args []any) {
	lines, args := "daily_statistics WHERE starts_on = ?", []any{period.Start}
	if period.Kind != settlement.Daily {
		lines, args = "period_videos WHERE kind = ? AND starts_on = ?", []any{period.Kind, period.Start}
	}
	return `
		SELECT
			video_id,
			SUM(` + metric + `) AS value
		FROM ` + lines + ` AND views > 0
		GROUP BY video_id
		ORDER BY value DESC, video_id
		LIMIT ?`, append(args, settlement.MaxRank)
}

func storeRanking(ctx context.Context, tx *sqlx.Tx, period settlement.Period, metric string, top []TopVideo) error {
	if len(top) == 0 {
		return nil
	}
	for i := range top {
		top[i].Kind, top[i].StartsOn, top[i].Metric, top[i].Rank = period.Kind, period.Start, metric, i+1
	}
	_, err := tx.NamedExecContext(ctx, `
		INSERT INTO top_videos (kind, starts_on, metric, video_rank, video_id, value)
		VALUES (:kind, :starts_on, :metric, :video_rank, :video_id, :value)`, top)
	return err
}

// TopVideos is the period's ranking by metric and rank.
func (db *DB) TopVideos(ctx context.Context, period settlement.Period) ([]TopVideo, error) {
	var top []TopVideo
	err := db.pool.SelectContext(ctx, &top, `
		SELECT
			t.kind,
			t.starts_on,
			t.metric,
			t.video_rank,
			t.video_id,
			COALESCE(( -- weeks and months keep their titles
				SELECT MAX(p.title)
				FROM period_videos p
				WHERE p.kind = t.kind AND p.starts_on = t.starts_on AND p.video_id = t.video_id
			), v.title, '') AS title,
			t.value
		FROM top_videos t
		LEFT JOIN videos v ON v.video_id = t.video_id
		WHERE t.kind = ? AND t.starts_on = ?
		ORDER BY t.metric, t.video_rank`, period.Kind, period.Start)
	if err != nil {
		return nil, fmt.Errorf("read top videos of %s: %w", period, err)
	}
	return top, nil
}
