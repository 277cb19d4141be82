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
	posted            string // if it came late, the later day that posts it
	storedOn          string // the day under which it is stored, if that is not the one of its start
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
	windows  map[string]time.Duration // of the days that were run with another one
	prices   []prices                 // by first day
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

// line is what one video came to on one day: its own views, and the late ones
// that the day posts. The ordinals and the amounts are those of both.
type line struct {
	video                              video
	views, self, repeats, seconds, ads int64
	viewsFrom, viewsTo, adsFrom, adsTo int64
	videoAmount, adAmount              int64
	late                               []line // by the day on which they were watched
	watchedOn, postedOn                string // of late ones
}

func (l line) rows() int64 { return l.views + l.self + l.repeats }

// lateViews are the rows that came late, and how many of them count.
func (l line) lateViews() (rows, views int64) {
	for _, late := range l.late {
		rows, views = rows+late.rows(), views+late.views
	}
	return rows, views
}

// pays tells whether anything counted, late or not.
func (l line) pays() bool {
	_, late := l.lateViews()
	return l.views+late > 0
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
			if p.judgedOn(play) != day {
				continue
			}
			l, found := lines[play.video]
			if !found {
				l.video = p.video(play.video)
			}
			if play.posted == "" {
				lines[play.video] = l.add(play, verdicts[i])
			} else {
				lines[play.video] = l.addLate(p.watchedOn(play), play, verdicts[i])
			}
		}
		settled := settledDay{kind: "daily", day: day}
		for id, l := range lines {
			l.viewsFrom, l.viewsTo = viewsSoFar[id], viewsSoFar[id]+l.views // R7
			l.adsFrom, l.adsTo = adsSoFar[id], adsSoFar[id]+l.ads
			l.pay(p.pricesOn(day))
			viewsSoFar[id], adsSoFar[id] = l.viewsTo, l.adsTo
			settled.lines = append(settled.lines, l)
		}
		slices.SortFunc(settled.lines, func(a, b line) int { return cmp.Compare(a.video.id, b.video.id) })
		days = append(days, settled)
	}
	return days
}

// pay prices the day's own views and then the late ones: each adjustment earns
// what the line earns with it and not without.
func (l *line) pay(rule prices) {
	l.videoAmount = amount(rule.views, l.viewsFrom, l.viewsTo)
	l.adAmount = amount(rule.ads, l.adsFrom, l.adsTo)
	if !l.pays() {
		return // nothing to number
	}
	for i := range l.late {
		late := &l.late[i]
		late.viewsFrom, late.viewsTo = l.viewsTo, l.viewsTo+late.views
		late.adsFrom, late.adsTo = l.adsTo, l.adsTo+late.ads
		l.viewsTo, l.adsTo = late.viewsTo, late.adsTo
		videoAmount, adAmount := amount(rule.views, l.viewsFrom, l.viewsTo), amount(rule.ads, l.adsFrom, l.adsTo)
		late.videoAmount, late.adAmount = videoAmount-l.videoAmount, adAmount-l.adAmount
		l.videoAmount, l.adAmount = videoAmount, adAmount
	}
}

// judgedOn is the day whose run judges the view.
func (p *platform) judgedOn(play view) string {
	if play.posted != "" {
		return play.posted
	}
	return p.watchedOn(play)
}

// watchedOn is the day to which the view belongs.
func (p *platform) watchedOn(play view) string {
	if play.storedOn != "" {
		return play.storedOn
	}
	return p.dayOf(play.at)
}

// verdicts judges every view (R1 to R3), those of each day in the order of its
// run: its own first, then the late ones, by time.
func (p *platform) verdicts() []verdict {
	byVideoAndViewer := map[[2]int64][]int{}
	order := make([]int, len(p.views))
	for i, play := range p.views {
		key := [2]int64{play.video, play.viewer}
		byVideoAndViewer[key] = append(byVideoAndViewer[key], i)
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := p.views[i], p.views[j]
		return cmp.Or(
			cmp.Compare(p.judgedOn(a), p.judgedOn(b)), cmp.Compare(min(1, len(a.posted)), min(1, len(b.posted))),
			p.byStart(a, b),
		)
	})
	creatorOf := map[int64]int64{}
	for _, v := range p.videos {
		creatorOf[v.id] = v.creator
	}
	verdicts := make([]verdict, len(p.views))
	judged := make([]bool, len(p.views))
	for _, i := range order {
		play := p.views[i]
		others := byVideoAndViewer[[2]int64{play.video, play.viewer}]
		switch {
		case play.viewer == 0:
			verdicts[i] = counts
		case play.viewer == creatorOf[play.video]:
			verdicts[i] = selfView
		case p.followsTooSoon(play, others):
			verdicts[i] = repeatView
		case play.posted != "" && slices.ContainsFunc(others, func(j int) bool { // nor is what was counted counted twice
			other := p.views[j]
			return judged[j] && verdicts[j] == counts && !other.at.Before(play.at) && other.at.Sub(play.at) < p.windowOf(play)
		}):
			verdicts[i] = repeatView
		}
		judged[i] = true
	}
	return verdicts
}

// followsTooSoon tells whether any of the viewer's plays of the video that are
// known when this one is judged came before it by less than the window.
func (p *platform) followsTooSoon(play view, others []int) bool {
	return slices.ContainsFunc(others, func(j int) bool {
		other := p.views[j]
		known := p.judgedOn(other) <= p.judgedOn(play)
		return known && p.byStart(other, play) < 0 && play.at.Sub(other.at) < p.windowOf(play)
	})
}

// byStart is the order of two plays of one viewer. Of two at the same time, the one
// of the earlier day came first, then the one with the smaller id.
func (p *platform) byStart(a, b view) int {
	return cmp.Or(a.at.Compare(b.at), cmp.Compare(p.watchedOn(a), p.watchedOn(b)), cmp.Compare(a.id, b.id))
}

// windowOf is the window of R3 by which the run judges that has to do so.
func (p *platform) windowOf(play view) time.Duration {
	if window, other := p.windows[p.judgedOn(play)]; other {
		return window
	}
	return p.window
}

// addLate adds a view that was watched on an earlier day.
func (l line) addLate(watchedOn string, play view, of verdict) line {
	i := slices.IndexFunc(l.late, func(late line) bool { return late.watchedOn == watchedOn })
	if i < 0 {
		l.late = append(l.late, line{video: l.video, watchedOn: watchedOn, postedOn: play.posted}.add(play, of))
	} else {
		l.late[i] = l.late[i].add(play, of)
	}
	slices.SortFunc(l.late, func(a, b line) int { return cmp.Compare(a.watchedOn, b.watchedOn) })
	return l
}

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
