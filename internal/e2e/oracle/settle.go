package oracle

import (
	"cmp"
	"slices"
)

// Result is what one day, or a longer period that begins with it, came to:
// its lines by video id.
type Result struct {
	Kind  string // daily, weekly or monthly
	Start string
	Lines []Line
}

// Settle settles the days from first to last, in order. Views of other days
// only decide about repeats, payments of other days about nothing.
func (p *Platform) Settle(first, last string) []Result {
	verdicts, payments := p.verdicts(), p.paymentsOf(first, last)
	viewsSoFar, adsSoFar := map[int64]int64{}, map[int64]int64{}
	for _, v := range p.Videos { // R6
		viewsSoFar[v.ID], adsSoFar[v.ID] = v.OpeningViews, v.OpeningAdViews
	}
	var days []Result
	for day := first; day <= last; day = DaysAfter(day, 1) {
		lines := payments[day]
		for i, play := range p.Views {
			if p.judgedOn(play) != day {
				continue
			}
			l, found := lines[play.Video]
			if !found {
				l.Video = p.Video(play.Video)
			}
			if play.Posted == "" {
				lines[play.Video] = l.add(play, verdicts[i])
			} else {
				lines[play.Video] = l.addLate(p.watchedOn(play), play, verdicts[i])
			}
		}
		settled := Result{Kind: "daily", Start: day}
		for id, l := range lines {
			l.ViewsFrom, l.ViewsTo = viewsSoFar[id], viewsSoFar[id]+l.Views // R7
			l.AdsFrom, l.AdsTo = adsSoFar[id], adsSoFar[id]+l.Ads
			l.pay(p.pricesOn(day))
			viewsSoFar[id], adsSoFar[id] = l.ViewsTo, l.AdsTo
			settled.Lines = append(settled.Lines, l)
		}
		slices.SortFunc(settled.Lines, func(a, b Line) int { return cmp.Compare(a.Video.ID, b.Video.ID) })
		days = append(days, settled)
	}
	return days
}

// judgedOn is the day whose run judges the view.
func (p *Platform) judgedOn(play View) string {
	if play.Posted != "" {
		return play.Posted
	}
	return p.watchedOn(play)
}

// watchedOn is the day to which the view belongs.
func (p *Platform) watchedOn(play View) string {
	if play.StoredOn != "" {
		return play.StoredOn
	}
	return p.DayOf(play.At)
}
