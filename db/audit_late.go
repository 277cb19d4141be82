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

var adjustmentsInvariant = Invariant{
	Name:    "adjustments",
	Meaning: "late views are paid after the day's own, in the order of their days, each by its exact part of the line's amount",
	Remedy:  restoreLine,
	check: func(ctx context.Context, a *audit) error {
		rules, err := a.priceRules(ctx)
		if err != nil {
			return err
		}
		var last paidLate
		return eachRow(ctx, a, `
			SELECT
				a.posted_on,
				a.video_id,
				a.watched_on,
				a.creator_id,
				a.views,
				a.ad_views,
				a.views_from,
				a.views_to,
				a.ad_views_from,
				a.ad_views_to,
				a.video_amount,
				a.ad_amount,
				p.creator_id AS line_creator,
				p.views_from AS line_from,
				p.ad_views_from AS line_ad_from,
				p.views_from + COALESCE(s.views, 0) AS own_to,
				p.ad_views_from + COALESCE(s.ad_views, 0) AS own_ad_to
			FROM adjustments a
			JOIN daily_settlements p ON p.starts_on = a.posted_on AND p.video_id = a.video_id
			LEFT JOIN daily_statistics s ON s.starts_on = a.posted_on AND s.video_id = a.video_id
			WHERE a.posted_on BETWEEN ? AND ? AND a.views > 0
			ORDER BY a.posted_on, a.video_id, a.watched_on`, []any{a.first, a.last}, func(paid paidLate) {
			if paid.PostedOn == last.PostedOn && paid.VideoID == last.VideoID {
				paid.OwnTo, paid.OwnAdTo = last.ViewsTo, last.AdViewsTo
			}
			last = paid
			if rule, usable := rules[a.days[paid.PostedOn].PriceRule]; usable {
				checkPaidLate(a, paid, rule)
			}
		})
	},
}

// paidLate is an adjustment with what its settlement line has before it.
type paidLate struct {
	Adjustment
	LineCreator int64 `db:"line_creator"`
	LineFrom    int64 `db:"line_from"`
	LineAdFrom  int64 `db:"line_ad_from"`
	OwnTo       int64 `db:"own_to"` // where the day's own views end, or those of the adjustment before
	OwnAdTo     int64 `db:"own_ad_to"`
}

func checkPaidLate(a *audit, paid paidLate, rule settlement.PriceRule) {
	where := fmt.Sprintf("%s, late views of %s", ofVideo(paid.PostedOn, paid.VideoID), paid.WatchedOn)
	if paid.CreatorID != paid.LineCreator {
		a.found(where, "are creator %d's, but paid to creator %d", paid.CreatorID, paid.LineCreator)
	}
	checkPart(a, where, "view", paid.Views, rule.Views, paid.LineFrom, paid.OwnTo,
		settlement.Ordinals{From: paid.ViewsFrom, To: paid.ViewsTo}, paid.VideoAmount)
	checkPart(a, where, "ad view", paid.AdViews, rule.AdViews, paid.LineAdFrom, paid.OwnAdTo,
		settlement.Ordinals{From: paid.AdViewsFrom, To: paid.AdViewsTo}, paid.AdAmount)
}

// checkPart holds the ordinals and the amount of one adjustment against what
// follows ordinal from in a line that begins at lineFrom. The line's amount is
// cut to whole won once, so a part of it is a difference of two cut amounts.
func checkPart(a *audit, where, what string, count int64, tiers settlement.Tiers, lineFrom, from int64, stored settlement.Ordinals, amount settlement.Won) {
	if stored.From != from || stored.Count() != count {
		a.found(where, "%s at ordinals (%d, %d], should follow %d", settlement.Count(count, what), stored.From, stored.To, from)
		return
	}
	before, err := tiers.Amount(settlement.Ordinals{From: lineFrom, To: stored.From})
	if err == nil {
		var upTo settlement.Won
		if upTo, err = tiers.Amount(settlement.Ordinals{From: lineFrom, To: stored.To}); err == nil && amount != upTo-before {
			a.found(where, "%s paid %s, should be %s", settlement.Count(count, what), amount, upTo-before)
		}
	}
	if err != nil {
		a.found(where, "%s: %s", what, err)
	}
}
