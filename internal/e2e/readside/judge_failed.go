package readside

import (
	"net/http"
	"strconv"
	"time"
)

// What bounds an answer. A question asks each copy at most twice, and each call has
// its limit; a page asks up to four questions. The margin is for a machine that has
// other things to do.
const (
	callsAtMost     = 5
	questionsOfPage = 4
	margin          = 3 * time.Second
	longest         = callsAtMost*callLimit + margin
	longestPage     = questionsOfPage*callsAtMost*callLimit + margin
)

// longest is how long an api may take to answer.
func (p path) longest() time.Duration {
	if p.isPage() {
		return longestPage
	}
	return longest
}

// recovery is how long a fault that is over may still explain that a copy is not
// asked: its breaker opened with the last call that failed, and a few trial calls
// must come first.
const recovery = 2*callLimit + breakerDelay + 2*time.Second

// lost judges a request without an answer.
func (j *judge) lost(a *answer) string {
	troubled := 0
	for i := range 2 {
		if j.troubles.during(apiName(i), a.Begun.Add(-recovery), a.Ended) && (a.Way == "balancer" || a.Way == apiName(i)) {
			troubled++
		}
	}
	if a.Status == http.StatusBadGateway {
		return unless(troubled == 2, "no answer from the balancer while an api was well")
	}
	return unless(troubled > 0, "no answer while the api was well")
}

// limit is how long the answer may take. A balancer may try two apis.
func (j *judge) limit(a *answer) time.Duration {
	for i := range 2 {
		if !j.troubles.during(apiName(i), a.Begun.Add(-recovery), a.Ended) {
			continue
		}
		if a.Way == "balancer" {
			return longest + a.Path.longest()
		}
		if a.Way == apiName(i) {
			return giveUp // it was frozen or slow
		}
	}
	return a.Path.longest()
}

// unavailable judges a 503: there must have been no copy that could answer.
func (j *judge) unavailable(a *answer) string {
	if seconds, err := strconv.Atoi(a.RetryAfter); err != nil || seconds < 1 {
		return "503 without a Retry-After"
	}
	if !j.withoutPrimary(a) {
		return "503 while the primary was well"
	}
	from := a.Begun.Add(-recovery)
	if j.hung(a) {
		return ""
	}
	for i := range 2 {
		if j.troubles.down(replicaName(i), from, a.Ended) {
			continue
		}
		if j.isListed(a) || j.isAnswered(a) && j.presence.throughout(i, a.Period, a.Begun, a.Ended) {
			return "503 while " + replicaName(i) + " was well and had it"
		}
	}
	return ""
}

// withoutPrimary tells whether the api that answered may have had no primary.
func (j *judge) withoutPrimary(a *answer) bool {
	return j.troubles.during(thePrimary, a.Begun.Add(-recovery), a.Ended) || j.hung(a)
}

// hung tells whether the api that answered may have been frozen or slow: all calls that it
// had begun have outlived their limit then, so that its breakers open.
func (j *judge) hung(a *answer) bool {
	for i := range 2 {
		if (a.Way == "balancer" || a.Way == apiName(i)) && j.troubles.hung(apiName(i), a.Begun.Add(-recovery), a.Ended) {
			return true
		}
	}
	return false
}

// isListed tells whether any replica can answer: it has the list up to where it
// knows, but that there is no such creator or video, only the primary can tell.
func (*judge) isListed(a *answer) bool {
	return a.Path.grows() && (a.Path == periods || a.Creator <= idle) && (!a.Path.isOfVideo() || a.ownsVideo())
}

// isAnswered tells whether a replica with the period can answer: most of what is
// not there, and what became of mails, only the primary can tell.
func (j *judge) isAnswered(a *answer) bool {
	switch a.Path {
	case top5:
		return true
	case settlements, statistics:
		return a.Creator <= ownersOfVideos
	default:
		return false
	}
}
