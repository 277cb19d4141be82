package generate

import (
	"math/rand/v2"
	"slices"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// kind is why a play was generated.
type kind int

const (
	ordinary kind = iota
	anonymous
	self
	chainRepeat
	justBeforeRepeat
	sameStartRepeat
	midnightRepeat
)

// verdict is what the rules make of a play of this kind.
func (k kind) verdict() settlement.Verdict {
	switch k {
	case self:
		return settlement.Self
	case chainRepeat, justBeforeRepeat, sameStartRepeat, midnightRepeat:
		return settlement.Repeat
	default:
		return settlement.Counts
	}
}

// Lengths of time in milliseconds.
const (
	second = 1000
	minute = 60 * second
	hour   = 60 * minute
	window = 30 * second // settlement.DefaultRepeatWindow, for which the views are made
)

// script writes the plays of one video on one day in the order of the log: by
// viewer, then by time. A viewer comes up once and plays as one of the kinds
// says, so that no two plays meet by chance. In the day's first half minute only
// those play whom the day before has prepared for it.
type script struct {
	random     *rand.Rand
	next       daylog.View // its id goes up by one with each play
	left       int64       // plays that are still to be written
	start, end int64       // of the day, in milliseconds since 1970-01-01 UTC
	duration   int64       // of the video, in seconds
	yield      func(daylog.View, kind) bool
}

// play writes one play.
func (s *script) play(viewer, at int64, k kind) {
	if s.left == 0 {
		return
	}
	view := s.next
	view.ViewerID, view.WatchedAt = viewer, at
	view.PlayedSeconds = uint32(min(s.duration, s.random.Int64N(s.duration*5/4))) // each fifth plays to the end
	view.AdViews = uint32(s.random.Int64N(2 + min(2, int64(view.PlayedSeconds)/300)))
	s.next.ViewID++
	s.left--
	if !s.yield(view, k) {
		s.left = 0
	}
}

// sometime is a random time of the day, so that plays up to extra later are
// still on the same day.
func (s *script) sometime(extra int64) int64 {
	return s.start + window + s.random.Int64N(s.end-s.start-window-extra)
}

// anonymous are viewers who are not signed in. Each fourth comes within seconds
// of another one, which is no repeat.
func (s *script) anonymous(plays int64) {
	times := make([]int64, plays)
	for i := range times {
		times[i] = s.sometime(5 * second)
		if i%4 == 1 {
			times[i] = times[i-1] + s.random.Int64N(5*second)
		}
	}
	slices.Sort(times)
	for _, at := range times {
		s.play(settlement.Anonymous, at, anonymous)
	}
}

// creators are the video's own creator and two others, who are viewers as well.
func (s *script) creators(own, last int64) {
	if own > 1 {
		s.play(own-1, s.sometime(0), ordinary)
	}
	plays := 1 + s.random.Int64N(5)
	at := s.sometime(minute)
	for i := range plays {
		s.play(own, at+i*10*second, self)
	}
	if own < last {
		s.play(own+1, s.sometime(0), ordinary)
	}
}

// nightOwls are how many viewers [script.midnight] has.
const nightOwls = 2

// midnight are two viewers who play in the first and in the last seconds of the
// day: the first one always sooner than the window after midnight, the second
// one exactly the window later. k is what the former makes of its first play.
func (s *script) midnight(first int64, k kind) {
	s.play(first, s.start+s.random.Int64N(window/2), k)
	s.play(first, s.end-1-s.random.Int64N(window/2), ordinary)
	s.play(first+1, s.start+window-10*second, ordinary)
	s.play(first+1, s.end-10*second, ordinary)
}

// further is a play of someone who has played the video before on that day.
type further struct {
	after int64 // the first play
	kind  kind
}

// habits are how viewers go on after their first play; most of them do not.
var habits = []struct {
	percent int
	further []further
}{
	{3, []further{{20 * second, chainRepeat}, {40 * second, chainRepeat}}},
	{2, []further{{window - 1, justBeforeRepeat}}},
	{2, []further{{window, ordinary}}},
	{1, []further{{0, sameStartRepeat}}},
	{5, []further{{5 * hour, ordinary}}},
}

// visit is all that one viewer does.
func (s *script) visit(viewer int64) {
	more := s.habit()
	if int64(len(more)) >= s.left {
		more = nil
	}
	var extra int64
	if len(more) > 0 {
		extra = more[len(more)-1].after
	}
	at := s.sometime(extra)
	s.play(viewer, at, ordinary)
	for _, one := range more {
		s.play(viewer, at+one.after, one.kind)
	}
}

func (s *script) habit() []further {
	roll := s.random.IntN(100)
	for _, habit := range habits {
		if roll < habit.percent {
			return habit.further
		}
		roll -= habit.percent
	}
	return nil
}

// viewers are all others, with ids above after and about as far apart as if each
// one of the population was as likely to come.
func (s *script) viewers(after, population int64) {
	gap := max(1, 2*population/max(1, s.left))
	for viewer := after; s.left > 0; {
		viewer += 1 + s.random.Int64N(gap)
		s.visit(viewer)
	}
}
