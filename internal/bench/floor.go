package main

import (
	"context"

	"golang.org/x/sync/errgroup"

	"creatorpay/db"
	"creatorpay/settlement"
)

// floorSessions is how many sessions read the day for the floor.
const floorSessions = 2

// floor groups the day's rows by video in two sessions that share the videos so
// that each has half of the rows, and knows no rule.
func (r *rig) floor(ctx context.Context, day settlement.Day) error {
	middle, err := r.middle(ctx, day)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(floorSessions)
	for _, condition := range []string{"video_id < ?", "video_id >= ?"} {
		group.Go(func() error {
			rows, err := r.sql.QueryContext(ctx, `
				SELECT video_id, COUNT(*), SUM(played_seconds), SUM(ad_views)
				FROM watch_log
				WHERE watched_on = ? AND `+condition+`
				GROUP BY video_id`, day, middle)
			if err != nil {
				return err
			}
			defer func() { _ = rows.Close() }()
			for rows.Next() {
			}
			return rows.Err()
		})
	}
	return group.Wait()
}

// middle is the video that halves the day's rows.
func (r *rig) middle(ctx context.Context, day settlement.Day) (video int64, err error) {
	err = r.sql.GetContext(ctx, &video, `
		SELECT video_id
		FROM (
			SELECT video_id, SUM(`+db.RowsOfLine+`) OVER (ORDER BY video_id) AS so_far
			FROM daily_statistics
			WHERE starts_on = ?
		) running
		WHERE so_far * 2 >= (SELECT SUM(`+db.RowsOfLine+`) FROM daily_statistics WHERE starts_on = ?)
		ORDER BY video_id
		LIMIT 1`, day, day)
	return video, err
}
