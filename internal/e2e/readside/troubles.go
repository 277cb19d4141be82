package readside

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// The kinds of faults that mean something to the judge.
const (
	frozen  = "frozen"              // it goes on where it was
	lagging = "replication stopped" // it answers what it has
	slow    = "slow"                // nobody made it so: see [stack.watchSlowness]
)

// trouble is that something failed, until it had all that it needs to answer again, or
// that it was slow.
type trouble struct {
	Of, Kind string
	From, To time.Time // To is zero while it lasts
}

func (tr trouble) overlaps(from, to time.Time) bool {
	return !tr.From.After(to) && (tr.To.IsZero() || !tr.To.Before(from))
}

// troubles are what failed, and when.
type troubles struct {
	mutex sync.Mutex
	all   []*trouble
}

func (t *troubles) begin(of, kind string) *trouble {
	one := &trouble{Of: of, Kind: kind, From: time.Now()}
	t.add(one)
	return one
}

func (t *troubles) add(one *trouble) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.all = append(t.all, one)
}

func (t *troubles) end(those ...*trouble) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for _, one := range those {
		one.To = time.Now()
	}
}

// during tells whether the named one failed at any time between the two.
func (t *troubles) during(of string, from, to time.Time) bool {
	return t.any(func(one *trouble) bool { return one.Of == of && one.overlaps(from, to) })
}

// down tells whether the named one had any fault between the two with which it cannot
// answer what it has.
func (t *troubles) down(of string, from, to time.Time) bool {
	return t.any(func(one *trouble) bool { return one.Of == of && one.Kind != lagging && one.overlaps(from, to) })
}

// hung tells whether the named one was frozen or slow at any time between the two.
func (t *troubles) hung(of string, from, to time.Time) bool {
	return t.any(func(one *trouble) bool {
		return one.Of == of && (one.Kind == frozen || one.Kind == slow) && one.overlaps(from, to)
	})
}

func (t *troubles) any(is func(*trouble) bool) bool {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return slices.ContainsFunc(t.all, is)
}

// String lists them.
func (t *troubles) String() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	var text strings.Builder
	for _, one := range t.all {
		to := "now"
		if !one.To.IsZero() {
			to = one.To.Format("15:04:05.000")
		}
		fmt.Fprintf(&text, "%s to %s  %s: %s\n", one.From.Format("15:04:05.000"), to, one.Of, one.Kind)
	}
	return text.String()
}
