package recovery

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"

	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
)

// failedOnUnknownVideo is a system with a day whose run has failed because of video 55, which is not in the
// catalogue.
func failedOnUnknownVideo(t *testing.T) (*rig.System, *oracle.Platform) {
	t.Helper()
	p := rig.PlainPlatform()
	p.Pay(1, 90, rig.Today+" 10:00:00", 10_000, "completed")
	p.PayBack(2, 1, 90, rig.Today+" 11:00:00", 4_000)
	p.Pay(3, 100, rig.Today+" 10:00:00", 10_000, "pending")
	s := rig.New(t, p)
	p.AddVideo(oracle.Video{ID: 55, Creator: 1, Title: "New"})
	p.Play(55, 1, rig.Today+" 12:00:00", 60, 1)
	s.Append(p, p.Views[len(p.Views)-1])
	s.StartWorker()
	s.RunDay(rig.Today, "--chunk-rows", "40").RequireFailure("55 (1 row)", "starter retry daily --date "+rig.Today)
	return s, p
}

func TestR12_AResetToAnyPointEndsTheSame(t *testing.T) {
	t.Parallel()
	s, p := failedOnUnknownVideo(t)
	want := p.Settle(rig.Today, rig.Today)[0]
	failed := &commonpb.WorkflowExecution{WorkflowId: "daily:" + rig.Today, RunId: s.LatestRun("daily:" + rig.Today)}
	const again = `SELECT COUNT(*) FROM run_chunks WHERE counts <> 1 AND chunk <> 2` // the second has the video
	save(s)

	points := 0
	history := s.HistoryOf(failed)
	failure := slices.IndexFunc(history, func(event *historypb.HistoryEvent) bool {
		return event.GetEventType() == enums.EVENT_TYPE_ACTIVITY_TASK_FAILED
	})
	for i, event := range history {
		run, err := s.ResetTo(failed, event.GetEventId(), "not repaired")
		if err != nil {
			var refused *serviceerror.InvalidArgument
			require.ErrorAs(t, err, &refused, "event %d", event.GetEventId())
			continue // not in a workflow task
		}
		points++
		require.ErrorContains(t, s.Dial().GetWorkflow(t.Context(), failed.GetWorkflowId(), run).Get(t.Context(), nil), "55 (1 row)")
		require.Zero(t, s.Number(again))

		s.PutVideos(p.Videos...)
		run, err = s.ResetTo(failed, event.GetEventId(), "repaired")
		require.NoError(t, err)
		err = s.Dial().GetWorkflow(t.Context(), failed.GetWorkflowId(), run).Get(t.Context(), nil)
		require.Zero(t, s.Number(again), "finished chunks are not counted again")
		if i < failure {
			require.NoError(t, err, "event %d", event.GetEventId())
			s.RequireBook(want)
		} else { // it goes on behind the failure, and so fails
			require.ErrorContains(t, err, "55 (1 row)")
			require.Equal(t, "failed", s.StateOf(rig.Today))
		}
		if points == 1 {
			s.RequireSettled(want)
		}

		restore(s)
		s.Exec(`DELETE FROM videos WHERE video_id = 55`)
	}
	require.Greater(t, points, 10)
}

// results are the tables that a day's run writes.
var results = []string{"runs", "run_chunks", "daily_statistics", "daily_settlements", "daily_payments", "payment_refunds", "counted_payment_ids", "top_videos"}

// save keeps the tables of results as they are now.
func save(s *rig.System) {
	s.T.Helper()
	for _, table := range results {
		devtest.CopyTable(s.T, s.SQL, table, "saved_"+table)
	}
}

// restore brings back what was saved.
func restore(s *rig.System) {
	s.T.Helper()
	for _, table := range results {
		s.Exec(`DELETE FROM ` + table)
		devtest.CopyRows(s.T, s.SQL, "saved_"+table, table)
	}
}

func TestAFinishedWeekThatIsResetToAnyPointSendsNothingTwice(t *testing.T) {
	t.Parallel()
	m := rig.NewMailing(t, 10)
	m.StartMailer()
	m.Starter("run", "weekly", "--week", rig.Week).RequireSuccess()
	finished := &commonpb.WorkflowExecution{WorkflowId: "weekly:" + rig.Week, RunId: m.LatestRun("weekly:" + rig.Week)}

	for _, event := range m.HistoryOf(finished) {
		if event.GetEventType() != enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			continue
		}
		run, err := m.ResetTo(finished, event.GetEventId(), "test")
		require.NoError(t, err)
		err = m.Dial().GetWorkflow(t.Context(), finished.GetWorkflowId(), run).Get(t.Context(), nil)
		if err != nil { // between its beginning and its close
			require.ErrorContains(t, err, "another run has taken over or closed the period", "event %d", event.GetEventId())
			m.Starter("retry", "weekly", "--week", rig.Week).RequireSuccess()
		}
		m.RequireOneEach()
	}
	m.RequireSettled(oracle.RollUp("weekly", "2024-05-06", m.Want))
}
