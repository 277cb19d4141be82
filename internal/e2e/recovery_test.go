package e2e

import (
	"testing"

	"creatorpay/internal/e2e/oracle"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
)

func TestChunkThatFailsDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker()
	misplaced := []any{today, 30, "2024-05-07 15:00:00"} // starts after the day's end
	s.exec(`INSERT INTO watch_log VALUES (?, ?, 1, ?, 1, 1, 1)`, misplaced...)

	failed := s.runDay(today, "--chunk-rows", "10")

	failed.requireFailure("1 of 10 chunks failed", "chunk 3 (videos 30 to 39): watch log of 2024-05-06, video 30: viewer 1's play started at 2024-05-07T15:00:00Z")
	require.EqualValues(t, 9, s.number(`SELECT COUNT(*) FROM run_chunks WHERE state = 'counted'`))
	require.Contains(t, s.starter("status").requireSuccess().stdout, "1 of 10 chunks failed")

	s.exec(`DELETE FROM watch_log WHERE watched_on = ? AND video_id = ? AND watched_at = ?`, misplaced...)
	s.runDay(today).requireSuccess()
	s.requireSettled(p.Settle(today, today)[0])
	s.requireCounts(1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
}

func TestResetRunGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker()
	p.AddVideo(oracle.Video{ID: 55, Creator: 1, Title: "New"})
	p.Play(55, 1, today+" 12:00:00", 60, 1)
	s.append(p, p.Views[len(p.Views)-1])
	s.runDay(today, "--chunk-rows", "10").requireFailure("55 (1 row)")
	s.putVideos(p.Videos...)

	s.reset("daily:" + today)

	s.waitUntilState(today, "closed")
	s.requireSettled(p.Settle(today, today)[0])
	require.EqualValues(t, 1, s.number(`SELECT COUNT(*) FROM run_chunks WHERE counts <> 1`))
}

func TestResetOfAClosedDayChangesNothing(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker()
	s.runDay(today).requireSuccess()

	again := s.reset("daily:" + today)

	require.ErrorContains(t, s.dial().GetWorkflow(t.Context(), "daily:"+today, again).Get(t.Context(), nil), "2024-05-06 is closed and is never run again")
	s.requireSettled(p.Settle(today, today)[0])
	s.requireCounts(1)
}

func TestActivitiesOfATerminatedRunAreRefused(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker("WORKER_SLOTS=12") // of which the old run's activities fill ten
	counting := s.lockCounting()
	s.beginDay(today, "--chunk-rows", "1")
	waitUntil(t, "all chunks are being counted", func() bool { return s.waitingForVideos() == 10 })

	require.NoError(t, s.dial().TerminateWorkflow(t.Context(), "daily:"+today, "", "test"))
	run := s.beginDay(today)
	waitUntil(t, "the new run has taken over", func() bool {
		return s.number(`SELECT fence FROM runs WHERE starts_on = ?`, today) == 2
	})
	counting.release()

	run.wait().requireSuccess()
	s.requireSettled(p.Settle(today, today)[0])
	s.requireCounts(1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
	require.Zero(t, s.number(`SELECT COUNT(*) FROM run_chunks WHERE fence <> 2`))
}

func TestOnlyOneDayStartsTheChain(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	p.Play(10, 1, "2024-05-10 12:00:00", 60, 1)
	s := newSystem(t, p)
	first, later := s.beginDay(today), s.beginDay("2024-05-10")
	first.waitUntilSaid("runs")
	later.waitUntilSaid("runs")

	s.startWorker() // it takes up both at once

	ends := []outcome{first.wait(), later.wait()}
	require.Equal(t, 1, ends[0].code+ends[1].code, "one closes, the other is refused: %+v", ends)
	require.EqualValues(t, 1, s.number(`SELECT COUNT(*) FROM runs`))
	if ends[0].code == 0 {
		ends[1].requireFailure("2024-05-09 is not closed: it was never run")
		s.requireSettled(p.Settle(today, today)[0])
	} else {
		ends[0].requireFailure("2024-05-06 lies before 2024-05-10")
		s.requireSettled(p.Settle("2024-05-10", "2024-05-10")[0])
	}
}

// reset starts the workflow's latest run again from its beginning, as operators do in
// the Temporal UI, and returns the id of the new run.
func (s *system) reset(workflow string) string {
	s.t.Helper()
	temporal := s.dial()
	run := &commonpb.WorkflowExecution{WorkflowId: workflow, RunId: s.latestRun(workflow)}
	var firstTask int64
	for history := temporal.GetWorkflowHistory(s.t.Context(), run.GetWorkflowId(), run.GetRunId(), false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); firstTask == 0; {
		event, err := history.Next()
		require.NoError(s.t, err)
		if event.GetEventType() == enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			firstTask = event.GetEventId()
		}
	}
	response, err := temporal.ResetWorkflowExecution(s.t.Context(), &workflowservice.ResetWorkflowExecutionRequest{
		Namespace:                 s.namespace,
		WorkflowExecution:         run,
		Reason:                    "test",
		WorkflowTaskFinishEventId: firstTask,
		RequestId:                 run.GetRunId(),
	})
	require.NoError(s.t, err)
	return response.GetRunId()
}
