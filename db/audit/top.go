package audit

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"creatorpay/db"
	"creatorpay/settlement"
)

var topInvariant = Invariant{
	Name:    "top 5",
	Meaning: "each Top 5 is the head of a full sort; ties go to the smaller video id (R9)",
	Remedy:  "a rank or a figure was changed by hand: put it back from a backup",
	check: func(ctx context.Context, a *audit) error {
		for _, kind := range kinds {
			stored, err := a.storedRanks(ctx, kind)
			if err != nil {
				return err
			}
			for _, run := range a.runs[kind] {
				if err := checkRanks(ctx, a, run.Period(), stored); err != nil {
					return err
				}
			}
			left := slices.SortedFunc(maps.Keys(stored), func(r, s rank) int { return strings.Compare(r.String(), s.String()) })
			for _, at := range left {
				if a.closed(at.period) {
					a.found(at.period, at.what(), "video %d has a rank that no video should have", stored[at].VideoID)
				}
			}
		}
		return nil
	},
}

// rank is one line of a ranking.
type rank struct {
	period settlement.Period
	metric string
	number int
}

func (r rank) what() string { return fmt.Sprintf("top %d by %s", r.number, r.metric) }

func (r rank) String() string { return r.period.String() + ", " + r.what() }

// storedRanks are the rankings of the closed periods of the kind.
func (a *audit) storedRanks(ctx context.Context, kind settlement.Kind) (map[rank]db.TopVideo, error) {
	stored := make(map[rank]db.TopVideo)
	first, last := a.span(kind)
	err := eachRow(ctx, a, `
		SELECT
			starts_on,
			metric,
			video_rank,
			video_id,
			value
		FROM top_videos
		WHERE kind = ? AND starts_on BETWEEN ? AND ?`, []any{kind, first, last}, func(top db.TopVideo) {
		stored[rank{settlement.Period{Kind: kind, Start: top.StartsOn}, top.Metric, top.Rank}] = top
	})
	return stored, err
}

// checkRanks ranks the period's lines by the rule and takes the ranks that are
// right out of the stored ones. The rule is that of settlement, and not the query
// that stored them.
func checkRanks(ctx context.Context, a *audit, period settlement.Period, stored map[rank]db.TopVideo) error {
	type row struct {
		VideoID       int64 `db:"video_id"`
		Views         int64 `db:"views"`
		PlayedSeconds int64 `db:"played_seconds"`
	}
	lines, args := "daily_statistics WHERE starts_on = ?", []any{period.Start}
	if period.Kind != settlement.Daily {
		lines, args = "period_videos WHERE starts_on = ? AND kind = ?", []any{period.Start, period.Kind}
	}
	var byViews, byPlayedSeconds []settlement.VideoValue
	if err := eachRow(ctx, a, `
		SELECT
			video_id,
			SUM(views) AS views,
			SUM(played_seconds) AS played_seconds
		FROM `+lines+`
		GROUP BY video_id
		HAVING SUM(views) > 0`, args, func(r row) {
		byViews = append(byViews, settlement.VideoValue{VideoID: r.VideoID, Value: r.Views})
		byPlayedSeconds = append(byPlayedSeconds, settlement.VideoValue{VideoID: r.VideoID, Value: r.PlayedSeconds})
	}); err != nil {
		return err
	}
	checkRanking(a, period, db.MetricViews, byViews, stored)
	checkRanking(a, period, db.MetricPlayedSeconds, byPlayedSeconds, stored)
	return nil
}

func checkRanking(a *audit, period settlement.Period, metric string, videos []settlement.VideoValue, stored map[rank]db.TopVideo) {
	for i, right := range settlement.Rank(videos) {
		at := rank{period, metric, i + 1}
		top, found := stored[at]
		delete(stored, at)
		switch {
		case !found:
			a.found(period, at.what(), "is missing: video %d with %d", right.VideoID, right.Value)
		case top.VideoID != right.VideoID || top.Value != right.Value:
			a.found(period, at.what(), "is video %d with %d, should be video %d with %d", top.VideoID, top.Value, right.VideoID, right.Value)
		}
	}
}
