package pages

import (
	"errors"
	"slices"

	"creatorpay/api/answers"
	"creatorpay/engine/export"
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
	Views, AdViews int64
	Days           []videoDay // the newest first
	Through        *settlement.Day
}

type videoDay struct {
	Day      settlement.Day
	Ordinals settlement.Ordinals // of the views
	AdViews  int64
	Total    settlement.Won
	Share    float64 // percent of the highest day
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
		view.Week, from, to = &week, week.Start, week.End()-1
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
	days, err := view.add(history.Lines)
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

// add adds the days up, and gives them with the newest first.
func (v *videoView) add(lines []export.SettlementRow) ([]videoDay, error) {
	days := make([]videoDay, 0, len(lines))
	var highest settlement.Won
	for _, line := range lines {
		total, err := line.Total()
		if err = errors.Join(err, v.Earned.Add(line.Amounts), settlement.AddTo(&v.Views, line.OfViews().Count()), settlement.AddTo(&v.AdViews, line.OfAdViews().Count())); err != nil {
			return nil, err
		}
		highest = max(highest, total)
		days = append(days, videoDay{Day: line.Start, Ordinals: line.OfViews(), AdViews: line.OfAdViews().Count(), Total: total})
	}
	for i := range days {
		days[i].Share = percentOf(days[i].Total, highest)
	}
	slices.Reverse(days)
	var err error
	v.Total, err = v.Earned.Total()
	return days, err
}
