package pages

import (
	"strconv"
	"strings"

	"creatorpay/api/answers"
	"creatorpay/engine/explain"
	"creatorpay/engine/export"
	"creatorpay/settlement"
)

// explanationView is why a video earned what it did on one day, step by step.
type explanationView struct {
	frame
	VideoID        int64
	Title          string
	Day            settlement.Day
	Total          settlement.Won
	Rows           rowsView
	Late           []lateRow
	Views, AdViews earnedView
	Sales          *explain.Payments // nil without any row of payments
	LateSales      []answers.StatementLatePayments
	Rule           explain.PriceRule
	Chunk          explain.Chunk
	Seal           string
}

// rowsView are the plays of the day itself, and what became of them.
type rowsView struct {
	All, Counted, Self, Repeat int64
	LeftOut                    bool   // some of them
	Window                     string // of repeats, in seconds
	Parts                      []rowsPart
}

// rowsPart is a part of the bar of all plays.
type rowsPart struct {
	Class    string
	X, Width float64
}

type lateRow struct {
	export.AdjustmentRow
	Total   settlement.Won
	LeftOut bool
}

// earnedView is what the views, or the ad views, of the day earned.
type earnedView struct {
	explain.Part
	ID      string // of the drawing's texts
	Ads     bool
	HasLate bool
	IsCut   bool
	First   int64 // ordinal
	Shares  []shareView
	Chart   tiersChart
}

type shareView struct {
	explain.Share
	Before int64 // the ordinal before the first
}

func (s *site) explanation(q question) (shown, error) {
	id, err := q.videoID()
	if err != nil {
		return shown{}, err
	}
	day, err := dayOf(q.PathValue("date"))
	if err != nil {
		return shown{}, err
	}
	answer, err := s.books.Explanation(q.Context(), q.creator, id, day)
	if err != nil {
		return shown{}, err
	}
	why := answer.Value
	view := explanationView{
		frame: q.frame, VideoID: id, Day: day, Rows: newRowsView(why),
		Rule: why.PriceRule, Chunk: why.Chunk, Seal: why.Seal,
		Views:   newEarnedView("views", why.Views, why.PriceRule.Views),
		AdViews: newEarnedView("ads", why.Ads, why.PriceRule.AdViews),
	}
	view.AdViews.Ads = true
	var net settlement.Won
	if why.Payments != nil {
		view.Sales, view.LateSales, net = why.Payments, lateSales(why), why.Payments.Net
	}
	if view.Total, err = (settlement.Amounts{VideoAmount: why.Views.Amount, AdAmount: why.Ads.Amount}).TotalWith(net); err != nil {
		return shown{}, err
	}
	for _, late := range why.Late {
		total, err := late.Total()
		if err != nil {
			return shown{}, err
		}
		view.Late = append(view.Late, lateRow{late, total, late.SelfViews+late.RepeatViews > 0})
		view.Views.HasLate = view.Views.HasLate || late.Views > 0
		view.AdViews.HasLate = view.AdViews.HasLate || late.AdViews > 0
	}
	view.Title, err = s.books.Title(q.Context(), q.creator, id)
	return shown{page: explanationPage, view: view}, err
}

// lateSales are the late payments and refunds that the day settled.
func lateSales(why explain.Explanation) (late []answers.StatementLatePayments) {
	for _, of := range why.Payments.Late {
		if of.Payments+of.Refunds > 0 {
			late = append(late, answers.StatementLatePayments{PaidOn: of.PaidOn, PostedOn: why.Start, PaymentFigures: of.PaymentFigures})
		}
	}
	return late
}

func newRowsView(why explain.Explanation) rowsView {
	rows := why.Rows
	view := rowsView{
		All: rows.All, Counted: rows.Views, Self: rows.SelfViews, Repeat: rows.RepeatViews, LeftOut: rows.All > rows.Views,
		Window: seconds(why.RepeatWindowMS),
	}
	x := 0.0
	for _, part := range []struct {
		class string
		rows  int64
	}{{"mark", rows.Views}, {"second", rows.SelfViews}, {"third", rows.RepeatViews}} {
		width := 100 * share(part.rows, rows.All)
		view.Parts = append(view.Parts, rowsPart{part.class, x, width})
		x += width
	}
	return view
}

// seconds writes milliseconds as seconds: 30, or 0.5.
func seconds(milliseconds int64) string {
	return strings.TrimSuffix(strconv.FormatFloat(float64(milliseconds)/1000, 'f', -1, 64), ".0")
}

func newEarnedView(id string, part explain.Part, tiers settlement.Tiers) earnedView {
	view := earnedView{Part: part, ID: id, First: part.OrdinalsFrom + 1, IsCut: strings.Trim(part.Cut, "0.") != ""}
	for _, share := range part.Shares {
		view.Shares = append(view.Shares, shareView{share, share.FromOrdinal - 1})
	}
	if part.Count > 0 {
		view.Chart = newTiersChart(tiers, part)
	}
	return view
}
