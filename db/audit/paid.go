package audit

import (
	"context"

	"creatorpay/settlement"
)

const restoreLine = "a settled line was changed by hand: recompute the day to see what it should be, and put it back from a backup"

var paidInvariant = Invariant{
	Name:    "paid",
	Meaning: "each day pays every counted view and ad view, and none besides: to - from = counted",
	Remedy:  restoreLine,
	Subject: Figures,
	check: func(ctx context.Context, a *audit) error {
		if err := checkLines(ctx, a); err != nil {
			return err
		}
		return checkUnpaid(ctx, a)
	},
}

// lateByVideo are the late views that each day posts, by video.
const lateByVideo = `(
			SELECT
				posted_on,
				video_id,
				SUM(views) AS views,
				SUM(ad_views) AS ad_views
			FROM adjustments
			WHERE posted_on BETWEEN ? AND ?
			GROUP BY posted_on, video_id
		)`

// checkLines holds every settlement line against what was counted.
func checkLines(ctx context.Context, a *audit) error {
	type row struct {
		Day         settlement.Day `db:"starts_on"`
		VideoID     int64          `db:"video_id"`
		Creator     int64          `db:"counted_creator"`
		PaidCreator int64          `db:"paid_creator"`
		Views       int64          `db:"counted_views"`
		PaidViews   int64          `db:"paid_views"`
		AdViews     int64          `db:"counted_ad_views"`
		PaidAdViews int64          `db:"paid_ad_views"`
	}
	return eachRow(ctx, a, `
		SELECT
			p.starts_on,
			p.video_id,
			COALESCE(s.creator_id, p.creator_id) AS counted_creator,
			p.creator_id AS paid_creator,
			COALESCE(s.views, 0) + COALESCE(l.views, 0) AS counted_views,
			p.views_to - p.views_from AS paid_views,
			COALESCE(s.ad_views, 0) + COALESCE(l.ad_views, 0) AS counted_ad_views,
			p.ad_views_to - p.ad_views_from AS paid_ad_views
		FROM daily_settlements p
		LEFT JOIN daily_statistics s ON s.starts_on = p.starts_on AND s.video_id = p.video_id
		LEFT JOIN `+lateByVideo+` l ON l.posted_on = p.starts_on AND l.video_id = p.video_id
		WHERE p.starts_on BETWEEN ? AND ? AND (
			p.views_to - p.views_from <> COALESCE(s.views, 0) + COALESCE(l.views, 0)
			OR p.ad_views_to - p.ad_views_from <> COALESCE(s.ad_views, 0) + COALESCE(l.ad_views, 0)
			OR p.views_to = p.views_from
			OR p.creator_id <> s.creator_id
		)
		ORDER BY p.starts_on, p.video_id`, []any{a.first, a.last, a.first, a.last}, func(r row) {
		day, what := settlement.DailyPeriod(r.Day), ofVideo(r.VideoID)
		if r.Views != r.PaidViews || r.PaidViews == 0 {
			a.found(day, what, "%s counted, %d paid", settlement.Count(r.Views, "view"), r.PaidViews)
		}
		if r.AdViews != r.PaidAdViews {
			a.found(day, what, "%d ad views counted, %d paid", r.AdViews, r.PaidAdViews)
		}
		if r.Creator != r.PaidCreator {
			a.found(day, what, "counted for creator %d, paid to creator %d", r.Creator, r.PaidCreator)
		}
	})
}

// checkUnpaid looks for counted views without a settlement line.
func checkUnpaid(ctx context.Context, a *audit) error {
	type row struct {
		Day     settlement.Day `db:"starts_on"`
		VideoID int64          `db:"video_id"`
		Views   int64          `db:"views"`
	}
	return eachRow(ctx, a, `
		SELECT
			s.starts_on,
			s.video_id,
			s.views
		FROM daily_statistics s
		LEFT JOIN daily_settlements p ON p.starts_on = s.starts_on AND p.video_id = s.video_id
		WHERE s.starts_on BETWEEN ? AND ? AND s.views > 0 AND p.video_id IS NULL
		UNION ALL
		SELECT
			l.posted_on,
			l.video_id,
			l.views
		FROM `+lateByVideo+` l
		LEFT JOIN daily_settlements p ON p.starts_on = l.posted_on AND p.video_id = l.video_id
		WHERE l.views > 0 AND p.video_id IS NULL
		ORDER BY starts_on, video_id`, []any{a.first, a.last, a.first, a.last}, func(r row) {
		if _, closed := a.days[r.Day]; closed {
			a.found(settlement.DailyPeriod(r.Day), ofVideo(r.VideoID), "%s counted, but no settlement line", settlement.Count(r.Views, "view"))
		}
	})
}
