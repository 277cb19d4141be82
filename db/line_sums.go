package db

import (
	"context"
	"fmt"

	"creatorpay/settlement"
)

// StatisticsSum is what the statistics of videos come to.
type StatisticsSum struct {
	Videos int64 `db:"videos"`
	settlement.Statistics
}

// SumStatistics adds up the period's lines of videos with rows.
func (db *DB) SumStatistics(ctx context.Context, period settlement.Period, lines Lines) (sum StatisticsSum, err error) {
	from, args := lines.of("daily_statistics", period, WithRows)
	if err := db.pool.GetContext(ctx, &sum, `
		SELECT
			COUNT(*) AS videos,
			`+statisticsColumns.Each("COALESCE(SUM(l.%s), 0) AS %s")+from, args...); err != nil {
		return sum, fmt.Errorf("add up statistics of %s: %w", period, err)
	}
	return sum, nil
}

// SettlementSum is what the settlements of videos come to.
type SettlementSum struct {
	Videos  int64 `db:"videos"`
	Views   int64 `db:"views"` // that were paid, late ones among them
	AdViews int64 `db:"ad_views"`
	settlement.Amounts
}

// SumSettlements adds up the period's lines of videos of which something counted.
func (db *DB) SumSettlements(ctx context.Context, period settlement.Period, lines Lines) (sum SettlementSum, err error) {
	from, args := lines.of("daily_settlements", period, WithCounted)
	if err := db.pool.GetContext(ctx, &sum, `
		SELECT
			COUNT(*) AS videos,
			COALESCE(SUM(l.views_to - l.views_from), 0) AS views,
			COALESCE(SUM(l.ad_views_to - l.ad_views_from), 0) AS ad_views,
			`+amountColumns.Each("COALESCE(SUM(l.%s), 0) AS %s")+from, args...); err != nil {
		return sum, fmt.Errorf("add up settlement of %s: %w", period, err)
	}
	return sum, nil
}

// of is the FROM and the WHERE of the period's lines, which are called l: of the
// table for a day, which has no lines of other videos, or of a week or month.
func (l Lines) of(daily string, period settlement.Period, with VideosWith) (from string, args []any) {
	if period.Kind == settlement.Daily {
		from, _, args = l.ofDay(daily, period.Start)
		return from, args
	}
	return l.ofPeriod(period, with)
}
