package settlement

import (
	"cmp"
	"slices"
)

// MaxRank is the last rank of a ranking (R9).
const MaxRank = 5

// VideoValue is a video and the figure by which it is ranked.
type VideoValue struct {
	VideoID int64
	Value   int64
}

// Rank gives the first [MaxRank] of the videos by their values, the highest
// first; ties go to the smaller id (R9). Fewer videos give fewer ranks.
func Rank(videos []VideoValue) []VideoValue {
	ranked := slices.SortedFunc(slices.Values(videos), func(a, b VideoValue) int {
		return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.VideoID, b.VideoID))
	})
	return ranked[:min(MaxRank, len(ranked))]
}
