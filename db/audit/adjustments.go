package audit

import (
	"context"

	"creatorpay/db"
	"creatorpay/db/server"
	"creatorpay/settlement"
)

var adjustmentsInvariant = Invariant{
	Name:    "adjustments",
	Meaning: "late views are paid after the day's own, in the order of their days, each by its exact part of the line's amount",
	Remedy:  restoreLine,
	Subject: Figures,
	check: func(ctx context.Context, a *audit) error {
		var last paidLate
		return eachRow(ctx, a, `
			SELECT
				`+server.ColumnsOf(db.Adjustment{}).Each("a.%s")+`,
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
			if rule, usable := a.rules[a.days[paid.PostedOn].PriceRule]; usable {
				checkPaidLate(a, paid, rule)
			}
		})
	},
}

// paidLate is an adjustment with what its settlement line has before it.
type paidLate struct {
	db.Adjustment
	LineCreator int64 `db:"line_creator"`
	LineFrom    int64 `db:"line_from"`
	LineAdFrom  int64 `db:"line_ad_from"`
	OwnTo       int64 `db:"own_to"` // where the day's own views end, or those of the adjustment before
	OwnAdTo     int64 `db:"own_ad_to"`
}

func checkPaidLate(a *audit, paid paidLate, rule settlement.PriceRule) {
	if paid.CreatorID != paid.LineCreator {
		a.found(settlement.DailyPeriod(paid.PostedOn), lateOf(paid.VideoID, paid.WatchedOn), "are creator %d's, but paid to creator %d", paid.CreatorID, paid.LineCreator)
	}
	checkPart(a, paid, "view", paid.Views, rule.Views, paid.LineFrom, paid.OwnTo,
		paid.OfViews(), paid.VideoAmount)
	checkPart(a, paid, "ad view", paid.AdViews, rule.AdViews, paid.LineAdFrom, paid.OwnAdTo,
		paid.OfAdViews(), paid.AdAmount)
}

// checkPart holds the ordinals and the amount of one adjustment against what
// follows ordinal from in a line that begins at lineFrom. The line's amount is
// cut to whole won once, so a part of it is a difference of two cut amounts.
func checkPart(a *audit, paid paidLate, what string, count int64, tiers settlement.Tiers, lineFrom, from int64, stored settlement.Ordinals, amount settlement.Won) {
	posted, where := settlement.DailyPeriod(paid.PostedOn), lateOf(paid.VideoID, paid.WatchedOn)
	if stored.From != from || stored.Count() != count {
		a.found(posted, where, "%s at ordinals (%d, %d], should follow %d", settlement.Count(count, what), stored.From, stored.To, from)
		return
	}
	before, err := tiers.Amount(settlement.Ordinals{From: lineFrom, To: stored.From})
	if err == nil {
		var upTo settlement.Won
		if upTo, err = tiers.Amount(settlement.Ordinals{From: lineFrom, To: stored.To}); err == nil && amount != upTo-before {
			a.found(posted, where, "%s paid %s, should be %s", settlement.Count(count, what), amount, upTo-before)
		}
	}
	if err != nil {
		a.found(posted, where, "%s: %s", what, err)
	}
}
