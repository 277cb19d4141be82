package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
)

const launchOfToday = "launch:daily:" + today

// launchToday triggers the day without waiting, and waits until it runs.
func (s *system) launchToday() {
	s.t.Helper()
	s.starter("schedule", "trigger", "--kind", "daily", "--date", today, "--no-wait").requireSuccess()
	s.waitUntilState(today, "running")
}

// launchEnds waits for the end of the latest launch of today.
func (s *system) launchEnds(c client.Client) error {
	s.t.Helper()
	return c.GetWorkflow(s.t.Context(), launchOfToday, "").Get(s.t.Context(), nil)
}

// What a launch waits for may end while it is closed, and Temporal tells a
// parent that is reset afterwards nothing of it.
func TestRunOutlivesItsTerminatedLaunchWhichCanBeReset(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker()
	counting := s.lockCounting()
	s.launchToday()
	c := s.dial()

	require.NoError(t, c.TerminateWorkflow(t.Context(), launchOfToday, "", "test"))
	require.Equal(t, "running", s.stateOf(today))
	counting.release()
	s.waitUntilState(today, "closed")
	s.requireSettled(p.Settle(today, today)[0])

	s.resetToItsEnd(c, launchOfToday)
	require.NoError(t, s.launchEnds(c))
}

func TestCancelledLaunchCancelsItsRun(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker()
	counting := s.lockCounting()
	s.launchToday()
	c := s.dial()

	require.NoError(t, c.CancelWorkflow(t.Context(), launchOfToday, ""))

	require.ErrorContains(t, s.launchEnds(c), "canceled")
	require.Equal(t, "failed", s.stateOf(today))
	counting.release()
	s.starter("schedule", "trigger", "--kind", "daily", "--date", today).requireSuccess()
	s.requireSettled(p.Settle(today, today)[0])
}

func TestLaunchWaitsForItsRunThroughAReset(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker()
	counting := s.lockCounting()
	s.launchToday()
	waitUntil(t, "its chunks are being counted", func() bool { return s.waitingForVideos() > 0 })

	s.reset("daily:" + today)
	counting.release()

	require.NoError(t, s.launchEnds(s.dial()))
	s.requireSettled(p.Settle(today, today)[0])
}

func TestLaunchWaitsForARunThatAnOperatorStarted(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker()
	counting := s.lockCounting()
	run := s.beginDay(today)
	s.waitUntilState(today, "running")

	trigger := s.beginStarter("schedule", "trigger", "--kind", "daily", "--date", today)
	trigger.waitUntilSaid("1 of 1: " + today)
	s.starter("schedule", "trigger", "--kind", "daily", "--date", today).requireFailure("launch:daily:2024-05-06 is running already")
	counting.release()

	trigger.wait().requireSuccess()
	run.wait().requireSuccess()
	s.requireSettled(p.Settle(today, today)[0])
}

func TestTerminatedRunFailsItsLaunch(t *testing.T) {
	t.Parallel()
	s := newSystem(t, plainPlatform())
	s.startWorker()
	s.lockCounting()
	s.launchToday()
	c := s.dial()

	require.NoError(t, c.TerminateWorkflow(t.Context(), "daily:"+today, "", "test"))

	require.ErrorContains(t, s.launchEnds(c), "daily:2024-05-06 has ended (Terminated) and 2024-05-06 is not closed")
}

// resetToItsEnd lets the workflow's latest run go on from its last step.
func (s *system) resetToItsEnd(c client.Client, workflow string) {
	s.t.Helper()
	run := &commonpb.WorkflowExecution{WorkflowId: workflow, RunId: s.latestRun(workflow)}
	var lastTask int64
	history := c.GetWorkflowHistory(s.t.Context(), run.GetWorkflowId(), run.GetRunId(), false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		event, err := history.Next()
		require.NoError(s.t, err)
		if event.GetEventType() == enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			lastTask = event.GetEventId()
		}
	}
	_, err := c.ResetWorkflowExecution(s.t.Context(), &workflowservice.ResetWorkflowExecutionRequest{
		Namespace: s.namespace, WorkflowExecution: run, Reason: "test", WorkflowTaskFinishEventId: lastTask, RequestId: "test",
	})
	require.NoError(s.t, err)
}
