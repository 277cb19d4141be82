package recovery

import (
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"

	"creatorpay/internal/e2e/rig"
)

func TestR15_ADayThatWasPutRightSettlesNoPaymentTwiceHoweverOftenItIsReset(t *testing.T) {
	t.Parallel()
	random := rig.NewRandom(t)
	p := rig.FewPlays(random, rig.Today, 3)
	rig.RandomPayments(random, p, rig.Today, rig.DayAfterTomorrow, false)
	days := p.Settle(rig.Today, rig.DayAfterTomorrow)
	s := rig.New(t, p)
	s.StartWorker()
	s.RunDay(rig.Today, "--chunk-rows", "40").RequireSuccess()
	s.Exec(`UPDATE payments SET amount = amount - ? WHERE paid_on = ?`, wrong, rig.Tomorrow)
	s.RunDay(rig.Tomorrow, "--chunk-rows", "40").RequireFailure("cannot be settled", "its amount is below 1 won")
	s.Exec(`UPDATE payments SET amount = amount + ? WHERE paid_on = ?`, wrong, rig.Tomorrow)
	failed := &commonpb.WorkflowExecution{WorkflowId: "daily:" + rig.Tomorrow, RunId: s.LatestRun("daily:" + rig.Tomorrow)}

	s.Starter("retry", "daily", "--date", rig.Tomorrow).RequireSuccess()

	s.RequireSettled(days[1])
	repaired := &commonpb.WorkflowExecution{WorkflowId: failed.GetWorkflowId(), RunId: s.LatestRun(failed.GetWorkflowId())}
	for _, run := range []*commonpb.WorkflowExecution{failed, repaired} {
		for _, event := range s.HistoryOf(run) {
			if event.GetEventType() != enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
				continue
			}
			again, err := s.ResetTo(run, event.GetEventId(), "once more")
			require.NoError(t, err)
			_ = s.Dial().GetWorkflow(t.Context(), run.GetWorkflowId(), again).Get(t.Context(), nil) // whatever it says
		}
	}
	s.RequireSettled(days[1])
	s.RunDay(rig.DayAfterTomorrow).RequireSuccess()
	s.RequireSettled(days[2])
	s.Starter("audit", "--from", rig.Today, "--to", rig.DayAfterTomorrow).RequireSuccess()
}

// wrong is more than anybody may pay.
const wrong = 1 << 54
