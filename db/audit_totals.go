package db

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"creatorpay/settlement"
)

var totalsInvariant = Invariant{
	Name:    "totals",
	Meaning: "each run's totals are the sums of its chunks, and those of its videos (R8, R10)",
	Remedy:  "a row was changed by hand: `starter verify` the day to see which; put it back from a backup",
	check: func(ctx context.Context, a *audit) error {
		for _, kind := range kinds {
			chunks, err := a.chunks(ctx, kind)
			if err != nil {
				return err
			}
			videos, err := a.sumVideos(ctx, kind)
			if err != nil {
				return err
			}
			for _, run := range a.runs[kind] {
				var sum settlement.Totals
				for _, chunk := range chunks[run.StartsOn] {
					if err := sum.Add(chunk.Totals); err != nil {
						return fmt.Errorf("add up chunks of %s: %w", run.Period(), err)
					}
				}
				a.equal(run.Period().String(), "run", run.Totals, "chunks", sum)
				a.equal(run.Period().String(), "run", run.Totals, "videos", videos[run.StartsOn])
			}
		}
		return nil
	},
}

// sumVideos adds up the lines of all videos of the periods, by their first day.
func (a *audit) sumVideos(ctx context.Context, kind settlement.Kind) (map[settlement.Day]settlement.Totals, error) {
	if kind == settlement.Daily {
		return a.sumVideosOfDays(ctx)
	}
	sums := make(map[settlement.Day]settlement.Totals)
	for _, run := range a.runs[kind] {
		sum, err := sumVideos(ctx, a.tx, run.Period(), settlement.Range{})
		if err != nil {
			return nil, err
		}
		sums[run.StartsOn] = sum
	}
	return sums, nil
}

func (a *audit) sumVideosOfDays(ctx context.Context) (map[settlement.Day]settlement.Totals, error) {
	sums := make(map[settlement.Day]settlement.Totals)
	for _, query := range []string{`
		SELECT
			starts_on,
			SUM(views) AS views,
			SUM(self_views) AS self_views,
			SUM(repeat_views) AS repeat_views,
			SUM(played_seconds) AS played_seconds,
			SUM(ad_views) AS ad_views
		FROM daily_statistics
		WHERE starts_on BETWEEN ? AND ?
		GROUP BY starts_on`, `
		SELECT
			posted_on AS starts_on,
			SUM(views + self_views + repeat_views) AS late_rows,
			SUM(views) AS late_views
		FROM adjustments
		WHERE posted_on BETWEEN ? AND ?
		GROUP BY posted_on`, `
		SELECT
			starts_on,
			SUM(video_amount) AS video_amount,
			SUM(ad_amount) AS ad_amount
		FROM daily_settlements
		WHERE starts_on BETWEEN ? AND ?
		GROUP BY starts_on`,
	} {
		type row struct {
			Day settlement.Day `db:"starts_on"`
			settlement.Totals
		}
		var tooMuch error
		err := eachRow(ctx, a, query, []any{a.first, a.last}, func(r row) {
			tooMuch = errors.Join(tooMuch, r.Add(sums[r.Day])) // each has other figures
			sums[r.Day] = r.Totals
		})
		if err := errors.Join(err, tooMuch); err != nil {
			return nil, err
		}
	}
	return sums, nil
}

// equal records the figures in which two totals differ; one and other say whose
// they are.
func (a *audit) equal(where, one string, left settlement.Totals, other string, right settlement.Totals) {
	var differences []string
	rightFigures := right.Figures()
	for i, figure := range left.Figures() {
		if figure != rightFigures[i] {
			differences = append(differences, fmt.Sprintf("%s: %d in its %s, %d in its %s", figure.Name, figure.Value, one, rightFigures[i].Value, other))
		}
	}
	if len(differences) > 0 {
		a.found(where, "%s", strings.Join(differences, "; "))
	}
}
