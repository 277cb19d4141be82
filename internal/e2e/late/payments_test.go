package late

import (
	"testing"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
)

func TestR16_LateRowsOfBothLogsAreWorthWhatTheRulesSay(t *testing.T) {
	t.Parallel()
	random := rig.NewRandom(t)
	p := lateArrivals(random)
	rig.RandomPayments(random, p, "2024-05-06", rig.Sunday, true)
	s := newLateSystem(t, p, "2024-05-05", rig.Sunday)
	s.StartWorker()
	runDays(s, p, "2024-05-06", rig.Sunday, "--chunk-rows", rig.Pick(random, "1", "40", "10000"))

	s.Starter("run", "weekly", "--no-mail", "--week", rig.Week).RequireSuccess()

	want := oracle.RollUp("weekly", "2024-05-06", p.Settle("2024-05-06", rig.Sunday)...)
	rig.RequireAllKinds(t, want, true)
	s.RequireSettled(want)
	s.RequireStatements(want)
	s.RequirePayouts(want)
	s.Starter("audit", "--from", "2024-05-06", "--to", rig.Sunday).RequireSuccess()
}
