package generate

import (
	"math/bits"

	"creatorpay/settlement"
)

// topWeight is the weight of the biggest hit. It leaves the ten-millionth video
// one of 100,000, and the sum of all far below 2^64.
const topWeight = 1 << 40

// weight is in proportion to the video's views, and payments, of the day.
func (w *world) weight(video int, day settlement.Day) uint64 {
	switch {
	case w.options.Skew == Natural:
		return w.naturalWeight(video, day)
	case w.options.Skew == OneHit && w.ranks[video] == 0:
		return uint64(max(1, len(w.ranks)-1))
	default:
		return 1
	}
}

// naturalWeight makes few hits and a long tail (Zipf's law), and uploads that
// are a hit on their first day.
func (w *world) naturalWeight(video int, day settlement.Day) uint64 {
	usual := topWeight / uint64(w.ranks[video]+1)
	age, upload := w.age(video, day)
	switch {
	case !upload:
		return usual
	case age < 0:
		return 0
	default:
		return max(usual, topWeight>>age)
	}
}

const (
	// uploadCycle is how many days pass until the same video is the upload
	// again: data that is longer than that is rare, and then it is a revival.
	uploadCycle = 28
	// uploadUnseen is for how many days before its upload a video has no views.
	uploadUnseen = 14
)

// age is how many days ago the video was uploaded, if it is one of the last
// ones, of which one comes out each day. It is negative before the upload.
func (w *world) age(video int, day settlement.Day) (days int, upload bool) {
	// Small catalogues have no uploads: half of it would be unseen.
	fromLast := len(w.ranks) - 1 - video
	if fromLast >= uploadCycle || len(w.ranks) < 4*uploadCycle {
		return 0, false
	}
	days = (int(day) - fromLast) % uploadCycle
	if days >= uploadCycle-uploadUnseen {
		days -= uploadCycle
	}
	return days, true
}

// share says which of a day's views, or payments, each video has: those from
// first[video] to before first[video+1]. The zero share has none.
type share struct{ first []int64 }

func (w *world) share(day settlement.Day, rows int64) share {
	sums := make([]uint64, w.options.Videos)
	var total uint64
	for video := range sums {
		total += w.weight(video, day)
		sums[video] = total
	}
	first := make([]int64, len(sums)+1)
	for video, sum := range sums {
		// Rounding the running sum, not each weight, makes the rows come out
		// exactly.
		high, low := bits.Mul64(sum, uint64(rows))
		upTo, _ := bits.Div64(high, low, total)
		first[video+1] = int64(upTo)
	}
	return share{first}
}

func (s share) rows(video int) int64 {
	if s.first == nil {
		return 0
	}
	return s.first[video+1] - s.first[video]
}
