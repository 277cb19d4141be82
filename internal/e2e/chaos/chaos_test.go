package chaos

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/rig"
)

// The variables that make a longer run of TestChaos; `make chaos` sets them.
const (
	faultsVariable   = "CREATORPAY_CHAOS_FAULTS"
	daysVariable     = "CREATORPAY_CHAOS_DAYS"
	replicasVariable = "CREATORPAY_CHAOS_REPLICAS"
)

// Without them a run has each kind of fault once, the last days of a month that ends
// within a week, and no replicas.
const (
	fewDays   = 3
	longFirst = "2024-05-06"
	fewFirst  = "2024-05-31"
)

func TestChaos(t *testing.T) {
	t.Parallel()
	var more []*FaultKind
	replicas := number(t, replicasVariable, 0)
	if replicas > 0 {
		more = replicaFaults
	}
	days, faults, first := number(t, daysVariable, fewDays), number(t, faultsVariable, len(faultKinds)+len(mailFaults)+len(more)), fewFirst
	if days != fewDays {
		require.GreaterOrEqual(t, days, 7, "%s: from %s on, fewer days have no week whose mails could meet a fault; leave it out for the %d days from %s on",
			daysVariable, longFirst, fewDays, fewFirst)
		first = longFirst
	}
	began := time.Now()
	c := New(t, NewPlan(rig.NewRandom(t), first, days, faults, more...), replicas)

	c.RunAll()
	found := c.Compare()

	t.Logf("%s\ntime: %s", c.Tally, time.Since(began).Round(time.Second))
	require.Equal(t, replicas > 0, c.Tally.scans > 0, "replicas were asked for scans")
	require.Empty(t, found, "%d differences:\n%s", len(found), strings.Join(found, "\n"))
}

// number is the environment's number of that name.
func number(t *testing.T, variable string, otherwise int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, variable)
	return n
}

func TestChaosHasTheSamePlanForTheSameSeed(t *testing.T) {
	t.Parallel()
	plan := func() (events []string) {
		plan := NewPlan(rand.New(rand.NewPCG(1, 0)), fewFirst, fewDays, 100)
		for _, period := range plan.Periods {
			for _, fault := range period.faults {
				events = append(events, fmt.Sprint(period, fault.Name, fault.wait, fault.random.Uint64()))
			}
			events = append(events, fmt.Sprint(period, period.Mails))
		}
		for _, play := range plan.platform.Views {
			play.At = play.At.UTC() // one pointer to a zone is not the other
			events = append(events, fmt.Sprint(play))
		}
		for _, row := range plan.platform.Payments {
			row.At = row.At.UTC()
			events = append(events, fmt.Sprint(row))
		}
		return events
	}

	once, again := plan(), plan()
	require.Equal(t, once, again)
}
