package generate

import (
	"math/rand/v2"

	"creatorpay/settlement"
)

// world is all that can be generated; each part of it can be made by itself, in
// any order. Creators and videos are numbered from 0; their ids start at 1.
type world struct {
	options  Options
	calendar settlement.Calendar
	ranks    []int32 // of the videos; 0 is the biggest hit
}

func newWorld(options Options, calendar settlement.Calendar) *world {
	w := &world{options: options, calendar: calendar, ranks: make([]int32, options.Videos)}
	for video := range w.ranks {
		w.ranks[video] = int32(video)
	}
	w.random(topicRanks, 0, 0).Shuffle(len(w.ranks), func(i, j int) {
		w.ranks[i], w.ranks[j] = w.ranks[j], w.ranks[i]
	})
	return w
}

// topic keeps random numbers for one purpose apart from those for others.
type topic uint64

const (
	topicRanks topic = iota
	topicCreators
	topicVideos
	topicPlays
	topicPayments
)

// random gives numbers that depend on nothing but the seed, the topic and what
// it is about.
func (w *world) random(about topic, number int, day settlement.Day) *rand.Rand {
	key := scramble(scramble(uint64(about)^uint64(number)<<8) ^ uint64(day))
	return rand.New(rand.NewPCG(w.options.Seed, key))
}

// scramble is the finalizer of SplitMix64: it sets close numbers far apart.
func scramble(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
