package db

import (
	"context"
	"fmt"

	"creatorpay/settlement"
)

var lateInvariant = Invariant{
	Name:    "late views",
	Meaning: "the late views that each day posted are its adjustments: judged once, for an earlier closed day",
	Remedy:  "a late view or an adjustment was changed by hand: put it back from a backup",
	check: func(ctx context.Context, a *audit) error {
		type row struct {
			PostedOn  settlement.Day `db:"posted_on"`
			VideoID   int64          `db:"video_id"`
			WatchedOn settlement.Day `db:"watched_on"`
			Unjudged  int64          `db:"unjudged"`
			settlement.Statistics
		}
		return eachRow(ctx, a, `
			SELECT
				posted_on,
				video_id,
				watched_on,
				SUM(unjudged) AS unjudged,
				SUM(views) AS views,
				SUM(self_views) AS self_views,
				SUM(repeat_views) AS repeat_views,
				SUM(played_seconds) AS played_seconds,
				SUM(ad_views) AS ad_views
			FROM (
				SELECT
					posted_on,
					video_id,
					watched_on,
					0 AS unjudged,
					views,
					self_views,
					repeat_views,
					played_seconds,
					ad_views
				FROM adjustments
				WHERE posted_on BETWEEN ? AND ?
				UNION ALL
				SELECT
					posted_on,
					video_id,
					watched_on,
					verdict = '',
					-(verdict = 'counted'),
					-(verdict = 'self'),
					-(verdict = 'repeat'),
					IF(verdict = 'counted', -CAST(played_seconds AS SIGNED), 0),
					IF(verdict = 'counted', -CAST(ad_views AS SIGNED), 0)
				FROM late_views
				WHERE posted_on BETWEEN ? AND ?
			) parts
			GROUP BY posted_on, video_id, watched_on
			HAVING
				SUM(unjudged) <> 0
				OR SUM(views) <> 0
				OR SUM(self_views) <> 0
				OR SUM(repeat_views) <> 0
				OR SUM(played_seconds) <> 0
				OR SUM(ad_views) <> 0
				OR posted_on <= watched_on
			ORDER BY posted_on, video_id, watched_on`,
			[]any{a.first, a.last, a.first, a.last}, func(r row) {
				if _, closed := a.days[r.PostedOn]; !closed {
					return
				}
				where := fmt.Sprintf("%s, late views of %s", ofVideo(r.PostedOn, r.VideoID), r.WatchedOn)
				switch problem := excess([]int64{r.Views, r.SelfViews, r.RepeatViews, r.PlayedSeconds, r.AdViews}, "its late views"); {
				case r.Unjudged > 0:
					a.found(where, "%d were never judged", r.Unjudged)
				case problem != "":
					a.found(where, "%s", problem)
				default:
					a.found(where, "are of no earlier day")
				}
			})
	},
}
