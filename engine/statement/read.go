// Package statement puts a creator's statement of a closed period together: as it
// is drawn, mailed and shown. The same books give the same statement.
package statement

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"creatorpay/db"
	"creatorpay/settlement"
	"creatorpay/templates"
)

// Read gives the closed period's statements of the creators, by
// creator, as they are drawn and mailed. contact is the mail address for
// questions in those that have not been drawn yet.
func Read(ctx context.Context, database *db.DB, period settlement.Period, creators settlement.Creators, contact string) ([]*templates.Statement, error) {
	reader, err := newStatementReader(ctx, database, period, contact)
	if err != nil {
		return nil, err
	}
	return reader.read(ctx, creators)
}

// statementReader holds what all statements of a period have in common.
type statementReader struct {
	db       *db.DB
	run      db.Run
	closedAt time.Time // by the clocks of the business time zone
	contact  string
	rules    map[settlement.Day]settlement.PriceRule // by which each day was settled
	prices   []settlement.PriceRule                  // each of them once
	top      []db.TopVideo
}

func newStatementReader(ctx context.Context, database *db.DB, period settlement.Period, contact string) (*statementReader, error) {
	run, err := database.ClosedRun(ctx, period)
	if err != nil {
		return nil, err
	}
	calendar, err := database.Calendar(ctx)
	if err != nil {
		return nil, err
	}
	reader := &statementReader{
		db: database, run: run, contact: contact,
		closedAt: calendar.In(*run.EndedAt), // a closed run has ended
		rules:    make(map[settlement.Day]settlement.PriceRule),
	}
	days, err := database.ClosedDays(ctx, period)
	if err != nil {
		return nil, err
	}
	versions := make(map[int64]settlement.PriceRule)
	for _, day := range days {
		rule, known := versions[day.PriceRule]
		if !known {
			if rule, err = database.PriceRule(ctx, day.PriceRule); err != nil {
				return nil, err
			}
			versions[day.PriceRule] = rule
			reader.prices = append(reader.prices, rule)
		}
		reader.rules[day.StartsOn] = rule
	}
	reader.top, err = database.TopVideos(ctx, period)
	return reader, err
}

func (r *statementReader) read(ctx context.Context, creators settlement.Creators) ([]*templates.Statement, error) {
	period := r.run.Period()
	heads, err := r.db.Statements(ctx, period, creators)
	if err != nil {
		return nil, err
	}
	videos, err := r.db.PeriodVideos(ctx, period, creators)
	if err != nil {
		return nil, err
	}
	days, err := r.db.DaysOf(ctx, period, creators)
	if err != nil {
		return nil, err
	}
	late, err := r.db.Adjustments(ctx, period, creators)
	if err != nil {
		return nil, err
	}
	statements := make([]*templates.Statement, len(heads))
	for i, head := range heads {
		// All four come by creator, and every statement has lines.
		videos = videos[skip(videos, func(v db.PeriodVideo) bool { return v.CreatorID < head.CreatorID }):]
		own := skip(videos, func(v db.PeriodVideo) bool { return v.CreatorID == head.CreatorID })
		days = days[skip(days, func(d db.SettlementLine) bool { return d.CreatorID < head.CreatorID }):]
		ownDays := skip(days, func(d db.SettlementLine) bool { return d.CreatorID == head.CreatorID })
		late = late[skip(late, func(a db.Adjustment) bool { return a.CreatorID < head.CreatorID }):]
		ownLate := skip(late, func(a db.Adjustment) bool { return a.CreatorID == head.CreatorID })
		statements[i] = r.statement(head, videos[:own], days[:ownDays], late[:ownLate])
	}
	return statements, nil
}

// skip is how many items at the start are so.
func skip[T any](items []T, so func(T) bool) int {
	if n := slices.IndexFunc(items, func(item T) bool { return !so(item) }); n >= 0 {
		return n
	}
	return len(items)
}

func (r *statementReader) statement(head db.Statement, videos []db.PeriodVideo, days []db.SettlementLine, late []db.Adjustment) *templates.Statement {
	period := r.run.Period()
	statement := &templates.Statement{
		Number:    fmt.Sprintf("%s-%d", period, head.CreatorID),
		Version:   head.Version,
		Period:    period,
		ClosedAt:  r.closedAt,
		CreatorID: head.CreatorID,
		Creator:   head.Name,
		Locale:    head.Locale,
		Contact:   cmp.Or(head.Contact, r.contact),
		Prices:    r.prices,
		Days:      r.days(days),
	}
	for _, video := range videos {
		of := skip(days, func(d db.SettlementLine) bool { return d.VideoID == video.VideoID })
		ofLate := skip(late, func(a db.Adjustment) bool { return a.VideoID == video.VideoID })
		statement.Lines = append(statement.Lines, r.line(video, days[:of], late[:ofLate]))
		days, late = days[of:], late[ofLate:]
	}
	statement.Top = r.top5(videos)
	return statement
}

// line is one video's line; days are its settled days in order, late its views
// of earlier days that they paid.
func (r *statementReader) line(video db.PeriodVideo, days []db.SettlementLine, late []db.Adjustment) templates.Line {
	line := templates.Line{
		VideoID:     video.VideoID,
		Title:       video.Title,
		Statistics:  video.Statistics,
		ViewsFrom:   video.ViewsFrom,
		ViewsTo:     video.ViewsTo,
		AdViewsFrom: video.AdViewsFrom,
		AdViewsTo:   video.AdViewsTo,
		VideoAmount: int64(video.VideoAmount),
		AdAmount:    int64(video.AdAmount),
	}
	for _, adjustment := range late {
		line.Late = append(line.Late, templates.LateViews{
			WatchedOn: adjustment.WatchedOn, PaidOn: adjustment.PostedOn, Statistics: adjustment.Statistics,
			VideoAmount: int64(adjustment.VideoAmount), AdAmount: int64(adjustment.AdAmount),
		})
	}
	for _, day := range days {
		rule := r.rules[day.Day]
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
func (r *statementReader) days(lines []db.SettlementLine) []templates.DayTotal {
	period := r.run.Period()
	totals := make([]templates.DayTotal, 0, period.End()-period.Start)
	for _, day := range period.Days() {
		totals = append(totals, templates.DayTotal{Day: day})
	}
	for _, line := range lines {
		total := &totals[line.Day-period.Start]
		total.Views += line.OfViews().Count()
		total.Amount += int64(line.VideoAmount + line.AdAmount)
	}
	return totals
}

// top5 is the period's ranking with the creator's own videos marked.
func (r *statementReader) top5(own []db.PeriodVideo) (top templates.Top5) {
	for _, video := range r.top {
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
