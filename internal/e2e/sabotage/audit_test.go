package sabotage

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
)

// auditSabotage takes a safety out of the worker that settles what is sold. That
// is all that the audit has to find it by: it knows no platform.
type auditSabotage struct {
	safety string
	edits  []edit
	sold   func(*oracle.Platform) // on 2024-05-09 and 2024-05-10
	// unchecked are the checks of payment_refunds that are taken out, too.
	unchecked []string
	finding   string
}

var auditSabotages = []auditSabotage{
	{
		safety: "payments of earlier days are known",
		edits: []edit{{"engine/counting/payments.go", `		contested, err := database.ContestedAmong(ctx, run, tally.several)`,
			`		if sabotaged("payments of earlier days are known") {
				learned = settlement.KnownPayments{}
			}
			contested, err := database.ContestedAmong(ctx, run, tally.several)`}},
		sold: func(p *oracle.Platform) {
			p.Pay(7, 1, "2024-05-09 10:00:00", 10_000, "completed")
			p.Pay(7, 1, "2024-05-10 10:00:00", 10_000, "completed")
		},
		finding: "2024-05-10, video 1: payments: 1 more than in its rows; repeat payments: 1 fewer than in its rows",
	},
	{
		safety: "no refund beyond its payment",
		edits: []edit{{"settlement/refund.go", `	case row.Amount > p.Amount-p.Given:`,
			`	case row.Amount > p.Amount-p.Given && !sabotaged("no refund beyond its payment"):`}},
		sold: func(p *oracle.Platform) {
			p.Pay(7, 1, "2024-05-09 10:00:00", 10_000, "completed")
			p.PayBack(8, 7, 1, "2024-05-10 10:00:00", 12_000)
		},
		unchecked: []string{"given", "fee"},
		finding:   "2024-05-10, video 1: refund 8 of payment 7: it refunds more than is left of what was paid",
	},
	{
		safety: "fees are rounded half up",
		edits: []edit{{"settlement/fee.go", `	const half = basisPointsOfAll / 2`,
			`	half := uint64(basisPointsOfAll / 2)
			if sabotaged("fees are rounded half up") {
				half = 0
			}`}},
		sold:    func(p *oracle.Platform) { p.Pay(7, 1, "2024-05-09 10:00:00", 3_350, "completed") },
		finding: "2024-05-09, video 1: payments fee: 1 fewer than in its rows",
	},
}

// settle has the two days settled by a worker with the given settings, with one
// video that has sold what is given.
func settle(t *testing.T, sold func(*oracle.Platform), unchecked []string, settings ...string) *rig.System {
	t.Helper()
	require.NoError(t, sabotagedPrograms())
	p := oracle.NewPlatform("Asia/Seoul")
	p.AddVideo(oracle.Video{ID: 1, Creator: 1, Title: "v"})
	sold(p)
	s := rig.New(t, p)
	s.Programs = sabotagedName
	s.AddDays("2024-05-09", "2024-05-10")
	for _, check := range unchecked {
		s.Exec(`ALTER TABLE payment_refunds DROP CONSTRAINT payment_refunds_` + check + `_chk`)
	}
	worker := s.StartWorker(settings...)
	s.RunDay("2024-05-09").RequireSuccess()
	s.RunDay("2024-05-10").RequireSuccess()
	worker.Kill()
	return s
}

func TestAuditFindsEverySafetyOfPaymentsThatIsTakenOut(t *testing.T) {
	t.Parallel()
	for _, test := range auditSabotages {
		t.Run(test.safety, func(t *testing.T) {
			t.Parallel()
			s := settle(t, test.sold, test.unchecked, sabotageVariable+"="+test.safety)

			found := s.Starter("audit", "--from", "2024-05-09", "--to", "2024-05-10")

			found.RequireFailure("broken")
			require.Contains(t, found.Stdout, test.finding)
		})
	}
}

func TestAuditFindsNothingWhileTheSafetiesOfPaymentsAreThere(t *testing.T) {
	t.Parallel()
	s := settle(t, func(p *oracle.Platform) {
		p.Pay(7, 1, "2024-05-09 10:00:00", 3_350, "completed")
		p.Pay(7, 1, "2024-05-10 10:00:00", 3_350, "completed")
		p.PayBack(8, 7, 1, "2024-05-10 10:00:00", 3_350)
	}, nil)

	s.Starter("audit", "--from", "2024-05-09", "--to", "2024-05-10").RequireSuccess()
}
