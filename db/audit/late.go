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
			postedLate
			WatchedOn settlement.Day `db:"watched_on"`
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
				a.foundLate(r.postedLate, lateOf(r.VideoID, r.WatchedOn), excess(r.Figures(), "its late views"))
			})
	},
}

// postedLate are late rows of one video that a day posted, and that are not what its
// adjustments say.
type postedLate struct {
	PostedOn settlement.Day `db:"posted_on"`
	VideoID  int64          `db:"video_id"`
	Unjudged int64          `db:"unjudged"`
}

// foundLate records what is wrong with them; problem is empty where the figures are the
// same.
func (a *audit) foundLate(late postedLate, where, problem string) {
	if _, closed := a.days[late.PostedOn]; !closed {
		return
	}
	posted := settlement.DailyPeriod(late.PostedOn)
	switch {
	case late.Unjudged > 0:
		a.found(posted, where, "%d were never judged", late.Unjudged)
	case problem != "":
		a.found(posted, where, "%s", problem)
	default:
		a.found(posted, where, "are of no earlier day")
	}
}

// lateOf is where a finding about the late views of a video lies.
func lateOf(video int64, watchedOn settlement.Day) string {
	return fmt.Sprintf("%s, late views of %s", ofVideo(video), watchedOn)
}
