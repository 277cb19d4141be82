package e2e

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/workflows"
)

// unmended is a day whose run fails because of video 55 until it is in the
// catalogue.
func unmended(t *testing.T) (*system, *oracle.Platform) {
	t.Helper()
	p := plainPlatform()
	s := newSystem(t, p)
	p.AddVideo(oracle.Video{ID: 55, Creator: 1, Title: "New"})
	p.Play(55, 1, today+" 12:00:00", 60, 1)
	s.append(p, p.Views[len(p.Views)-1])
	return s, p
}

func TestR12_AResetToAnyPointEndsTheSame(t *testing.T) {
	t.Parallel()
	s, p := unmended(t)
	want := p.Settle(today, today)[0]
	s.startWorker()
	s.runDay(today, "--chunk-rows", "40").requireFailure("55 (1 row)")
	failed := &commonpb.WorkflowExecution{WorkflowId: "daily:" + today, RunId: s.latestRun("daily:" + today)}
	const again = `SELECT COUNT(*) FROM run_chunks WHERE counts <> 1 AND chunk <> 2` // the second has the video
	s.save()

	points := 0
	history := s.historyOf(failed)
	failure := slices.IndexFunc(history, func(event *historypb.HistoryEvent) bool {
		return event.GetEventType() == enums.EVENT_TYPE_ACTIVITY_TASK_FAILED
	})
	for i, event := range history {
		run, err := s.resetTo(failed, event.GetEventId(), "unmended")
		if err != nil {
			var refused *serviceerror.InvalidArgument
			require.ErrorAs(t, err, &refused, "event %d", event.GetEventId())
			continue // not in a workflow task
		}
		points++
		require.ErrorContains(t, s.dial().GetWorkflow(t.Context(), failed.GetWorkflowId(), run).Get(t.Context(), nil), "55 (1 row)")
		require.Zero(t, s.number(again))

		s.putVideos(p.Videos...)
		run, err = s.resetTo(failed, event.GetEventId(), "mended")
		require.NoError(t, err)
		err = s.dial().GetWorkflow(t.Context(), failed.GetWorkflowId(), run).Get(t.Context(), nil)
		require.Zero(t, s.number(again), "finished chunks are not counted again")
		if i < failure {
			require.NoError(t, err, "event %d", event.GetEventId())
			s.requireBook(want)
		} else { // it goes on behind the failure, and so fails
			require.ErrorContains(t, err, "55 (1 row)")
			require.Equal(t, "failed", s.stateOf(today))
		}
		if points == 1 {
			s.requireSettled(want)
		}

		s.restore()
		s.exec(`DELETE FROM videos WHERE video_id = 55`)
	}
	require.Greater(t, points, 10)
}

// results are the tables that a day's run writes.
var results = []string{"runs", "run_chunks", "daily_statistics", "daily_settlements", "top_videos"}

// save keeps the tables of results as they are now.
func (s *system) save() {
	s.t.Helper()
	for _, table := range results {
		s.exec(fmt.Sprintf(`CREATE TABLE saved_%s AS SELECT * FROM %s`, table, table))
	}
}

// restore brings back what was saved.
func (s *system) restore() {
	s.t.Helper()
	for _, table := range results {
		s.exec(`DELETE FROM ` + table)
		s.exec(fmt.Sprintf(`INSERT INTO %s SELECT * FROM saved_%s`, table, table))
	}
}

func (s *system) historyOf(run *commonpb.WorkflowExecution) (events []*historypb.HistoryEvent) {
	s.t.Helper()
	all := s.dial().GetWorkflowHistory(s.t.Context(), run.GetWorkflowId(), run.GetRunId(), false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for all.HasNext() {
		event, err := all.Next()
		require.NoError(s.t, err)
		events = append(events, event)
	}
	return events
}

// resetTo starts the run again as it was before the event, as operators do in
// the Temporal UI, and returns the id of the new run.
func (s *system) resetTo(run *commonpb.WorkflowExecution, event int64, reason string) (string, error) {
	s.t.Helper()
	response, err := s.dial().ResetWorkflowExecution(s.t.Context(), &workflowservice.ResetWorkflowExecutionRequest{
		Namespace:                 s.namespace,
		WorkflowExecution:         run,
		Reason:                    reason,
		WorkflowTaskFinishEventId: event,
		RequestId:                 fmt.Sprintf("%s %d %s", run.GetRunId(), event, reason),
	})
	return response.GetRunId(), err
}

func TestAFinishedWeekThatIsResetToAnyPointSendsNothingTwice(t *testing.T) {
	t.Parallel()
	m := newMailing(t, 10)
	m.startWorker(m.environment...)
	m.starter("run", "weekly", "--week", week).requireSuccess()
	finished := &commonpb.WorkflowExecution{WorkflowId: "weekly:" + week, RunId: m.latestRun("weekly:" + week)}

	for _, event := range m.historyOf(finished) {
		if event.GetEventType() != enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			continue
		}
		run, err := m.resetTo(finished, event.GetEventId(), "test")
		require.NoError(t, err)
		err = m.dial().GetWorkflow(t.Context(), finished.GetWorkflowId(), run).Get(t.Context(), nil)
		if err != nil { // between its beginning and its close
			require.ErrorContains(t, err, "another run has taken over or closed the period", "event %d", event.GetEventId())
		}
		m.requireOneEach()
	}
	m.starter("retry", "weekly", "--week", week)
	m.requireOneEach()
	m.requireSettled(oracle.RollUp("weekly", "2024-05-06", m.want))
}

func TestTheSameDayStartedTwiceAtOnceIsSettledOnce(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	runs := []*program{s.beginDay(today, "--chunk-rows", "10"), s.beginDay(today, "--chunk-rows", "10")}
	waitUntil(t, "one is refused", func() bool {
		return slices.ContainsFunc(runs, func(run *program) bool { return run.hasEnded() })
	})
	other, err := s.dial().ExecuteWorkflow(t.Context(), optionsOf("another way to "+today), workflows.Daily,
		workflows.DailyInput{Day: toDay(today), ChunkRows: 10})
	require.NoError(t, err)

	s.startWorker() // it takes up both at once

	require.ErrorContains(t, other.Get(t.Context(), nil), "start it with the ID daily:"+today)
	require.ElementsMatch(t, []int{0, 1}, []int{runs[0].wait().code, runs[1].wait().code}, "one was refused, the other closed the day")
	s.requireSettled(p.Settle(today, today)[0])
}
