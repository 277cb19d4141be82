package chaos

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	pretty "github.com/jedib0t/go-pretty/v6/table"

	"creatorpay/internal/e2e/oracle"
)

// Tally counts what has happened, for people.
type Tally struct {
	mutex             sync.Mutex
	Planned, Injected map[string]int
	repairs           int   // runs that were reset or started again
	unknown           int   // mails
	lockTimeouts      int64 // that the server itself has answered with
	scans             int   // on replicas
	arrived, late     int   // views
	paid, paidLate    int   // rows of payments
	mended            int   // wrong ones
	periods, rows     int   // compared
}

func newTally(plan *Plan) *Tally {
	t := &Tally{Planned: map[string]int{}, Injected: map[string]int{}}
	for _, period := range plan.Periods {
		for _, fault := range period.faults {
			t.Planned[fault.Name]++
		}
		for _, name := range period.Mails {
			t.Planned[name]++
		}
	}
	return t
}

func (t *Tally) inject(kind string) { t.do(func() { t.Injected[kind]++ }) }

func (t *Tally) repair() { t.do(func() { t.repairs++ }) }

func (t *Tally) scan() { t.do(func() { t.scans++ }) }

func (t *Tally) leaveUnknown() { t.do(func() { t.unknown++ }) }

func (t *Tally) arrive(late bool) {
	t.do(func() {
		t.arrived++
		if late {
			t.late++
		}
	})
}

func (t *Tally) arrivePaid(late bool) {
	t.do(func() {
		t.paid++
		if late {
			t.paidLate++
		}
	})
}

// mend counts a wrong payment that was put right or taken out.
func (t *Tally) mend() { t.do(func() { t.mended++ }) }

// compare counts the lines of a period's exports.
func (t *Tally) compare(want oracle.Result) {
	t.do(func() {
		t.periods++
		for _, export := range want.Exports() {
			t.rows += strings.Count(export.CSV, "\n") - 1
		}
	})
}

func (t *Tally) do(what func()) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	what()
}

// String is a table of the faults by kind.
func (t *Tally) String() string {
	out := pretty.NewWriter()
	out.AppendHeader(pretty.Row{"Fault", "Planned", "Injected"})
	planned, injected := 0, 0
	for _, kind := range slices.Sorted(maps.Keys(t.Planned)) {
		out.AppendRow(pretty.Row{kind, t.Planned[kind], t.Injected[kind]})
		planned, injected = planned+t.Planned[kind], injected+t.Injected[kind]
	}
	out.AppendFooter(pretty.Row{"", planned, injected})
	return fmt.Sprintf("%s\nrepairs: %d\nlock waits that timed out: %d\nscans that replicas were asked for: %d\nviews that arrived meanwhile: %d, late ones among them: %d\npayment rows that arrived meanwhile: %d, late ones among them: %d, wrong ones put right or taken out: %d\nmails whose fate is unknown: %d\ncompared with the oracle: %d lines of %d periods, with their chunks, statements and mails",
		out.Render(), t.repairs, t.lockTimeouts, t.scans, t.arrived, t.late, t.paid, t.paidLate, t.mended, t.unknown, t.rows, t.periods)
}
