package db

import (
	"context"
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
				var sum Totals
				for _, chunk := range chunks[run.StartsOn] {
					sum.Add(chunk.Totals)
				}
				a.equal(run.Period().String(), "run", run.Totals, "chunks", sum)
				a.equal(run.Period().String(), "run", run.Totals, "videos", videos[run.StartsOn])
			}
		}
		return nil
	},
}

// sumVideos adds up the lines of all videos of the periods, by their first day.
func (a *audit) sumVideos(ctx context.Context, kind settlement.Kind) (map[settlement.Day]Totals, error) {
	if kind != settlement.Daily {
		first, last := a.span(kind)
		return a.sums(ctx, `
		SELECT
			starts_on AS start,`+sums+`
		FROM period_videos
		WHERE kind = ? AND starts_on BETWEEN ? AND ?
		GROUP BY starts_on`, kind, first, last)
	}
	statistics, err := a.sums(ctx, `
		SELECT
			day AS start,
			SUM(views) AS views,
			SUM(self_views) AS self_views,
			SUM(repeat_views) AS repeat_views,
			SUM(played_seconds) AS played_seconds,
			SUM(ad_views) AS ad_views
		FROM daily_statistics
		WHERE day BETWEEN ? AND ?
		GROUP BY day`, a.first, a.last)
	if err != nil {
		return nil, err
	}
	amounts, err := a.sums(ctx, `
		SELECT
			day AS start,
			SUM(video_amount) AS video_amount,
			SUM(ad_amount) AS ad_amount
		FROM daily_settlements
		WHERE day BETWEEN ? AND ?
		GROUP BY day`, a.first, a.last)
	for day, sum := range amounts {
		sum.Add(statistics[day])
		statistics[day] = sum
	}
	return statistics, err
}

func (a *audit) sums(ctx context.Context, query string, args ...any) (map[settlement.Day]Totals, error) {
	type row struct {
		Start settlement.Day `db:"start"`
		Totals
	}
	found := make(map[settlement.Day]Totals)
	err := eachRow(ctx, a, query, args, func(r row) { found[r.Start] = r.Totals })
	return found, err
}

// equal records the figures in which two totals differ; one and other say whose
// they are.
func (a *audit) equal(where, one string, left Totals, other string, right Totals) {
	var differences []string
	rightFigures := right.figures()
	for i, figure := range left.figures() {
		if figure != rightFigures[i] {
			differences = append(differences, fmt.Sprintf("%s: %d in its %s, %d in its %s", figure.name, figure.value, one, rightFigures[i].value, other))
		}
	}
	if len(differences) > 0 {
		a.found(where, "%s", strings.Join(differences, "; "))
	}
}

type figure struct {
	name  string
	value int64
}

// figures are all figures of the totals, in the order in which people read them.
func (t Totals) figures() []figure {
	return []figure{
		{"views", t.Views},
		{"self views", t.SelfViews},
		{"repeat views", t.RepeatViews},
		{"played seconds", t.PlayedSeconds},
		{"ad views", t.AdViews},
		{"video amount", int64(t.VideoAmount)},
		{"ad amount", int64(t.AdAmount)},
	}
}
