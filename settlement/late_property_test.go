package settlement

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// arrival is a logged play and the first day whose run knows it: its own day,
// or, if it came late, the one that posts it.
type arrival struct {
	loggedPlay
	knownOn int
}

func (a arrival) late() bool { return a.knownOn > a.day }

// runDays is how many days are run: some more than the log has, to post late
// plays of its last one.
const runDays = logDays + 2

// judgeArrivals judges the log as runs do, day by day. The verdicts are in the
// order of the log.
func judgeArrivals(log []arrival, window time.Duration) []Verdict {
	verdicts := make([]Verdict, len(log))
	byPair := map[pair][]int{}
	for i, play := range log {
		byPair[play.pair()] = append(byPair[play.pair()], i)
	}
	for posting := range runDays {
		for of, plays := range byPair {
			timeline := make([]PairDay, posting+1)
			places := make([][]int, posting+1) // of the late plays, in the log
			for day := range timeline {
				timeline[day] = PairDay{Day: Day(day), Start: startOfLogDay(day), Window: window}
			}
			for _, i := range plays {
				switch play := log[i]; {
				case play.knownOn > posting:
				case play.late():
					timeline[play.day].Late = append(timeline[play.day].Late, LatePlay{play.Play, Day(play.knownOn), verdicts[i]})
					places[play.day] = append(places[play.day], i)
				default:
					timeline[play.day].OnTime = append(timeline[play.day].OnTime, play.Play)
				}
			}
			JudgeLate(timeline, Day(posting), window, creatorOf[of.video])
			for day := range timeline {
				for n, i := range places[day] {
					verdicts[i] = timeline[day].Late[n].Verdict
				}
			}
		}
	}
	for day := range logDays { // plays on time are judged as always
		for i, verdict := range onTimeByTheText(log, day, window) {
			verdicts[i] = verdict
		}
	}
	return verdicts
}

// onTimeByTheText judges a day's own plays by R1 to R3 as they are written, and
// by what its run knew. The verdicts are by place in the log.
func onTimeByTheText(log []arrival, day int, window time.Duration) map[int]Verdict {
	var known []loggedPlay
	for _, play := range log {
		if play.knownOn <= day {
			known = append(known, play.loggedPlay)
		}
	}
	verdicts := map[int]Verdict{}
	for i, play := range log {
		if play.day == day && !play.late() {
			verdicts[i] = verdictByTheText(play.loggedPlay, known, window)
		}
	}
	return verdicts
}

// arrivalsByTheText judges the log by the rules as they are written, searching
// the whole log for each play.
func arrivalsByTheText(log []arrival, window time.Duration) []Verdict {
	verdicts, judged := make([]Verdict, len(log)), make([]bool, len(log))
	for posting := range runDays {
		for i, verdict := range onTimeByTheText(log, posting, window) {
			verdicts[i], judged[i] = verdict, true
		}
		for i, play := range log { // in key order; days of one pair follow each other in it
			if !play.late() || play.knownOn != posting {
				continue
			}
			var known []loggedPlay
			for _, other := range log {
				if other.knownOn <= posting {
					known = append(known, other.loggedPlay)
				}
			}
			verdict := verdictByTheText(play.loggedPlay, known, window)
			for j, other := range log {
				if verdict == Counts && play.ViewerID != Anonymous && other.pair() == play.pair() &&
					byStart(other.loggedPlay, play.loggedPlay) > 0 && other.StartedAt-play.StartedAt < window.Milliseconds() && judged[j] && verdicts[j] == Counts {
					verdict = Repeat
				}
			}
			verdicts[i], judged[i] = verdict, true
		}
	}
	return verdicts
}

func drawArrivals(t *rapid.T) []arrival {
	var log []arrival
	for _, play := range uniqueViews(drawLog(t)) {
		play.ViewID = play.viewID
		log = append(log, arrival{play, min(runDays-1, play.day+rapid.SampledFrom([]int{0, 0, 1, 1, 2, 3}).Draw(t, "days late"))})
	}
	return log
}

func TestLate_JudgeFollowsTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log, window := drawArrivals(t), drawWindow(t)
		require.Equal(t, arrivalsByTheText(log, window), judgeArrivals(log, window))
	})
}

// No play that counted is ever taken back, so two that lie closer than the
// window never both count, in whatever order they arrive.
func TestLate_OfTwoClosePlaysOneCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log, window := drawArrivals(t), drawWindow(t)
		verdicts := judgeArrivals(log, window)
		for i, play := range log {
			for j, other := range log[:i] {
				near := play.pair() == other.pair() && play.StartedAt-other.StartedAt < window.Milliseconds()
				if near && play.ViewerID != Anonymous {
					require.False(t, verdicts[i] == Counts && verdicts[j] == Counts, "%+v and %+v", play, other)
				}
			}
		}
	})
}

// spacedLog has plays that lie the window or more apart per viewer and video.
func spacedLog(random *rand.Rand) (log []loggedPlay) {
	for videoID := range creatorOf {
		for viewerID := range int64(4) {
			at := startOfLogDay(0).UnixMilli()
			for at += random.Int64N(1000) * 30_000; ; at += 30_000 * (1 + random.Int64N(600)) {
				day := int((at - startOfLogDay(0).UnixMilli()) / dayLength.Milliseconds())
				if day >= logDays {
					break
				}
				id := int64(len(log) + 1)
				log = append(log, loggedPlay{viewID: id, day: day, Play: Play{
					VideoID: videoID, ViewerID: viewerID, StartedAt: at, ViewID: id, AdViews: random.Int64N(4),
				}})
			}
		}
	}
	slices.SortFunc(log, byKey)
	return log
}

// lifetime is what arrivals of one video come to: how many views and ad views
// counted, and the exact amount of all days' ordinals.
type lifetime struct {
	views, adViews int64
	amount         string
}

// payByDay pays each day's views, its own and those that it posts, at the
// ordinals that follow.
func payByDay(log []arrival, verdicts []Verdict) map[int64]lifetime {
	rule := PriceRule{
		Views:   Tiers{{From: 1, Price: 10_000}, {From: 20, Price: 11_000}, {From: 50, Price: 13_333}},
		AdViews: Tiers{{From: 1, Price: 100_000}, {From: 30, Price: 120_001}},
	}
	lives := map[int64]lifetime{}
	for videoID := range creatorOf {
		views, adViews, amount := Ordinals{}, Ordinals{}, new(big.Int)
		for day := range runDays {
			var of Statistics
			for i, play := range log {
				if play.VideoID == videoID && play.knownOn == day {
					of.Count(play.Play, verdicts[i])
				}
			}
			views, adViews = Ordinals{views.To, views.To + of.Views}, Ordinals{adViews.To, adViews.To + of.AdViews}
			amount.Add(amount, toBig(rule.Views.units(views)))
			amount.Add(amount, toBig(rule.AdViews.units(adViews)))
		}
		lives[videoID] = lifetime{views.To, adViews.To, amount.String()}
	}
	return lives
}

func TestLate_TheOrderOfArrivalOfSpacedPlaysIsWorthNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(2024, 5))
	for range 20 {
		spaced := spacedLog(random)
		ordered := make([]arrival, len(spaced))
		for i, play := range spaced {
			ordered[i] = arrival{play, play.day}
		}
		want := payByDay(ordered, judgeArrivals(ordered, DefaultRepeatWindow))
		for range 50 {
			shuffled := slices.Clone(ordered)
			for i := range shuffled {
				shuffled[i].knownOn += random.IntN(runDays - shuffled[i].day)
			}
			require.Equal(t, want, payByDay(shuffled, judgeArrivals(shuffled, DefaultRepeatWindow)))
		}
	}
}
