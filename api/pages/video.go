package pages

import (
	"cmp"
	"errors"
	"maps"
	"slices"

	"creatorpay/api/answers"
	"creatorpay/settlement"
)

const daysPerPage = 31

// videoView is a video's settled days, of one week or of the last years.
type videoView struct {
	frame
	part
	VideoID        int64
	Title          string
	Week           *settlement.Period // nil for the last years
	Total          settlement.Won     // of all days, not only of the part
	Earned         settlement.Amounts
	Sales          settlement.PaymentFigures
	Views, AdViews int64
	Days           []videoDay // the newest first
	Through        *settlement.Day
}

type videoDay struct {
	dayBar
	Ordinals settlement.Ordinals // of the views
	AdViews  int64
	Sales    settlement.Won // what payments and refunds came to
}

func (s *site) video(q question) (shown, error) {
	id, err := q.videoID()
	if err != nil {
		return shown{}, err
	}
	view := videoView{frame: q.frame, VideoID: id}
	from, to := settlement.Day(0), settlement.Day(0)
	if name := q.query.Get("week"); name != "" {
		week, err := settlement.ParseWeek(name)
		if err != nil {
			return shown{}, errNoPage
		}
		view.Week, from, to = &week, week.Start, min(week.End()-1, settlement.LastDay)
	} else if from, to, err = s.lastYears(q); err != nil {
		return shown{}, err
	}
	if view.Title, err = s.books.Title(q.Context(), q.creator, id); err != nil {
		return shown{}, err
	}
	if to == 0 {
		return shown{page: videoPage, view: view}, nil
	}
	history, err := s.books.History(q.Context(), q.creator, id, from, to)
	if err != nil {
		return shown{}, err
	}
	if view.Week == nil {
		view.Through = history.Through
	}
	days, err := view.add(history)
	if err != nil {
		return shown{}, err
	}
	view.Days, view.part = paged(q, days, daysPerPage)
	return shown{page: videoPage, view: view}, nil
}

// lastYears are the days up to some weeks after the last closed week, which days are that may be closed by now; 0 where
// no week is closed.
func (s *site) lastYears(q question) (from, to settlement.Day, err error) {
	statements, err := s.books.Statements(q.Context(), q.creator, answers.WeekPage{Limit: 1})
	if err != nil || statements.Through == nil {
		return 0, 0, err
	}
	to = *statements.Through + 5*7
	return to - answers.MaxHistoryDays + 1, to, nil
}

// add adds the days up, and gives those with something to settle, the newest first.
func (v *videoView) add(history answers.History) ([]videoDay, error) {
	byDay := make(map[settlement.Day]videoDay, len(history.Lines))
	for _, line := range history.Lines {
		total, err := line.Total()
		if err = errors.Join(err, v.Earned.Add(line.Amounts), settlement.AddTo(&v.Views, line.OfViews().Count()), settlement.AddTo(&v.AdViews, line.OfAdViews().Count())); err != nil {
			return nil, err
		}
		byDay[line.Start] = videoDay{dayBar: dayBar{Day: line.Start, Amount: total}, Ordinals: line.OfViews(), AdViews: line.OfAdViews().Count()}
	}
	for _, row := range history.Payments {
		day := byDay[row.Start]
		day.Day, day.Sales = row.Start, row.Net
		if err := errors.Join(v.Sales.Add(row.PaymentFigures), settlement.AddTo(&day.Amount, row.Net)); err != nil {
			return nil, err
		}
		if row.Payments+row.Refunds > 0 {
			byDay[row.Start] = day
		}
	}
	days := slices.SortedFunc(maps.Values(byDay), func(a, b videoDay) int { return cmp.Compare(b.Day, a.Day) })
	var furthest float64
	for _, day := range days {
		furthest = max(furthest, fromZero(day.Amount))
	}
	for i := range days {
		days[i].Share = percentOf(days[i].Amount, furthest)
	}
	var err error
	v.Total, err = v.Earned.TotalWith(v.Sales.Net)
	return days, err
}
