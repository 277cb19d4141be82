package e2e

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/faultproxy"
)

// sabotage takes a safety out of the worker. That is done to a copy of its
// sources when it is built: the programs themselves have no switch for it.
type sabotage struct {
	safety string
	edits  []edit
	// first and days are what is run, and faults what it meets: the moments at
	// which the safety is needed.
	first  string
	days   int
	faults func(*plan)
	// session is what the operator's commands have in their DSN.
	session map[string]string
	// unchecked are the tables whose check of a period's start is taken out, too.
	unchecked []string
}

// sabotages are all safeties that are taken out, one at a time.
var sabotages = slices.Concat(runSabotages, outsideSabotages)

// edit is a text of a source file, which is there once, and what it becomes.
type edit struct{ file, old, becomes string }

// meets adds a fault that strikes at the wait-th statement that fits.
func (p *plannedPeriod) meets(kind *faultKind, wait int) {
	p.faults = append(p.faults, newFault(kind, wait, uint64(len(p.faults))))
}

// arrivesAt and cutBefore are kinds whose moment is a certain statement.
func arrivesAt(statement string) *faultKind {
	return &faultKind{name: "rows arrived at " + strings.Join(strings.Fields(statement), " "), at: statement, strike: (*chaos).rowsArrive}
}

func cutBefore(statement string) *faultKind {
	return &faultKind{name: "connection cut before " + statement, at: statement, strike: wire(faultproxy.CutBefore)}
}

func (p *plan) week() *plannedPeriod {
	for _, period := range p.periods {
		if period.mails != nil {
			return period
		}
	}
	panic("no week is planned")
}

func TestChaosFindsEverySafetyThatIsTakenOut(t *testing.T) {
	t.Parallel()
	for _, s := range sabotages {
		t.Run(s.safety, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, sabotagedPrograms())
			plan := newPlan(rand.New(rand.NewPCG(1, 0)), s.first, s.days, 0)
			s.faults(plan)
			c := newSmallChaos(t, plan, sabotagedName, sabotageVariable+"="+s.safety)
			c.session = s.session
			for _, table := range s.unchecked {
				c.Exec(`ALTER TABLE ` + table + ` DROP CONSTRAINT ` + table + `_starts_on_chk`)
			}

			c.runAll()
			found := c.compare()

			require.NotEmpty(t, found, "%s", c.tally)
			t.Logf("%d differences, the first:\n%s", len(found), found[0])
		})
	}
}

func TestChaosFindsNothingWhileTheSafetiesAreThere(t *testing.T) {
	t.Parallel()
	require.NoError(t, sabotagedPrograms())
	plan := newPlan(rand.New(rand.NewPCG(1, 0)), "2024-05-10", 3, 0)
	for _, s := range sabotages {
		s.faults(plan)
	}
	c := newSmallChaos(t, plan, sabotagedName)

	c.runAll()

	require.Empty(t, c.compare())
	require.Equal(t, c.tally.planned, c.tally.struck)
}
