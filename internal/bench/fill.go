package main

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"creatorpay/internal/generate"
	"creatorpay/settlement"
)

// firstDay is the first of the first measured day's closed days.
const firstDay settlement.Day = 19_850 // 2024-05-07

const (
	million = 1_000_000
	// copiesAtATime is how many days are copied at the same time.
	copiesAtATime = 2
)

// fill makes a day of the size by the options, and as many closed days before it,
// of the same size, which it closes by runs of their own. It tells how many views
// a second were stored.
// The closed days but the first are copies of that: the same plays, days later.
// If payments are asked for, each of the closed days has so many rows of them, too.
func (r *rig) fill(ctx context.Context, today settlement.Day, closedDays int, options generate.Options, payments int64) (perSecond float64, err error) {
	first := today - settlement.Day(closedDays)
	options.Days, options.Creators, options.Seed = 1, max(1, options.Videos/10), 1
	if closedDays > 0 {
		options.From = first
		if _, err := generate.Run(ctx, r.db, options, nil); err != nil {
			return 0, err
		}
	}
	if _, err := r.db.AddPartitions(ctx, first, today); err != nil {
		return 0, err
	}
	if payments > 0 {
		if err := r.db.AddPaymentPartitions(ctx, first, today); err != nil {
			return 0, err
		}
	}
	if err := r.copyDay(ctx, first, today); err != nil {
		return 0, err
	}
	options.From = today
	began := time.Now()
	if _, err := generate.Run(ctx, r.db, options, nil); err != nil {
		return 0, err
	}
	perSecond = float64(options.ViewsPerDay) / time.Since(began).Seconds()
	for day := first; day < today; day++ {
		if err := r.fillPayments(ctx, day, payments, options.Videos, day == first); err != nil {
			return 0, err
		}
		if _, err := r.runDaily(ctx, day); err != nil {
			return 0, err
		}
	}
	return perSecond, nil
}

// copyDay copies the plays of the day to all days between it and the last, some videos
// at a time: TiDB keeps a transaction in its memory.
func (r *rig) copyDay(ctx context.Context, day, last settlement.Day) error {
	videos, err := r.db.Log.RowsByVideo(ctx, day)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(copiesAtATime)
	for to := day + 1; to < last; to++ {
		for _, some := range settlement.Split(settlement.Borders(videos, rowsPerStatement, len(videos))) {
			group.Go(func() error {
				later := r.calendar.Start(to).Sub(r.calendar.Start(day))
				if _, err := r.sql.ExecContext(ctx, `
					INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
					SELECT ?, video_id, viewer_id, watched_at + INTERVAL ? SECOND, view_id + ?, played_seconds, ad_views
					FROM watch_log
					WHERE watched_on = ? AND video_id >= ? AND video_id < ?`,
					to, int64(later.Seconds()), int64(to-day)*viewIDsPerDay, day, valueOr(some.From, 0), valueOr(some.Before, math.MaxInt64)); err != nil {
					return fmt.Errorf("copy %s of %s to %s: %w", some, day, to, err)
				}
				return nil
			})
		}
	}
	return group.Wait()
}

func valueOr(id *int64, without int64) int64 {
	if id == nil {
		return without
	}
	return *id
}

// viewIDsPerDay keeps the ids of copied views apart, as those of generated ones
// are.
const viewIDsPerDay = 1_000_000_000

// empty drops the rows of the days in the logs, so that the next size has the memory.
func (r *rig) empty(ctx context.Context, first, last settlement.Day, logs ...string) error {
	for day := first; day <= last; day++ {
		for _, log := range logs {
			if _, err := r.sql.ExecContext(ctx, fmt.Sprintf("ALTER TABLE %s TRUNCATE PARTITION p%s", log, strings.ReplaceAll(day.String(), "-", ""))); err != nil {
				return err
			}
		}
	}
	return nil
}
