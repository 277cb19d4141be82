package statement

import (
	"cmp"
	"slices"

	"creatorpay/db"
	"creatorpay/settlement"
	"creatorpay/templates"
)

// statement puts one creator's statement together.
func (c *Common) statement(head db.Statement, contact string, of Lines, fees []settlement.FeeRule, payout settlement.Payout) *templates.Statement {
	period := c.run.Period()
	statement := &templates.Statement{
		Number:    Number(period, head.CreatorID),
		Version:   head.Version,
		Period:    period,
		ClosedAt:  c.closedAt,
		CreatorID: head.CreatorID,
		Creator:   head.Name,
		Locale:    head.Locale,
		Contact:   cmp.Or(head.Contact, contact),
		Prices:    c.prices,
		Fees:      fees,
		Payout:    payout,
		Days:      c.days(of.days, of.payments),
	}
	for _, video := range of.videos {
		statement.Lines = append(statement.Lines, c.line(video,
			take(&of.days, video.VideoID, func(d db.SettlementLine) int64 { return d.VideoID }),
			take(&of.late, video.VideoID, func(a db.Adjustment) int64 { return a.VideoID }),
			take(&of.latePayments, video.VideoID, func(a db.PaymentAdjustment) int64 { return a.VideoID })))
	}
	statement.Top = c.top5(of.videos)
	return statement
}

// line is one video's line; days are its settled days in order, late its views
// of earlier days that they paid, and latePayments the payments.
func (c *Common) line(video db.PeriodVideo, days []db.SettlementLine, late []db.Adjustment, latePayments []db.PaymentAdjustment) templates.Line {
	line := templates.Line{
		VideoID:    video.VideoID,
		Title:      video.Title,
		Statistics: video.Statistics,
		Earnings:   video.Settlement().Earnings,
		Payments:   video.PaymentFigures,
	}
	for _, adjustment := range latePayments {
		line.LatePayments = append(line.LatePayments, templates.LatePayments{
			PaidOn: adjustment.PaidOn, SettledOn: adjustment.PostedOn, PaymentFigures: adjustment.PaymentFigures,
		})
	}
	for _, adjustment := range late {
		line.Late = append(line.Late, templates.LateViews{
			WatchedOn: adjustment.WatchedOn, PaidOn: adjustment.PostedOn, Statistics: adjustment.Statistics, Amounts: adjustment.Amounts,
		})
	}
	for _, day := range days {
		rule := c.rules[day.Day]
		line.ViewShares = addShares(line.ViewShares, rule.Views, day.OfViews())
		line.AdShares = addShares(line.AdShares, rule.AdViews, day.OfAdViews())
	}
	return line
}

// addShares adds a day's ordinals to the shares, which stay in the order of
// their prices.
func addShares(shares []settlement.Share, tiers settlement.Tiers, ordinals settlement.Ordinals) []settlement.Share {
	for share := range tiers.Shares(ordinals) {
		at, found := slices.BinarySearchFunc(shares, share.Price, func(s settlement.Share, price settlement.UnitPrice) int {
			return int(s.Price - price)
		})
		if found {
			shares[at].Count += share.Count
		} else {
			shares = slices.Insert(shares, at, share)
		}
	}
	return shares
}

// days are the totals of every day of the period, also those without any.
func (c *Common) days(lines []db.SettlementLine, payments []db.PaymentLine) []templates.DayTotal {
	period := c.run.Period()
	totals := make([]templates.DayTotal, 0, period.End()-period.Start)
	for _, day := range period.Days() {
		totals = append(totals, templates.DayTotal{Day: day})
	}
	for _, line := range lines {
		total := &totals[line.Day-period.Start]
		total.Views += line.OfViews().Count()
		total.Amount += line.VideoAmount + line.AdAmount
	}
	for _, line := range payments {
		totals[line.Day-period.Start].Amount += line.Net
	}
	return totals
}

// top5 is the period's ranking with the creator's own videos marked.
func (c *Common) top5(own []db.PeriodVideo) (top templates.Top5) {
	for _, video := range c.top {
		ranked := templates.RankedVideo{
			Rank: video.Rank, VideoID: video.VideoID, Title: video.Title, Value: video.Value,
			Own: slices.ContainsFunc(own, func(v db.PeriodVideo) bool { return v.VideoID == video.VideoID }),
		}
		if video.Metric == db.MetricViews {
			top.ByViews = append(top.ByViews, ranked)
		} else {
			top.ByPlayedSeconds = append(top.ByPlayedSeconds, ranked)
		}
	}
	return top
}
