package pages

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"creatorpay/api/answers"
	"creatorpay/engine/explain"
	"creatorpay/settlement"
)

const linesPerPage = 50

// statementView is a weekly statement, with a part of its videos.
type statementView struct {
	frame
	part
	Week      settlement.Period
	Number    string
	ClosedAt  time.Time
	Seal      string
	Total     settlement.Won
	Earned    settlement.Amounts
	Sales     settlement.PaymentFigures
	Payout    settlement.Payout
	Sum       settlement.Statistics
	Late      int64 // of the counted views
	LateSales bool  // some payments or refunds came late
	Days      []dayBar
	Lines     []lineView
	Prices    []explain.PriceRule
	Fees      []explain.FeeRule
	Documents []document
}

type dayBar struct {
	Day    settlement.Day
	Amount settlement.Won
	Share  float64 // percent of the day that is furthest from 0
}

// lineView is one video's week, late views among its figures.
type lineView struct {
	VideoID                int64
	Title                  string
	Total                  settlement.Won
	Views, AdViews         priced
	SelfViews, RepeatViews int64
	Late                   []lateView
	Sales                  settlement.PaymentFigures // late ones among them
	LateSales              []answers.StatementLatePayments
}

// priced are the ordinals (From, To], and how many of them each price paid.
type priced struct {
	settlement.Ordinals
	Shares []answers.PriceShare
}

type lateView struct {
	answers.StatementLate
	Total settlement.Won
}

// document is a file that was mailed.
type document struct {
	Path  string
	IsTop bool
}

func (s *site) statement(q question) (shown, error) {
	week, err := settlement.ParseWeek(q.PathValue("week"))
	if err != nil {
		return shown{}, errNoPage
	}
	answer, err := s.books.Statement(q.Context(), q.creator, week)
	if err != nil {
		return shown{}, err
	}
	statement := answer.Value
	view := statementView{
		frame: q.frame, Week: week, Number: statement.Number, ClosedAt: statement.ClosedAt, Seal: answer.Seal,
		Total: statement.Amount, Earned: statement.Amounts, Sales: statement.Payments, Payout: statement.Payout, Fees: statement.Fees, Sum: statement.Statistics, Prices: statement.Prices,
		Days: dayBars(statement.Days),
	}
	if statement.Documents != nil {
		folder := fmt.Sprintf("/v1/creators/%d/statements/%s/", q.creator, week)
		view.Documents = []document{{Path: folder + "statement.pdf"}, {Path: folder + "top5.pdf", IsTop: true}}
	}
	lines := make([]lineView, 0, len(statement.Lines))
	for _, line := range statement.Lines {
		one, err := newLineView(line)
		if err != nil {
			return shown{}, err
		}
		lines = append(lines, one)
		for _, late := range line.Late {
			view.Late += late.Views // fits: the statement's views have them all
		}
		view.LateSales = view.LateSales || len(one.LateSales) > 0
	}
	slices.SortFunc(lines, func(a, b lineView) int {
		return cmp.Or(-cmp.Compare(a.Total, b.Total), -cmp.Compare(a.Views.Count(), b.Views.Count()), cmp.Compare(a.VideoID, b.VideoID))
	})
	view.Lines, view.part = paged(q, lines, linesPerPage)
	return shown{statementPage, view, answer.Seal}, nil
}

func dayBars(days []answers.StatementDay) (bars []dayBar) {
	var furthest float64
	for _, day := range days {
		furthest = max(furthest, fromZero(day.Amount))
	}
	for _, day := range days {
		bars = append(bars, dayBar{Day: day.Date, Amount: day.Amount, Share: percentOf(day.Amount, furthest)})
	}
	return bars
}

func newLineView(line answers.StatementLine) (lineView, error) {
	total, err := line.TotalWith(line.Payments.Net)
	view := lineView{
		VideoID: line.VideoID, Title: line.Title, Total: total, Sales: line.Payments,
		Views: priced{line.OfViews(), line.ViewShares}, AdViews: priced{line.OfAdViews(), line.AdShares},
	}
	all := line.Statistics
	for _, late := range line.Late {
		amount, tooMuch := late.Total()
		err = errors.Join(err, tooMuch, all.Add(late.Statistics))
		if late.Views > 0 {
			view.Late = append(view.Late, lateView{late, amount})
		}
	}
	for _, late := range line.LatePayments {
		if late.Payments+late.Refunds > 0 {
			view.LateSales = append(view.LateSales, late)
		}
	}
	view.SelfViews, view.RepeatViews = all.SelfViews, all.RepeatViews
	return view, err
}
