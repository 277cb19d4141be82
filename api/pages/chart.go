package pages

import (
	"cmp"
	"math"
	"slices"

	"creatorpay/settlement"
)

// In drawings, lengths across are in percent of the width, so that texts keep their size on every screen; all others are
// in pixels.

// weeksChart has a bar for each of the last weeks.
type weeksChart struct {
	Bars        []weekBar // the oldest first
	First, Last settlement.Period
	Highest     settlement.Won
	HighestWeek settlement.Period
	Top         settlement.Won // of the scale: Highest, or 0 where that is negative
	Axis        float64        // of 0: the foot of the bars, or above it where some are negative
}

type weekBar struct {
	X, Width, Y, Height float64
	Newest              bool // of the weeks that have a statement
	Negative            bool // it hangs from the axis
}

// The weeks' bars stand on the foot, below the line of the highest one.
const (
	weeksTop  = 24.5
	weeksFoot = 164
)

// newWeeksChart draws the weeks, the newest first, up to the last one that is closed. Weeks without a statement are
// empty.
func newWeeksChart(weeks []weekView, last settlement.Period) *weeksChart {
	byTotal := func(a, b weekView) int { return cmp.Compare(a.Total, b.Total) }
	first := max(weeks[len(weeks)-1].Week.Start, last.Start-7*(weeksInChart-1))
	highest := slices.MaxFunc(weeks, byTotal)
	chart := &weeksChart{First: first.Week(), Last: last, Highest: highest.Total, HighestWeek: highest.Week, Top: max(highest.Total, 0)}
	depth := -float64(min(slices.MinFunc(weeks, byTotal).Total, 0))
	span := float64(chart.Top) + depth
	zero := weeksFoot - (weeksFoot-weeksTop)*share(depth, span)
	chart.Axis = zero + 0.5 // a sharp line
	const fill = 0.7        // of a bar's place
	place := 100 / float64((last.End()-first)/7)
	for start := first; start < last.End(); start += 7 {
		bar := weekBar{X: place*float64((start-first)/7) + place*(1-fill)/2, Width: place * fill, Y: zero}
		at := slices.IndexFunc(weeks, func(w weekView) bool { return w.Week.Start == start })
		if at >= 0 {
			total := float64(weeks[at].Total)
			bar.Newest, bar.Negative = at == 0, total < 0
			bar.Height = (weeksFoot - weeksTop) * share(math.Abs(total), span)
			if !bar.Negative {
				bar.Y -= bar.Height
			}
		}
		chart.Bars = append(chart.Bars, bar)
	}
	return chart
}

// share is how much of the whole a part is, from 0 to 1; 0 of nothing.
func share[N int64 | float64](part, whole N) float64 { return float64(part) / max(float64(whole), 1) }

// percentOf is how long a day's bar is, in percent of that of the day that is furthest from 0.
func percentOf(amount settlement.Won, furthest float64) float64 {
	return 100 * share(fromZero(amount), furthest)
}

// fromZero is how far the amount is from 0, to either side.
func fromZero(amount settlement.Won) float64 { return math.Abs(float64(amount)) }
