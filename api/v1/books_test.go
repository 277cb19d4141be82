package v1

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync/atomic"
	"time"

	"creatorpay/api/answers"
	"creatorpay/engine/explain"
	"creatorpay/engine/export"
	"creatorpay/settlement"
)

// The world of the fake books: one week is closed, and the day after it is running. The creator own has videos from
// video on, which all had the same figures on one day and in the week; another creator has none.
const (
	own, other = int64(7), int64(8)    // creators
	video      = int64(1001)           // of own
	closedDay  = settlement.Day(19852) // 2024-05-09
	openDay    = settlement.Day(19856) // 2024-05-13
	seal       = "5ea1"
)

var (
	figures = settlement.Statistics{Views: 2000, SelfViews: 4, RepeatViews: 6, PlayedSeconds: 51342, AdViews: 50}
	earned  = settlement.Earnings{
		VideoOrdinals: settlement.VideoOrdinals{ViewsFrom: 99000, ViewsTo: 101000, AdViewsTo: 50},
		Amounts:       settlement.Amounts{VideoAmount: 2100, AdAmount: 500},
	}
	sold       = settlement.PaymentFigures{Payments: 1, Gross: 10_000, Fee: 400, Net: 9600}
	payout     = settlement.Payout{BroughtForward: -3000, Payable: 9200}
	fees       = settlement.MethodFees{{Method: "card", BasisPoints: 300, Fixed: 100}}
	viewPrices = settlement.Tiers{{From: 1, Price: 10_000}, {From: 100_000, Price: 11_000}, {From: 500_000, Price: 13_000}, {From: 1_000_000, Price: 15_000}}
	adPrices   = settlement.Tiers{{From: 1, Price: 100_000}, {From: 100_000, Price: 120_000}, {From: 500_000, Price: 150_000}, {From: 1_000_000, Price: 200_000}}
)

// books are [Books] without a database.
type books struct {
	asked  atomic.Int64 // questions that took a database
	fail   error        // what every question fails with
	answer func()       // runs while a question is answered
	videos int64        // of own

	unmailed bool // the documents of the week
}

// sealed counts a question about the period, and refuses one that is not closed.
func (b *books) sealed(period settlement.Period) error {
	b.asked.Add(1)
	if b.answer != nil {
		b.answer()
	}
	if b.fail != nil {
		return b.fail
	}
	if period.End() > openDay {
		return settlement.NotClosed(period, settlement.Running)
	}
	return nil
}

func (b *books) Seal(_ context.Context, period settlement.Period) (string, error) {
	if err := b.sealed(period); err != nil {
		return "", err
	}
	b.asked.Add(-1) // it is remembered
	return seal, nil
}

func headOf(period settlement.Period) export.Head {
	return export.Head{Kind: period.Kind, Start: period.Start}
}

func (b *books) Top5(_ context.Context, period settlement.Period) (answers.Sealed[answers.Top5], error) {
	head := headOf(period)
	return answers.Sealed[answers.Top5]{Seal: seal, Value: answers.Top5{Head: head, Lines: []export.TopRow{
		{Head: head, Metric: "views", Rank: 1, VideoID: video, Title: "Cats", Value: figures.Views},
		{Head: head, Metric: "played_seconds", Rank: 1, VideoID: video, Title: "Cats", Value: figures.PlayedSeconds},
	}}}, b.sealed(period)
}

// page are the ids of the page's videos, and the key of the next page.
func (b *books) page(page answers.Page) (ids []int64, next *int64) {
	for id := max(page.After+1, video); id < video+b.videos; id++ {
		if len(ids) == page.Limit {
			return ids, &ids[page.Limit-1]
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func (b *books) Settlement(_ context.Context, creator int64, period settlement.Period, page answers.Page) (answers.Sealed[answers.Settlement], error) {
	got := answers.Settlement{
		Head: headOf(period), CreatorID: creator, Lines: []export.SettlementRow{}, Adjustments: []export.AdjustmentRow{},
		Totals: answers.SettlementTotals{
			Videos: b.videos, Views: b.videos * figures.Views, AdViews: b.videos * figures.AdViews,
			Amounts: settlement.Amounts{VideoAmount: settlement.Won(b.videos) * earned.VideoAmount, AdAmount: settlement.Won(b.videos) * earned.AdAmount},
			Amount:  settlement.Won(b.videos) * 2600,
		},
	}
	got.Totals.Payments = sold
	got.Totals.Amount += sold.Net
	got.Payments = []export.PaymentRow{{Head: got.Head, CreatorID: creator, VideoID: video, PaymentFigures: sold}}
	var ids []int64
	ids, got.Next = b.page(page)
	for _, id := range ids {
		got.Lines = append(got.Lines, export.SettlementRow{Head: got.Head, CreatorID: creator, VideoID: id, Earnings: earned})
	}
	return answers.Sealed[answers.Settlement]{Value: got, Seal: seal}, b.sealed(period)
}

func (b *books) Statistics(_ context.Context, creator int64, period settlement.Period, page answers.Page) (answers.Sealed[answers.Statistics], error) {
	got := answers.Statistics{Head: headOf(period), CreatorID: creator, Lines: []export.StatisticsRow{}, Totals: answers.StatisticsTotals{
		Videos: 1, Statistics: figures, LeftOut: answers.LeftOut{All: 10, SelfViews: 4, RepeatViews: 6},
	}}
	var ids []int64
	ids, got.Next = b.page(page)
	for _, id := range ids {
		got.Lines = append(got.Lines, export.StatisticsRow{Head: got.Head, VideoID: id, CreatorID: creator, Statistics: figures})
	}
	return answers.Sealed[answers.Statistics]{Value: got, Seal: seal}, b.sealed(period)
}

func weekTotals(week settlement.Period) answers.StatementTotals {
	return answers.StatementTotals{
		Week: week.String(), Start: week.Start, Number: week.String() + "-7", Statistics: figures, Amounts: earned.Amounts, Payments: sold, Amount: 2600 + sold.Net, Payout: payout,
	}
}

func (b *books) Statements(_ context.Context, creator int64, page answers.WeekPage) (answers.Statements, error) {
	week := closedDay.Week()
	through := week.End() - 1
	got := answers.Statements{CreatorID: creator, Through: &through, Statements: []answers.StatementTotals{weekTotals(week)}}
	if page.Before == 0 && page.Limit == 1 {
		got.Next = &week.Start
	}
	return got, b.sealed(week)
}

func (b *books) Statement(_ context.Context, creator int64, week settlement.Period) (answers.Sealed[answers.Statement], error) {
	got := answers.Sealed[answers.Statement]{Seal: seal, Value: answers.Statement{
		StatementTotals: weekTotals(week), CreatorID: creator, Name: "Kim", ClosedAt: time.Date(2024, time.May, 12, 20, 3, 11, 0, time.UTC),
		Days: []answers.StatementDay{{Date: closedDay, Views: figures.Views, Amount: 2600 + sold.Net}},
		Lines: []answers.StatementLine{{
			VideoID: video, Title: "Cats", Statistics: figures, Earnings: earned, Late: []answers.StatementLate{},
			ViewShares: []answers.PriceShare{{UnitPrice: 10_000, Count: 999}, {UnitPrice: 11_000, Count: 1001}}, AdShares: []answers.PriceShare{{UnitPrice: 100_000, Count: 50}},
			Payments: sold,
		}},
		Fees:      []explain.FeeRule{{Version: 1, HoldsFrom: settlement.FirstDay, Methods: fees}},
		Prices:    []explain.PriceRule{{Version: 1, HoldsFrom: settlement.FirstDay, Views: viewPrices, AdViews: adPrices}},
		Documents: &answers.StatementHashes{StatementSHA256: documentHash, Top5SHA256: documentHash},
	}}
	if b.unmailed {
		got.Seal, got.Value.Documents = "", nil
	}
	return got, b.sealed(week)
}

var (
	documentData = []byte("%PDF-1.4")
	documentHash = func() string { hash := sha256.Sum256(documentData); return hex.EncodeToString(hash[:]) }()
)

func (b *books) Document(_ context.Context, _ int64, week settlement.Period, _ answers.DocumentKind) (answers.Document, error) {
	if err := b.sealed(week); err != nil {
		return answers.Document{}, err
	}
	return answers.Document{Name: "정산서 2024-W19.pdf", Data: documentData, SHA256: documentHash}, nil
}

func (b *books) Explanation(_ context.Context, creator, id int64, day settlement.Day) (answers.Sealed[explain.Explanation], error) {
	period := settlement.DailyPeriod(day)
	if err := b.sealed(period); err != nil {
		return answers.Sealed[explain.Explanation]{}, err
	}
	if creator != own || id != video {
		return answers.Sealed[explain.Explanation]{}, answers.ErrNotFound{What: "video 12"}
	}
	return answers.Sealed[explain.Explanation]{Seal: seal, Value: explain.Explanation{
		Head: headOf(period), VideoID: id, CreatorID: creator, Rows: explain.Rows{All: 2010, Statistics: figures},
		Views: explain.Part{OrdinalsFrom: 99000, OrdinalsTo: 101000, Count: 2000, Exact: "2100.1000", Cut: "0.1000", Amount: 2100, Shares: []explain.Share{
			{UnitPrice: 10_000, FromOrdinal: 99001, ToOrdinal: 99999, Count: 999, Exact: "999.0000"},
			{UnitPrice: 11_000, FromOrdinal: 100000, ToOrdinal: 101000, Count: 1001, Exact: "1101.1000"},
		}},
		Ads: explain.Part{OrdinalsTo: 50, Count: 50, Exact: "500.0000", Cut: "0.0000", Amount: 500, Shares: []explain.Share{
			{UnitPrice: 100_000, FromOrdinal: 1, ToOrdinal: 50, Count: 50, Exact: "500.0000"},
		}},
		Late: []export.AdjustmentRow{}, PriceRule: explain.PriceRule{Version: 1, HoldsFrom: settlement.FirstDay, Views: viewPrices, AdViews: adPrices},
		RepeatWindowMS: 30_000, Chunk: explain.Chunk{Number: 1, Rows: 2010, Checksum: "9377214410029315027"}, Seal: seal,
	}}, nil
}

func (b *books) History(_ context.Context, creator, id int64, _, _ settlement.Day) (answers.History, error) {
	if creator != own || id != video {
		return answers.History{}, answers.ErrNotFound{What: "video 12"}
	}
	through := openDay - 1
	return answers.History{CreatorID: creator, VideoID: id, Through: &through, Lines: []export.SettlementRow{
		{Head: headOf(settlement.DailyPeriod(closedDay)), CreatorID: creator, VideoID: id, Earnings: earned},
	}}, b.sealed(closedDay.Week())
}

func (b *books) Periods(_ context.Context, kind settlement.Kind, _, _ settlement.Day, _ answers.PeriodPage) (answers.Periods, error) {
	through, ended := closedDay, time.Date(2024, time.May, 9, 19, 1, 2, 0, time.UTC)
	return answers.Periods{Kind: kind, Through: &through, Periods: []answers.PeriodRun{{
		Name: closedDay.String(), Kind: kind, Start: closedDay, State: settlement.Closed, WorkflowID: "daily:2024-05-09", RunID: "0196a1c4", PriceRule: 1, RepeatWindowMS: 30_000,
		BeganAt: ended.Add(-time.Minute), EndedAt: &ended, Totals: settlement.Totals{Statistics: figures, Amounts: earned.Amounts},
	}}}, b.sealed(closedDay.Week())
}
