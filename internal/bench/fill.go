package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"creatorpay/internal/generate"
	"creatorpay/settlement"
)

// firstDay is the day before the first measured one.
const firstDay settlement.Day = 19_850 // 2024-05-07

const (
	million = 1_000_000
	// yesterdayPart is how much smaller the day before is filled than the
	// measured one, to save time.
	yesterdayPart = 10
)

// fill makes a day of the size, the day before it, which it closes, and tells
// how long storing a view took.
func (s *stand) fill(ctx context.Context, today settlement.Day, rows int64, command measureCommand) (perSecond float64, err error) {
	options := generate.Options{
		From: today - 1, Days: 1, ViewsPerDay: rows / yesterdayPart,
		Videos: command.Videos, Creators: max(1, command.Videos/10), Seed: 1, Skew: command.Skew,
	}
	if _, err := generate.Run(ctx, s.db, options, nil); err != nil {
		return 0, err
	}
	options.From, options.ViewsPerDay = today, rows
	began := time.Now()
	if _, err := generate.Run(ctx, s.db, options, nil); err != nil {
		return 0, err
	}
	perSecond = float64(rows) / time.Since(began).Seconds()
	if _, err := s.runDaily(ctx, today-1); err != nil {
		return 0, err
	}
	return perSecond, s.enlarge(ctx, today-1)
}

// enlarge makes the day before look as big as the measured one to the planning,
// which is all that looks at its left out views.
func (s *stand) enlarge(ctx context.Context, day settlement.Day) error {
	_, err := s.sql.ExecContext(ctx, `
		UPDATE daily_statistics
		SET repeat_views = repeat_views + (views + self_views + repeat_views) * ?
		WHERE day = ?`, yesterdayPart-1, day)
	return err
}

// empty drops the watch log's days, so that the next size has the memory.
func (s *stand) empty(ctx context.Context, today settlement.Day) error {
	for _, day := range []settlement.Day{today - 1, today} {
		if _, err := s.sql.ExecContext(ctx, fmt.Sprintf("ALTER TABLE watch_log TRUNCATE PARTITION p%s", strings.ReplaceAll(day.String(), "-", ""))); err != nil {
			return err
		}
	}
	return nil
}
