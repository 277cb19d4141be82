package settlement

import (
	"cmp"
	"slices"
)

// TopPlaces is how many videos a ranking has at most (R9).
const TopPlaces = 5

// VideoValue is a video and the figure by which it is ranked.
type VideoValue struct {
	VideoID int64
	Value   int64
}

// Rank gives the first [TopPlaces] of the videos by their values, the highest
// first; ties go to the smaller id (R9). Fewer videos give fewer places.
func Rank(videos []VideoValue) []VideoValue {
	ranked := slices.SortedFunc(slices.Values(videos), func(a, b VideoValue) int {
		return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.VideoID, b.VideoID))
	})
	return ranked[:min(TopPlaces, len(ranked))]
}
