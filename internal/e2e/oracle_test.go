package e2e

import (
	"cmp"
	"math/big"
	"slices"
	"time"
)

// The oracle works out what a watch log is worth straight from the rules R1 to
// R9: slowly, with maps, loops and fractions, and without any code of the
// programs that it judges.

type creator struct {
	id                  int64
	name, email, locale string
}

type video struct {
	id, creator                  int64
	title                        string
	openingViews, openingAdViews int64
}

type view struct {
	id, video, viewer int64
	at                time.Time
	seconds, ads      uint32
	postedOn          string // the day that pays it, if it came when its own had closed
}

// tier is a price in won, such as "1.1", and the ordinal from which on it holds.
type tier struct {
	from int64
	won  string
}

// prices are a price rule and the first day on which it holds.
type prices struct {
	from       string
	views, ads []tier
}

// platform is all that the rules look at.
type platform struct {
	zone     *time.Location
	window   time.Duration
	prices   []prices // by first day
	creators []creator
	videos   []video
	views    []view
}

// verdict says whether a view counts, and if not, why.
type verdict int

const (
	counts verdict = iota
	selfView
	repeatView
)

// line is what one video came to on one day.
type line struct {
	video                              video
	views, self, repeats, seconds, ads int64
	viewsFrom, viewsTo, adsFrom, adsTo int64
	videoAmount, adAmount              int64
	late                               []lateLine // by posting and origin day
}

// settledDay is what one day, or a longer period that begins with it, came to:
// its lines by video id.
type settledDay struct {
	kind  string // daily, weekly or monthly
	day   string
	lines []line
}

// settle settles the days from first to last, in order. Views of other days
// are only looked back at.
func (p *platform) settle(first, last string) []settledDay {
	verdicts := p.verdicts()
	viewsSoFar, adsSoFar := map[int64]int64{}, map[int64]int64{}
	for _, v := range p.videos { // R6
		viewsSoFar[v.id], adsSoFar[v.id] = v.openingViews, v.openingAdViews
	}
	var days []settledDay
	for day := first; day <= last; day = dayAfter(day) {
		lines := map[int64]line{}
		for i, play := range p.views {
			if p.paidOn(play) == day {
				l, found := lines[play.video]
				if !found {
					l.video = p.video(play.video)
				}
				if play.postedOn != "" {
					lines[play.video] = l.addLate(play, p.dayOf(play.at), verdicts[i])
				} else {
					lines[play.video] = l.add(play, verdicts[i])
				}
			}
		}
		settled := settledDay{kind: "daily", day: day}
		for id, l := range lines {
			rule := p.pricesOn(day)
			l.viewsFrom, l.viewsTo = viewsSoFar[id], viewsSoFar[id]+l.views // R7
			l.adsFrom, l.adsTo = adsSoFar[id], adsSoFar[id]+l.ads
			l.payLate(rule)
			viewsSoFar[id], adsSoFar[id] = l.viewsTo, l.adsTo
			l.videoAmount = amount(rule.views, l.viewsFrom, l.viewsTo)
			l.adAmount = amount(rule.ads, l.adsFrom, l.adsTo)
			settled.lines = append(settled.lines, l)
		}
		slices.SortFunc(settled.lines, func(a, b line) int { return cmp.Compare(a.video.id, b.video.id) })
		days = append(days, settled)
	}
	return days
}

// verdicts judges every view (R1 to R3).
func (p *platform) verdicts() []verdict {
	byVideoAndViewer := map[[2]int64][]view{}
	for _, play := range p.views {
		key := [2]int64{play.video, play.viewer}
		byVideoAndViewer[key] = append(byVideoAndViewer[key], play)
	}
	creatorOf := map[int64]int64{}
	for _, v := range p.videos {
		creatorOf[v.id] = v.creator
	}
	verdicts := make([]verdict, len(p.views))
	for i, play := range p.views {
		if play.postedOn != "" {
			continue
		}
		switch {
		case play.viewer == 0:
			verdicts[i] = counts
		case play.viewer == creatorOf[play.video]:
			verdicts[i] = selfView
		case p.followsTooSoon(play, byVideoAndViewer[[2]int64{play.video, play.viewer}]):
			verdicts[i] = repeatView
		}
	}
	p.judgeLate(verdicts, creatorOf)
	return verdicts
}

// followsTooSoon tells whether any of the viewer's plays of the video came
// before this one by less than the window; of two at the same time, the one
// with the smaller id came first.
func (p *platform) followsTooSoon(play view, others []view) bool {
	return slices.ContainsFunc(others, func(other view) bool {
		return p.isKnown(other, p.paidOn(play)) && before(other, play) && play.at.Sub(other.at) < p.window
	})
}

func before(a, b view) bool { return a.at.Before(b.at) || a.at.Equal(b.at) && a.id < b.id }

func (l line) add(play view, of verdict) line {
	switch of {
	case selfView:
		l.self++
	case repeatView:
		l.repeats++
	case counts:
		l.views++
		l.seconds += int64(play.seconds)
		l.ads += int64(play.ads)
	}
	return l
}

func (p *platform) video(id int64) video {
	return p.videos[slices.IndexFunc(p.videos, func(v video) bool { return v.id == id })]
}

func (p *platform) dayOf(instant time.Time) string { return instant.In(p.zone).Format(time.DateOnly) }

func dayAfter(day string) string {
	date, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return date.AddDate(0, 0, 1).Format(time.DateOnly)
}

func (p *platform) pricesOn(day string) (rule prices) {
	for _, later := range p.prices {
		if later.from <= day {
			rule = later
		}
	}
	return rule
}

// amount is what the ordinals above from, up to and including to, earn: exact,
// then cut to whole won (R5).
func amount(tiers []tier, from, to int64) int64 {
	exact := new(big.Rat).Sub(earned(tiers, to), earned(tiers, from))
	return new(big.Int).Quo(exact.Num(), exact.Denom()).Int64()
}

// earned is what the ordinals 1 to n earn together (R4).
func earned(tiers []tier, n int64) *big.Rat {
	sum := new(big.Rat)
	for i, t := range tiers {
		last := n
		if i+1 < len(tiers) {
			last = min(n, tiers[i+1].from-1)
		}
		if last >= t.from {
			sum.Add(sum, new(big.Rat).Mul(price(t), big.NewRat(last-t.from+1, 1)))
		}
	}
	return sum
}

func price(t tier) *big.Rat {
	won, ok := new(big.Rat).SetString(t.won)
	if !ok {
		panic("not a price: " + t.won)
	}
	return won
}
