package db

import (
	"context"
	"fmt"

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
			for _, metric := range []string{MetricViews, MetricPlayedSeconds} {
				if err := checkPlaces(ctx, a, kind, metric, stored); err != nil {
					return err
				}
			}
			for place, video := range stored {
				a.found(place.String(), "video %d has a place that no video should have", video.VideoID)
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

// checkPlaces sorts the lines of each period and takes the places that are
// right out of the stored ones.
func checkPlaces(ctx context.Context, a *audit, kind settlement.Kind, metric string, stored map[place]TopVideo) error {
	first, last := a.span(kind)
	lines, start, args := "period_videos", "starts_on", []any{first, last, kind}
	where := start + " BETWEEN ? AND ? AND kind = ?"
	if kind == settlement.Daily {
		lines, start, args = "daily_statistics", "day", []any{first, last}
		where = start + " BETWEEN ? AND ?"
	}
	return eachRow(ctx, a, `
		SELECT
			starts_on,
			place,
			video_id,
			value
		FROM (
			SELECT
				`+start+` AS starts_on,
				video_id,
				`+metric+` AS value,
				ROW_NUMBER() OVER (PARTITION BY `+start+` ORDER BY `+metric+` DESC, video_id) AS place
			FROM `+lines+`
			WHERE `+where+` AND views > 0
		) sorted
		WHERE place <= ?`, append(args, TopPlaces), func(right TopVideo) {
		at := place{settlement.Period{Kind: kind, Start: right.StartsOn}, metric, right.Place}
		top, found := stored[at]
		delete(stored, at)
		switch {
		case !a.closed(kind, right.StartsOn):
		case !found:
			a.found(at.String(), "is missing: video %d with %d", right.VideoID, right.Value)
		case top.VideoID != right.VideoID || top.Value != right.Value:
			a.found(at.String(), "is video %d with %d, should be video %d with %d", top.VideoID, top.Value, right.VideoID, right.Value)
		}
	})
}
