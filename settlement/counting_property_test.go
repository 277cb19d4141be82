package settlement

import (
	"cmp"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// loggedPlay is a play as the watch log keeps it.
type loggedPlay struct {
	viewID int64
	day    int // 0 is the first day of the log
	Play
}

// pair is a viewer and a video: R3 looks at the plays of one pair only.
type pair struct{ video, viewer int64 }

func (p loggedPlay) pair() pair { return pair{p.VideoID, p.ViewerID} }

// byKey is the order in which the watch log is clustered and read.
func byKey(a, b loggedPlay) int {
	return cmp.Or(cmp.Compare(a.VideoID, b.VideoID), cmp.Compare(a.ViewerID, b.ViewerID), byStart(a, b))
}

// byStart is the order in which R3 looks at the plays of a pair. A play at
// midnight may belong to either day.
func byStart(a, b loggedPlay) int {
	return cmp.Or(cmp.Compare(a.StartedAt, b.StartedAt), cmp.Compare(a.day, b.day), cmp.Compare(a.viewID, b.viewID))
}

const logDays = 3

func startOfLogDay(day int) time.Time { return dayStart.Add(time.Duration(day) * dayLength) }

// Video 100 belongs to viewer 1, video 101 to viewer 2: both also watch.
var creatorOf = map[int64]int64{100: 1, 101: 2}

// drawLog draws a few days on which few viewers play few videos at few and
// crowded times, so that repeats, chains, ties and midnights are common.
func drawLog(t *rapid.T) []loggedPlay {
	near := rapid.OneOf(
		rapid.Int64Range(0, 60_000),
		rapid.SampledFrom([]int64{0, 1, 10_000, 20_000, 29_999, 30_000, 30_001}),
	)
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) loggedPlay {
		sinceStart := near.Draw(t, "near")
		switch rapid.IntRange(0, 2).Draw(t, "part of the day") {
		case 1:
			sinceStart += noon.Milliseconds()
		case 2:
			sinceStart = dayLength.Milliseconds() - sinceStart
		}
		day := rapid.IntRange(0, logDays-1).Draw(t, "day")
		return loggedPlay{
			viewID: rapid.Int64().Draw(t, "view"),
			day:    day,
			Play: Play{
				VideoID:       rapid.SampledFrom([]int64{100, 101}).Draw(t, "video"),
				ViewerID:      rapid.SampledFrom([]int64{Anonymous, 1, 2, 3}).Draw(t, "viewer"),
				StartedAt:     startOfLogDay(day).UnixMilli() + sinceStart,
				PlayedSeconds: rapid.Int64Range(0, 1000).Draw(t, "played seconds"),
				AdViews:       rapid.Int64Range(0, 3).Draw(t, "ad views"),
			},
		}
	}), 0, 60).Draw(t, "log")
}

func drawWindow(t *rapid.T) time.Duration {
	return rapid.SampledFrom([]time.Duration{
		0, time.Millisecond, 10 * time.Second, DefaultRepeatWindow, maxRepeatWindow,
	}).Draw(t, "window")
}

// judgeByDay judges the log as a run does: a day at a time in key order, each
// look-back decided by the day before.
func judgeByDay(log []loggedPlay, window time.Duration) map[loggedPlay]Verdict {
	verdicts := map[loggedPlay]Verdict{}
	var lastBefore map[pair]int64
	for day := range logDays {
		judge := NewJudge(startOfLogDay(day), window)
		last := map[pair]int64{}
		for _, play := range slices.SortedFunc(slices.Values(log), byKey) {
			if play.day != day {
				continue
			}
			verdict := judge.Verdict(play.Play, creatorOf[play.VideoID])
			if verdict == LookBack {
				verdict = Counts
				if start, found := lastBefore[play.pair()]; found && judge.IsRepeat(play.Play, start) {
					verdict = Repeat
				}
			}
			verdicts[play] = verdict
			last[play.pair()] = play.StartedAt
		}
		lastBefore = last
	}
	return verdicts
}

// verdictByTheText applies R1 to R3 as they are written: it searches the whole
// log for the viewer's previous play of the video.
func verdictByTheText(play loggedPlay, log []loggedPlay, window time.Duration) Verdict {
	if play.ViewerID == Anonymous {
		return Counts
	}
	if play.ViewerID == creatorOf[play.VideoID] {
		return Self
	}
	for _, other := range log {
		if other.pair() == play.pair() && byStart(other, play) < 0 && play.StartedAt-other.StartedAt < window.Milliseconds() {
			return Repeat
		}
	}
	return Counts
}

func uniqueViews(log []loggedPlay) []loggedPlay {
	byID := map[int64]loggedPlay{}
	for _, play := range log {
		byID[play.viewID] = play
	}
	return slices.SortedFunc(maps.Values(byID), byKey)
}

func TestR3_JudgeFollowsTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log, window := uniqueViews(drawLog(t)), drawWindow(t)
		want := map[loggedPlay]Verdict{}
		for _, play := range log {
			want[play] = verdictByTheText(play, log, window)
		}
		require.Equal(t, want, judgeByDay(log, window))
	})
}

// count adds up the first day of the log in the order given.
func count(log []loggedPlay, window time.Duration) Statistics {
	var sum Statistics
	judge := NewJudge(startOfLogDay(0), window)
	for _, play := range log {
		verdict := judge.Verdict(play.Play, creatorOf[play.VideoID])
		if verdict == LookBack {
			verdict = Counts
		}
		sum.Count(play.Play, verdict)
	}
	return sum
}

func firstDay(log []loggedPlay) []loggedPlay {
	return slices.DeleteFunc(uniqueViews(log), func(play loggedPlay) bool { return play.day != 0 })
}

func TestR1_OrderOfViewersAndVideosDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log, window := firstDay(drawLog(t)), drawWindow(t)
		plays := map[pair][]loggedPlay{}
		var pairs []pair
		for _, play := range log {
			if plays[play.pair()] == nil {
				pairs = append(pairs, play.pair())
			}
			plays[play.pair()] = append(plays[play.pair()], play)
		}
		var shuffled []loggedPlay
		for _, p := range rapid.Permutation(pairs).Draw(t, "pairs") {
			shuffled = append(shuffled, plays[p]...)
		}
		require.Equal(t, count(log, window), count(shuffled, window))
	})
}

func TestR1_ExcludedViewsAreWorthNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log, window := firstDay(drawLog(t)), drawWindow(t)
		verdicts := judgeByDay(log, window)
		inflated := slices.Clone(log)
		for i, play := range log {
			if verdicts[play] != Counts {
				inflated[i].PlayedSeconds, inflated[i].AdViews = 1e9, 1e9
			}
		}
		require.Equal(t, count(log, window), count(inflated, window))
	})
}

func TestR10_EveryRowIsCountedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log, window := firstDay(drawLog(t)), drawWindow(t)
		require.EqualValues(t, len(log), count(log, window).Rows())
	})
}
