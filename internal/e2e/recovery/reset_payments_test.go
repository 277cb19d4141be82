package recovery

import (
	"os"
	"path/filepath"
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

func TestADayThatEarlierPaymentsOpenedAgainWhileItClosedIsClosedByARetry(t *testing.T) {
	t.Parallel()
	p := rig.FewPlays(rig.NewRandom(t), rig.Today, 1)
	for _, id := range []int64{10, 30} {
		p.Pay(id, p.Videos[0].ID, rig.Today+" 12:00:00", 1000, "completed")
	}
	s := rig.New(t, p)
	s.StartWorker()
	ranking := s.LockRanking()
	run := s.BeginDay(rig.Today, "--chunk-rows", "40")
	s.WaitUntilState(rig.Today, "running")
	rig.WaitUntil(t, "the Top 5 is to be stored", func() bool { return s.ScheduledIn("daily:"+rig.Today, "RankDay") == 1 })
	require.NoError(t, s.Dial().CancelWorkflow(t.Context(), "daily:"+rig.Today, ""))
	ranking.Release() // MySQL would not notice that nobody waits for it any more
	run.Wait().RequireFailure("canceled")
	earlier := filepath.Join(t.TempDir(), "earlier.csv")
	require.NoError(t, os.WriteFile(earlier, []byte("payment_id,video_id,paid_at,amount\n20,1,2024-01-01T12:00:00+09:00,1000\n"), 0o600))

	s.Starter("import", "--earlier-payments", earlier).RequireSuccess()
	require.Positive(t, s.Number(`SELECT COUNT(*) FROM run_chunks WHERE state = 'planned'`), "it may have been one of those that were settled")
	s.Starter("retry", "daily", "--date", rig.Today).RequireSuccess()

	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
	s.Starter("audit", "--from", rig.Today, "--to", rig.Today).RequireSuccess()
}

// wrong is more than anybody may pay.
const wrong = 1 << 54
