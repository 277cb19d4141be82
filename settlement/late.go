package settlement

import (
	"cmp"
	"slices"
	"time"
)

// LatePlay is a play that came after its day had closed.
type LatePlay struct {
	Play
	PostedOn Day     // the later day that judges and pays it
	Verdict  Verdict // once it is judged
}

// PairDay is what is known of one viewer's plays of one video on one day.
type PairDay struct {
	Day    Day
	Start  time.Time     // the day's first instant
	Window time.Duration // of R3, by which OnTime were judged
	OnTime []Play        // those that were there when the day closed, in order
	Late   []LatePlay    // those that came later and have been posted, in order
}

// JudgeLate sets the verdicts on the late plays of one viewer and video that
// posting posts; all others keep theirs. days are, in order, the days of these
// plays and the ones before and after them, with all plays that are known.
//
// A late play is a repeat if any known play starts less than the window before
// it, as in R3, and also if one that counted starts less than the window after
// it: that one was paid already, and its verdict never changes. Late plays of
// one posting are judged in order, so none of them counts yet for those before
// it.
func JudgeLate(days []PairDay, posting Day, window time.Duration, creatorID int64) {
	var known []knownPlay
	for i, day := range days {
		known = append(known, day.onTime(days[:i], creatorID)...)
		for j := range day.Late {
			late := &day.Late[j]
			judged := late.PostedOn < posting
			known = append(known, knownPlay{late.Play, day.Day, judged && late.Verdict == Counts, late})
			if !judged {
				late.Verdict = unjudged
			}
		}
	}
	slices.SortFunc(known, func(a, b knownPlay) int {
		return cmp.Or(cmp.Compare(a.StartedAt, b.StartedAt), cmp.Compare(a.day, b.day), cmp.Compare(a.ViewID, b.ViewID))
	})
	for i, play := range known {
		if play.late == nil || play.late.Verdict != unjudged {
			continue
		}
		play.late.Verdict = play.verdict(creatorID, isNear(known, i, window))
		known[i].counted = play.late.Verdict == Counts
	}
}

// unjudged is the verdict on a late play before [JudgeLate] comes to it.
const unjudged Verdict = -1

// knownPlay is a play of the pair, on time or late.
type knownPlay struct {
	Play
	day     Day // see [Calendar.Starts]
	counted bool
	late    *LatePlay // nil if it was on time
}

func (p knownPlay) verdict(creatorID int64, near bool) Verdict {
	switch {
	case p.ViewerID == Anonymous:
		return Counts
	case p.ViewerID == creatorID:
		return Self
	case near:
		return Repeat
	default:
		return Counts
	}
}

// isNear tells whether a known play starts less than the window before the one
// at the index, or one that counted less than the window after it.
func isNear(known []knownPlay, index int, window time.Duration) bool {
	start := known[index].StartedAt
	if index > 0 && start-known[index-1].StartedAt < window.Milliseconds() {
		return true
	}
	for _, later := range known[index+1:] {
		if later.StartedAt-start >= window.Milliseconds() {
			return false
		}
		if later.counted {
			return true
		}
	}
	return false
}

// onTime judges the day's plays that were on time again, as the day's own run
// did.
func (d PairDay) onTime(before []PairDay, creatorID int64) []knownPlay {
	judge := NewJudge(d.Start, d.Window)
	known := make([]knownPlay, 0, len(d.OnTime)+len(d.Late))
	for _, play := range d.OnTime {
		verdict := judge.Verdict(play, creatorID)
		if verdict == LookBack {
			verdict = Counts
			if last, played := lastKnown(before, d.Day); played && judge.IsRepeat(play, last) {
				verdict = Repeat
			}
		}
		known = append(known, knownPlay{Play: play, day: d.Day, counted: verdict == Counts})
	}
	return known
}

// lastKnown is the start of the last play on the day before that the run of the
// day knew: those that were on time and the late ones posted by then.
func lastKnown(days []PairDay, day Day) (start int64, played bool) {
	if len(days) == 0 || days[len(days)-1].Day != day-1 {
		return 0, false
	}
	before := days[len(days)-1]
	if n := len(before.OnTime); n > 0 {
		start, played = before.OnTime[n-1].StartedAt, true
	}
	for _, late := range before.Late {
		if late.PostedOn <= day && (!played || late.StartedAt > start) {
			start, played = late.StartedAt, true
		}
	}
	return start, played
}
