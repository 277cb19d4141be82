package db

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"creatorpay/settlement"
)

var topInvariant = Invariant{
	Name:    "top 5",
	Meaning: "each Top 5 is the head of a full sort; ties go to the smaller video id (R9)",
	Remedy:  "a place or a figure was changed by hand: put it back from a backup",
	check: func(ctx context.Context, a *audit) error {
		for _, kind := range kinds {
			stored, err := a.storedPlaces(ctx, kind)
			if err != nil {
				return err
			}
			for _, run := range a.runs[kind] {
				for _, metric := range []string{MetricViews, MetricPlayedSeconds} {
					if err := checkPlaces(ctx, a, run.Period(), metric, stored); err != nil {
						return err
					}
				}
			}
			left := slices.SortedFunc(maps.Keys(stored), func(p, q place) int { return strings.Compare(p.String(), q.String()) })
			for _, at := range left {
				if a.closed(kind, at.period.Start) {
					a.found(at.String(), "video %d has a place that no video should have", stored[at].VideoID)
				}
			}
		}
		return nil
	},
}

// place is where a video stands.
type place struct {
	period settlement.Period
	metric string
	number int
}

func (p place) String() string { return fmt.Sprintf("%s, top %d by %s", p.period, p.number, p.metric) }

// storedPlaces are the rankings of the closed periods of the kind.
func (a *audit) storedPlaces(ctx context.Context, kind settlement.Kind) (map[place]TopVideo, error) {
	stored := make(map[place]TopVideo)
	first, last := a.span(kind)
	err := eachRow(ctx, a, `
		SELECT
			starts_on,
			metric,
			place,
			video_id,
			value
		FROM top_videos
		WHERE kind = ? AND starts_on BETWEEN ? AND ?`, []any{kind, first, last}, func(top TopVideo) {
		stored[place{settlement.Period{Kind: kind, Start: top.StartsOn}, top.Metric, top.Place}] = top
	})
	return stored, err
}

// checkPlaces sorts the period's lines and takes the places that are right out
// of the stored ones.
func checkPlaces(ctx context.Context, a *audit, period settlement.Period, metric string, stored map[place]TopVideo) error {
	query, args := rankingQuery(period, metric)
	number := 0
	return eachRow(ctx, a, query, args, func(right TopVideo) {
		number++
		at := place{period, metric, number}
		top, found := stored[at]
		delete(stored, at)
		switch {
		case !found:
			a.found(at.String(), "is missing: video %d with %d", right.VideoID, right.Value)
		case top.VideoID != right.VideoID || top.Value != right.Value:
			a.found(at.String(), "is video %d with %d, should be video %d with %d", top.VideoID, top.Value, right.VideoID, right.Value)
		}
	})
}
