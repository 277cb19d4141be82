package sabotage

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/e2e/chaos"
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
	faults func(*chaos.Plan)
	// session is what the operator's commands have in their DSN.
	session map[string]string
	// unchecked are the tables whose check of a period's start is taken out, too.
	unchecked []string
}

// sabotages are all safeties that are taken out, one at a time.
var sabotages = slices.Concat(runSabotages, outsideSabotages, paymentSabotages)

// edit is a text of a source file, which is there once, and what it becomes.
type edit struct{ file, old, becomes string }

// arrivesAt and cutBefore are kinds whose moment is a certain statement.
func arrivesAt(statement string) *chaos.FaultKind {
	return &chaos.FaultKind{Name: "rows arrived at " + strings.Join(strings.Fields(statement), " "), At: statement, Inject: (*chaos.Rig).RowsArrive}
}

func cutBefore(statement string) *chaos.FaultKind {
	return &chaos.FaultKind{Name: "connection cut before " + statement, At: statement, Inject: chaos.ByProxy(faultproxy.CutBefore)}
}

func TestEverySabotageFitsTheSources(t *testing.T) {
	t.Parallel()
	require.NoError(t, sabotagedPrograms())
}

func TestChaosFindsEverySafetyThatIsTakenOut(t *testing.T) {
	t.Parallel()
	if devtest.MySQL(t).IsTiDB() {
		t.Skip("where an insert waits for the transaction that it is to come into, some faults find no moment")
	}
	for _, s := range sabotages {
		t.Run(s.safety, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, sabotagedPrograms())
			plan := chaos.NewPlan(rand.New(rand.NewPCG(1, 0)), s.first, s.days, 0)
			s.faults(plan)
			c := chaos.NewShared(t, plan, sabotagedName, sabotageVariable+"="+s.safety)
			c.Session = s.session
			for _, table := range s.unchecked {
				c.Exec(`ALTER TABLE ` + table + ` DROP CONSTRAINT ` + table + `_starts_on_chk`)
			}

			c.RunAll()
			found := c.Compare()

			require.NotEmpty(t, found, "%s", c.Tally)
			t.Logf("%d differences, the first:\n%s", len(found), found[0])
		})
	}
}

func TestChaosFindsNothingWhileTheSafetiesAreThere(t *testing.T) {
	t.Parallel()
	require.NoError(t, sabotagedPrograms())
	plan := chaos.NewPlan(rand.New(rand.NewPCG(1, 0)), "2024-05-10", 3, 0)
	for _, s := range sabotages {
		s.faults(plan)
	}
	c := chaos.NewShared(t, plan, sabotagedName)

	c.RunAll()

	require.Empty(t, c.Compare())
	require.Equal(t, c.Tally.Planned, c.Tally.Injected)
}
