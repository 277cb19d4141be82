package e2e

import (
	"cmp"
	"slices"
)

// The oracle's part for views that came when their day had closed: a later day
// judges and pays them beside its own.

// lateLine is what the late views of one video that a day posts came to, of one
// origin day.
type lateLine struct {
	origin, posted                     string
	views, self, repeats, seconds, ads int64
	viewsFrom, viewsTo, adsFrom, adsTo int64
	videoAmount, adAmount              int64
}

// paidOn is the day that pays the view if it counts.
func (p *platform) paidOn(play view) string { return cmp.Or(play.postedOn, p.dayOf(play.at)) }

// isKnown tells whether the view is there for the day's run: late ones are from
// the day on that posts them.
func (p *platform) isKnown(play view, day string) bool { return p.paidOn(play) <= day }

// judgeLate judges the late views, posting by posting and each in order. One is
// also a repeat if one that counted started so soon after it.
func (p *platform) judgeLate(verdicts []verdict, creatorOf map[int64]int64) {
	var late []int
	for i, play := range p.views {
		if play.postedOn != "" {
			late = append(late, i)
		}
	}
	slices.SortFunc(late, func(i, j int) int {
		a, b := p.views[i], p.views[j]
		return cmp.Or(cmp.Compare(a.postedOn, b.postedOn), a.at.Compare(b.at), cmp.Compare(a.id, b.id))
	})
	judged := map[int]bool{}
	for _, i := range late {
		play := p.views[i]
		near := false
		for j, other := range p.views {
			if other.video != play.video || other.viewer != play.viewer || j == i || !p.isKnown(other, play.postedOn) {
				continue
			}
			counted := (other.postedOn == "" || judged[j]) && verdicts[j] == counts
			near = near || before(other, play) && play.at.Sub(other.at) < p.window ||
				before(play, other) && counted && other.at.Sub(play.at) < p.window
		}
		switch {
		case play.viewer == 0:
			verdicts[i] = counts
		case play.viewer == creatorOf[play.video]:
			verdicts[i] = selfView
		case near:
			verdicts[i] = repeatView
		default:
			verdicts[i] = counts
		}
		judged[i] = true
	}
}

func (l line) addLate(play view, origin string, of verdict) line {
	at := slices.IndexFunc(l.late, func(late lateLine) bool { return late.origin == origin })
	if at < 0 {
		at = len(l.late)
		l.late = append(l.late, lateLine{origin: origin, posted: play.postedOn})
	}
	late := &l.late[at]
	switch of {
	case selfView:
		late.self++
	case repeatView:
		late.repeats++
	case counts:
		late.views++
		late.seconds += int64(play.seconds)
		late.ads += int64(play.ads)
	}
	return l
}

// payLate gives the late views the ordinals that follow the day's own. Each
// origin day earns by how much it raises the amount.
func (l *line) payLate(rule prices) {
	slices.SortFunc(l.late, func(a, b lateLine) int { return cmp.Compare(a.origin, b.origin) })
	for i := range l.late {
		late := &l.late[i]
		late.viewsFrom, late.viewsTo = l.viewsTo, l.viewsTo+late.views
		late.adsFrom, late.adsTo = l.adsTo, l.adsTo+late.ads
		late.videoAmount = amount(rule.views, l.viewsFrom, late.viewsTo) - amount(rule.views, l.viewsFrom, l.viewsTo)
		late.adAmount = amount(rule.ads, l.adsFrom, late.adsTo) - amount(rule.ads, l.adsFrom, l.adsTo)
		l.viewsTo, l.adsTo = late.viewsTo, late.adsTo
	}
}

// lateRows and lateViews are how many late views there are, and how many of them
// count.
func (l line) lateRows() (rows int64) {
	for _, late := range l.late {
		rows += late.views + late.self + late.repeats
	}
	return rows
}

func (l line) lateViews() (views int64) {
	for _, late := range l.late {
		views += late.views
	}
	return views
}

// paid are the lines of which something counted, late or on time.
func (d settledDay) paid() (lines []line) {
	for _, l := range d.lines {
		if l.views+l.lateViews() > 0 {
			lines = append(lines, l)
		}
	}
	return lines
}

// adjustments is the period's export of that name, byte for byte.
func (d settledDay) adjustments() string {
	out := newTable(
		"period", "start", "creator_id", "video_id", "watched_on", "posted_on", "views", "self_views", "repeat_views", "played_seconds", "ad_views",
		"views_from", "views_to", "ad_views_from", "ad_views_to", "video_amount", "ad_amount",
	)
	lines := slices.Clone(d.lines)
	slices.SortFunc(lines, byCreator)
	for _, l := range lines {
		for _, late := range l.late {
			out.add(d.kind, d.day, l.video.creator, l.video.id, late.origin, late.posted, late.views, late.self, late.repeats, late.seconds, late.ads,
				late.viewsFrom, late.viewsTo, late.adsFrom, late.adsTo, late.videoAmount, late.adAmount)
		}
	}
	return out.csv()
}

func byCreator(a, b line) int {
	return cmp.Or(cmp.Compare(a.video.creator, b.video.creator), cmp.Compare(a.video.id, b.video.id))
}
