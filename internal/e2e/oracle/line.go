package oracle

import (
	"cmp"
	"slices"
)

// Line is what one video came to on one day: its own views and payments, and the late
// ones that the day posts. The ordinals and the amounts are those of both.
type Line struct {
	Video                              Video
	Views, Self, Repeats, Seconds, Ads int64
	ViewsFrom, ViewsTo, AdsFrom, AdsTo int64
	VideoAmount, AdAmount              int64
	Late                               []Line // by the day on which they were watched
	WatchedOn, PostedOn                string // of late ones
	Sales                              Sales  // late rows among them
	LateSales                          []LateSales
}

// rows is how many rows of the log the line stands for.
func (l Line) rows() int64 { return l.Views + l.Self + l.Repeats }

// LateViews are the rows that came late, and how many of them count.
func (l Line) LateViews() (rows, views int64) {
	for _, late := range l.Late {
		rows, views = rows+late.rows(), views+late.Views
	}
	return rows, views
}

// Pays tells whether anything counted, late or not.
func (l Line) Pays() bool {
	_, late := l.LateViews()
	return l.Views+late > 0
}

// include adds another line's figures to those of this one; its ordinals stay.
func (l *Line) include(other Line) {
	l.Views += other.Views
	l.Self += other.Self
	l.Repeats += other.Repeats
	l.Seconds += other.Seconds
	l.Ads += other.Ads
	l.VideoAmount += other.VideoAmount
	l.AdAmount += other.AdAmount
	l.Late = append(l.Late, other.Late...)
	l.Sales.include(other.Sales)
	l.LateSales = append(l.LateSales, other.LateSales...)
}

// pay prices the day's own views and then the late ones: each adjustment earns
// what the line earns with it and not without.
func (l *Line) pay(rule Prices) {
	l.VideoAmount = amount(rule.Views, l.ViewsFrom, l.ViewsTo)
	l.AdAmount = amount(rule.Ads, l.AdsFrom, l.AdsTo)
	if !l.Pays() {
		return // nothing to number
	}
	for i := range l.Late {
		late := &l.Late[i]
		late.ViewsFrom, late.ViewsTo = l.ViewsTo, l.ViewsTo+late.Views
		late.AdsFrom, late.AdsTo = l.AdsTo, l.AdsTo+late.Ads
		l.ViewsTo, l.AdsTo = late.ViewsTo, late.AdsTo
		videoAmount, adAmount := amount(rule.Views, l.ViewsFrom, l.ViewsTo), amount(rule.Ads, l.AdsFrom, l.AdsTo)
		late.VideoAmount, late.AdAmount = videoAmount-l.VideoAmount, adAmount-l.AdAmount
		l.VideoAmount, l.AdAmount = videoAmount, adAmount
	}
}

// addLate adds a view that was watched on an earlier day.
func (l Line) addLate(watchedOn string, play View, of verdict) Line {
	i := slices.IndexFunc(l.Late, func(late Line) bool { return late.WatchedOn == watchedOn })
	if i < 0 {
		l.Late = append(l.Late, Line{Video: l.Video, WatchedOn: watchedOn, PostedOn: play.Posted}.add(play, of))
	} else {
		l.Late[i] = l.Late[i].add(play, of)
	}
	slices.SortFunc(l.Late, func(a, b Line) int { return cmp.Compare(a.WatchedOn, b.WatchedOn) })
	return l
}

func (l Line) add(play View, of verdict) Line {
	switch of {
	case selfView:
		l.Self++
	case repeatView:
		l.Repeats++
	case counts:
		l.Views++
		l.Seconds += int64(play.Seconds)
		l.Ads += int64(play.Ads)
	}
	return l
}

// WithLate is the line whose own views and late views are all counted as its own.
func (l Line) WithLate() Line {
	for _, late := range l.Late {
		l.Views += late.Views
		l.Seconds += late.Seconds
		l.Ads += late.Ads
	}
	return l
}
