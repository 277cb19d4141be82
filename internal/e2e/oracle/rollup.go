package oracle

import (
	"maps"
	"slices"
)

// RollUp is the sum of the days (R8), under the name of a longer period.
func RollUp(kind, start string, days ...Result) Result {
	sums := map[int64]Line{}
	for _, day := range days {
		for _, l := range day.Lines {
			sum, found := sums[l.Video.ID]
			if !found || !sum.Pays() {
				sum.Video, sum.ViewsFrom, sum.AdsFrom = l.Video, l.ViewsFrom, l.AdsFrom
			}
			if l.Pays() {
				sum.ViewsTo, sum.AdsTo = l.ViewsTo, l.AdsTo
			}
			sum.include(l)
			sums[l.Video.ID] = sum
		}
	}
	rolled := Result{Kind: kind, Start: start}
	for _, id := range slices.Sorted(maps.Keys(sums)) {
		rolled.Lines = append(rolled.Lines, sums[id])
	}
	return rolled
}
