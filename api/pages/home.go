package pages

import (
	"strconv"

	"creatorpay/api/answers"
	"creatorpay/settlement"
)

const (
	weeksPerPage  = 12
	weeksInChart  = weeksPerPage
	weekParameter = "before" // the Monday before which the weeks of a page begin
)

// homeView is what a creator sees first: the newest statement, the weeks before it, and what is to come.
type homeView struct {
	frame
	part
	Older  bool      // a further page of the weeks, which leads back to the first
	Newest *weekView // nil where there is none, and on the pages of older weeks
	Chart  *weeksChart
	Weeks  []weekView // the newest first
	NotYet *notYet    // nil before the first week has closed
}

type weekView struct {
	Week settlement.Period
	settlement.Amounts
	Sales  settlement.PaymentFigures
	Total  settlement.Won
	Payout settlement.Payout
	Views  int64
}

// notYet says up to where weeks are closed. When the next one will be, nobody knows.
type notYet struct{ Through, Next settlement.Period }

func (s *site) home(q question) (shown, error) {
	page := answers.WeekPage{Limit: weeksPerPage}
	older := q.query.Get(weekParameter)
	if older != "" {
		before, err := dayOf(older)
		if err != nil {
			return shown{}, err
		}
		page.Before = before
	}
	answer, err := s.books.Statements(q.Context(), q.creator, page)
	if err != nil {
		return shown{}, err
	}
	view := homeView{frame: q.frame}
	rests := ""
	if answer.Closed > 0 {
		rests = "weeks " + strconv.FormatInt(answer.Closed, 10)
	}
	for _, statement := range answer.Statements {
		view.Weeks = append(view.Weeks, weekView{
			Week: statement.Start.Week(), Amounts: statement.Amounts, Sales: statement.Payments, Total: statement.Amount, Payout: statement.Payout, Views: statement.Views,
		})
	}
	if answer.Next != nil {
		view.After = q.with(weekParameter, answer.Next.String())
	}
	if older != "" {
		view.Older = true
		return shown{homePage, view, rests}, nil
	}
	if through := answer.Through; through != nil {
		week := through.Week()
		view.NotYet = &notYet{Through: week, Next: week.End().Week()}
		if len(view.Weeks) > 0 {
			view.Newest = &view.Weeks[0]
			view.Chart = newWeeksChart(view.Weeks, week)
		}
	}
	return shown{homePage, view, rests}, nil
}
