package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	pretty "github.com/jedib0t/go-pretty/v6/table"

	"creatorpay/internal/e2e/oracle"
)

// tally counts what has happened, for people.
type tally struct {
	mutex           sync.Mutex
	planned, struck map[string]int
	repairs         int   // runs that were reset or started again
	unknown         int   // mails
	lockTimeouts    int64 // that the server itself has answered with
	arrived, late   int   // views
	periods, rows   int   // compared
}

func newTally(plan *plan) *tally {
	t := &tally{planned: map[string]int{}, struck: map[string]int{}}
	for _, period := range plan.periods {
		for _, fault := range period.faults {
			t.planned[fault.name]++
		}
		for _, name := range period.mails {
			t.planned[name]++
		}
	}
	return t
}

func (t *tally) strike(kind string) { t.do(func() { t.struck[kind]++ }) }

func (t *tally) repair() { t.do(func() { t.repairs++ }) }

func (t *tally) leaveUnknown() { t.do(func() { t.unknown++ }) }

func (t *tally) arrive(late bool) {
	t.do(func() {
		t.arrived++
		if late {
			t.late++
		}
	})
}

// compare counts the lines of a period's exports.
func (t *tally) compare(want oracle.Result) {
	t.do(func() {
		t.periods++
		for _, export := range []string{want.Statistics(), want.Settlement(), want.Adjustments(), want.Top5()} {
			t.rows += strings.Count(export, "\n") - 1
		}
	})
}

func (t *tally) do(what func()) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	what()
}

// String is a table of the faults by kind.
func (t *tally) String() string {
	out := pretty.NewWriter()
	out.AppendHeader(pretty.Row{"Fault", "Planned", "Struck"})
	planned, struck := 0, 0
	for _, kind := range slices.Sorted(maps.Keys(t.planned)) {
		out.AppendRow(pretty.Row{kind, t.planned[kind], t.struck[kind]})
		planned, struck = planned+t.planned[kind], struck+t.struck[kind]
	}
	out.AppendFooter(pretty.Row{"", planned, struck})
	return fmt.Sprintf("%s\nrepairs: %d\nlock waits that timed out: %d\nviews that arrived meanwhile: %d, late ones among them: %d\nmails whose fate is unknown: %d\ncompared with the oracle: %d lines of %d periods, with their chunks, statements and mails",
		out.Render(), t.repairs, t.lockTimeouts, t.arrived, t.late, t.unknown, t.rows, t.periods)
}
