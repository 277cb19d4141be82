package main

import (
	"context"

	"golang.org/x/sync/errgroup"

	"creatorpay/db"
	"creatorpay/settlement"
)

// floorSessions is how many sessions read the day for the floor.
const floorSessions = 2

// grouping is a floor: a grouping of a log's rows that knows no rule.
type grouping struct {
	query string // ends in a condition, to which one on videos is added
	by    string
	lines string // the table that tells how many rows each video has
	rows  string // of such a line
}

var (
	groupViews = grouping{
		"SELECT video_id, COUNT(*), SUM(played_seconds), SUM(ad_views) FROM watch_log WHERE watched_on = ?", "video_id",
		"daily_statistics", db.RowsOfLine,
	}
	groupPayments = grouping{
		"SELECT video_id, status, COUNT(*), SUM(amount) FROM payments WHERE paid_on = ?", "video_id, status",
		"daily_payments", db.PaymentRowsOfLine,
	}
)

// floor groups the day's rows in two sessions that share the videos so that each
// has half of the rows.
func (r *rig) floor(of grouping) func(context.Context, settlement.Day) error {
	return func(ctx context.Context, day settlement.Day) error { return r.group(ctx, day, of) }
}

func (r *rig) group(ctx context.Context, day settlement.Day, of grouping) error {
	middle, err := r.middle(ctx, day, of)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(floorSessions)
	for _, condition := range []string{"video_id < ?", "video_id >= ?"} {
		group.Go(func() error {
			rows, err := r.sql.QueryContext(ctx, of.query+" AND "+condition+" GROUP BY "+of.by, day, middle)
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
func (r *rig) middle(ctx context.Context, day settlement.Day, of grouping) (video int64, err error) {
	err = r.sql.GetContext(ctx, &video, `
		SELECT video_id
		FROM (
			SELECT video_id, SUM(`+of.rows+`) OVER (ORDER BY video_id) AS so_far
			FROM `+of.lines+`
			WHERE starts_on = ?
		) running
		WHERE so_far * 2 >= (SELECT SUM(`+of.rows+`) FROM `+of.lines+` WHERE starts_on = ?)
		ORDER BY video_id
		LIMIT 1`, day, day)
	return video, err
}
