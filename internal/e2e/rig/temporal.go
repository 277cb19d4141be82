package rig

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"

	"creatorpay/workflows"
)

func (s *System) registerNamespace() {
	s.T.Helper()
	namespaces, err := client.NewNamespaceClient(client.Options{HostPort: s.Temporal.Address})
	require.NoError(s.T, err)
	defer namespaces.Close()
	require.NoError(s.T, namespaces.Register(s.T.Context(), &workflowservice.RegisterNamespaceRequest{
		Namespace:                        s.Namespace,
		WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
	}))
	require.NoError(s.T, workflows.EnsureSearchAttributes(s.T.Context(), s.Dial(), s.Namespace))
}

// Dial is a client for what only a test asks of Temporal.
func (s *System) Dial() client.Client {
	s.T.Helper()
	c, err := client.DialContext(s.T.Context(), client.Options{HostPort: s.Temporal.Address, Namespace: s.Namespace})
	require.NoError(s.T, err)
	s.T.Cleanup(c.Close)
	return c
}

// LatestRun is the id of the workflow's latest run, empty if there is none.
func (s *System) LatestRun(workflow string) string {
	s.T.Helper()
	description, err := s.Dial().DescribeWorkflowExecution(s.T.Context(), workflow, "")
	if err != nil {
		require.ErrorContains(s.T, err, "not found")
	}
	return description.GetWorkflowExecutionInfo().GetExecution().GetRunId()
}

// HistoryOf are the events of a run; without a run id, of the latest.
func (s *System) HistoryOf(run *commonpb.WorkflowExecution) (events []*historypb.HistoryEvent) {
	s.T.Helper()
	all := s.Dial().GetWorkflowHistory(s.T.Context(), run.GetWorkflowId(), run.GetRunId(), false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for all.HasNext() {
		event, err := all.Next()
		require.NoError(s.T, err)
		events = append(events, event)
	}
	return events
}

// ResetTo starts the run again as it was before the event, as operators do in
// the Temporal UI, and returns the id of the new run.
func (s *System) ResetTo(run *commonpb.WorkflowExecution, event int64, reason string) (string, error) {
	s.T.Helper()
	response, err := s.Dial().ResetWorkflowExecution(s.T.Context(), &workflowservice.ResetWorkflowExecutionRequest{
		Namespace:                 s.Namespace,
		WorkflowExecution:         run,
		Reason:                    reason,
		WorkflowTaskFinishEventId: event,
		RequestId:                 fmt.Sprintf("%s %d %s", run.GetRunId(), event, reason),
	})
	return response.GetRunId(), err
}

// Reset starts the workflow's latest run again from its beginning, as operators
// do in the Temporal UI, and returns the id of the new run.
func (s *System) Reset(workflow string) string {
	s.T.Helper()
	return s.resetToPoint(workflow, func(points []int64) int64 { return points[0] })
}

// ResetToItsEnd lets the workflow's latest run go on from its last step, and
// returns the id of the new run.
func (s *System) ResetToItsEnd(workflow string) string {
	s.T.Helper()
	return s.resetToPoint(workflow, func(points []int64) int64 { return points[len(points)-1] })
}

// resetToPoint resets the workflow's latest run to one of the points that it can
// be reset to.
func (s *System) resetToPoint(workflow string, choose func(points []int64) int64) string {
	s.T.Helper()
	run := &commonpb.WorkflowExecution{WorkflowId: workflow, RunId: s.LatestRun(workflow)}
	var points []int64
	for _, event := range s.HistoryOf(run) {
		if event.GetEventType() == enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			points = append(points, event.GetEventId())
		}
	}
	require.NotEmpty(s.T, points, "%s has not begun", workflow)
	again, err := s.ResetTo(run, choose(points), "test")
	require.NoError(s.T, err)
	return again
}

// ScheduledIn is how often the workflow's latest run has ordered the activity,
// before it was reset or after.
func (s *System) ScheduledIn(workflow, activity string) (times int) {
	s.T.Helper()
	for _, event := range s.HistoryOf(&commonpb.WorkflowExecution{WorkflowId: workflow}) {
		if event.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName() == activity {
			times++
		}
	}
	return times
}
