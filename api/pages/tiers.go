package pages

import (
	"slices"

	"creatorpay/engine/explain"
	"creatorpay/settlement"
)

// tiersChart shows where in a video's life the views of a day lie: a bar for each tier, as high as its price, and the
// views of the day upon it. All tiers are equally wide, or the early ones could not be seen.
type tiersChart struct {
	Tiers                              []tierBar
	Marks                              []mark  // the views of the day, one for each tier
	Pin                                float64 // the middle of the views
	Anchor                             string  // of the pin's text, so that it stays within the drawing
	Height, Foot, Ticks, Prices, Froms float64
}

type tierBar struct {
	settlement.Tier
	X, Width, Y, Height float64
}

type mark struct{ X, Width, Y, Height float64 }

const (
	tiersTop  = 34.0
	tiersFoot = 118.0
	// mostTiers is how many have room for their texts on a phone.
	mostTiers = 5
)

// newTiersChart draws a day's part of at least one view.
func newTiersChart(tiers settlement.Tiers, day explain.Part) tiersChart {
	chart := tiersChart{Height: tiersFoot + 44, Foot: tiersFoot, Ticks: tiersFoot + 6, Prices: tiersFoot + 20, Froms: tiersFoot + 37}
	tiers = around(tiers, day)
	width := 100 / float64(len(tiers))
	var highest settlement.UnitPrice
	for _, tier := range tiers {
		highest = max(highest, tier.Price)
	}
	// The last tier has no end: half of it is beyond what it begins with and what the day has.
	end := 2 * max(tiers[len(tiers)-1].From, day.OrdinalsTo)
	at := func(ordinal int64) (x float64) {
		for i, tier := range tiers {
			next := end
			if i+1 < len(tiers) {
				next = tiers[i+1].From
			}
			if ordinal < next || i+1 == len(tiers) {
				return width * (float64(i) + share(max(ordinal-tier.From, 0), next-tier.From))
			}
		}
		return 100
	}
	for i, tier := range tiers {
		height := (tiersFoot - tiersTop) * share(int64(tier.Price), int64(highest))
		bar := tierBar{Tier: tier, X: width * float64(i), Width: width, Y: tiersFoot - height, Height: height}
		chart.Tiers = append(chart.Tiers, bar)
	}
	for _, part := range day.Shares {
		i := slices.IndexFunc(tiers, func(tier settlement.Tier) bool { return tier.From > part.FromOrdinal })
		if i < 0 {
			i = len(tiers)
		}
		bar := chart.Tiers[max(i-1, 0)]
		x := at(part.FromOrdinal)
		chart.Marks = append(chart.Marks, mark{X: x, Width: min(at(part.ToOrdinal+1), bar.X+bar.Width) - x, Y: bar.Y, Height: bar.Height})
	}
	first, last := chart.Marks[0], chart.Marks[len(chart.Marks)-1]
	chart.Pin = (first.X + last.X + last.Width) / 2
	switch {
	case chart.Pin < 30:
		chart.Anchor = "start"
	case chart.Pin > 70:
		chart.Anchor = "end"
	default:
		chart.Anchor = "middle"
	}
	return chart
}

// around leaves out tiers far from the day where there are too many to draw.
func around(tiers settlement.Tiers, day explain.Part) settlement.Tiers {
	if len(tiers) <= mostTiers {
		return tiers
	}
	last := len(tiers) - 1
	for last > 0 && tiers[last].From > day.OrdinalsTo {
		last--
	}
	last = min(last+1, len(tiers)-1)
	first := last
	for first > 0 && tiers[first].From > day.OrdinalsFrom+1 {
		first--
	}
	return tiers[max(0, min(first, last-mostTiers+1)) : last+1]
}
