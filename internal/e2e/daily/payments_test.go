package daily

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
)

func TestR13_PaymentsAreWorthWhatTheRulesSayHoweverADayIsCut(t *testing.T) {
	t.Parallel()
	random := rig.NewRandom(t)
	p := rig.FewPlays(random, rig.Today, 3)
	rig.RandomPayments(random, p, rig.Today, rig.DayAfterTomorrow, false)
	days := p.Settle(rig.Today, rig.DayAfterTomorrow)
	for _, cut := range []struct{ parallel, chunkRows int }{{8, 1}, {1, 40}, {4, math.MaxInt64}} {
		t.Run(fmt.Sprintf("parallel %d, chunk rows %d", cut.parallel, cut.chunkRows), func(t *testing.T) {
			t.Parallel()
			s := rig.New(t, p)
			s.StartWorker()
			for _, want := range days {
				s.RunDay(want.Start, "--parallel", fmt.Sprint(cut.parallel), "--chunk-rows", fmt.Sprint(cut.chunkRows)).RequireSuccess()
				s.RequireSettled(want)
				s.Starter("verify", "--date", want.Start).RequireSuccess()
			}
			s.Starter("audit", "--from", rig.Today, "--to", rig.DayAfterTomorrow).RequireSuccess()
		})
	}
}

func TestR15_AWeekOfPaymentsIsTheSumOfItsDays(t *testing.T) {
	t.Parallel()
	random := rig.NewRandom(t)
	p := rig.FewPlays(random, "2024-05-06", 7)
	rig.RandomPayments(random, p, "2024-05-06", rig.Sunday, false)
	s := rig.New(t, p)
	s.StartWorker()
	days := p.Settle("2024-05-06", rig.Sunday)
	for _, want := range days {
		s.RunDay(want.Start, "--chunk-rows", "60").RequireSuccess()
		s.RequireSettled(want)
	}

	s.Starter("run", "weekly", "--no-mail", "--week", rig.Week).RequireSuccess()

	want := oracle.RollUp("weekly", "2024-05-06", days...)
	rig.RequireAllKinds(t, want, false)
	s.RequireSettled(want)
	s.RequireStatements(want)
	s.Starter("audit", "--from", "2024-05-06", "--to", rig.Sunday).RequireSuccess()
}

func TestPaymentsThatArriveBeforeTheCloseAreCounted(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	p.Pay(1, 50, rig.Today+" 10:00:00", 1_000, "completed")
	s := rig.New(t, p)
	s.StartWorker()
	ranking := s.LockRanking()
	run := s.BeginDay(rig.Today, "--chunk-rows", "1")
	s.WaitUntilSettled(10)

	settled := len(p.Payments)
	p.Pay(1, 40, rig.Today+" 09:00:00", 3_000, "completed") // the first one now, and in another chunk
	p.PayBack(2, 1, 40, rig.Today+" 08:00:00", 500)
	s.AppendPayments(p, p.Payments[settled:]...)
	ranking.Release()

	run.Wait().RequireSuccess()
	want := p.Settle(rig.Today, rig.Today)[0]
	s.RequireSettled(want)
	require.Equal(t, oracle.Sales{Payments: 1, Refunds: 1, Repeats: 1, Gross: 2_500, Fee: 159, Net: 2_341}, want.Total(func(oracle.Line) bool { return true }).Sales)
	s.Starter("verify", "--date", rig.Today).RequireSuccess()
}
