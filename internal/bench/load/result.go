package load

import (
	"slices"
	"time"
)

// Result is what became of the requests of one attack.
type Result struct {
	Rate     int // asked for, in requests a second
	Requests int
	Median   time.Duration
	P99      time.Duration
	P999     time.Duration
	Longest  time.Duration
	Statuses map[string]int // how many answers had which status
}

// answer is what became of one request.
type answer struct {
	number uint64 // from 0, in the order of sending
	status string
	began  time.Time
	took   time.Duration
}

func summarise(rate int, answers []answer) Result {
	result := Result{Rate: rate, Requests: len(answers), Statuses: map[string]int{}}
	if len(answers) == 0 {
		return result
	}
	for _, one := range answers {
		result.Statuses[one.status]++
	}
	took := sinceDue(rate, answers)
	slices.Sort(took)
	result.Median, result.P99, result.P999, result.Longest = share(took, 500), share(took, 990), share(took, 999), share(took, 1000)
	return result
}

// sinceDue is how long each request took since it was due. The requests are due
// at equal distances; the one that was sent earliest of all by these was in time.
func sinceDue(rate int, answers []answer) []time.Duration {
	due := func(a answer) time.Duration {
		return time.Duration(float64(a.number) / float64(rate) * float64(time.Second))
	}
	first := answers[0].began
	for _, one := range answers {
		if start := one.began.Add(-due(one)); start.Before(first) {
			first = start
		}
	}
	took := make([]time.Duration, len(answers))
	for i, one := range answers {
		took[i] = one.began.Add(one.took).Sub(first.Add(due(one)))
	}
	return took
}

// share is the smallest of the sorted times that so many in a thousand do not exceed.
func share(sorted []time.Duration, perMille int) time.Duration {
	return sorted[(len(sorted)*perMille+999)/1000-1]
}

// Within reports whether 99 in 100 requests took less than the limit, and all
// were answered as asked: with a page, or that the kept one still holds.
func (r Result) Within(limit time.Duration) bool {
	answered := r.Statuses["200"] + r.Statuses["304"]
	return r.Requests > 0 && answered == r.Requests && r.P99 < limit
}
