package audit

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
				`+sums(statisticsColumns)+`
			FROM (
				SELECT
					posted_on,
					video_id,
					watched_on,
					0 AS unjudged,
					`+statisticsColumns.List()+`
				FROM adjustments
				WHERE posted_on BETWEEN ? AND ?
				UNION ALL
				SELECT
					posted_on,
					video_id,
					watched_on,
					verdict = '', -- then what it adds to each of the statistics
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
				OR `+anySum(statisticsColumns)+`
				OR posted_on <= watched_on
			ORDER BY posted_on, video_id, watched_on`,
			[]any{a.first, a.last, a.first, a.last}, func(r row) {
				if _, closed := a.days[r.PostedOn]; !closed {
					return
				}
				posted, what := settlement.DailyPeriod(r.PostedOn), lateOf(r.VideoID, r.WatchedOn)
				switch problem := excess(r.Figures(), "its late views"); {
				case r.Unjudged > 0:
					a.found(posted, what, "%d were never judged", r.Unjudged)
				case problem != "":
					a.found(posted, what, "%s", problem)
				default:
					a.found(posted, what, "are of no earlier day")
				}
			})
	},
}

// lateOf is where a finding about the late views of a video lies.
func lateOf(video int64, watchedOn settlement.Day) string {
	return fmt.Sprintf("%s, late views of %s", ofVideo(video), watchedOn)
}
