package replay

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"creatorpay/internal/devstack/devtest"
)

func TestMain(m *testing.M) { devtest.Main(m) }

const queue = "toys"

// toy is the code that the history is written by: two activities in a row.
func toy(ctx workflow.Context) error {
	if err := do(ctx, "First", "first"); err != nil {
		return err
	}
	return do(ctx, "Second", "second")
}

func do(ctx workflow.Context, name, id string) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute, ActivityID: id})
	return workflow.ExecuteActivity(ctx, name).Get(ctx, nil)
}

func TestReplay_SaysWhereTheCodeLeavesTheHistory(t *testing.T) {
	recorded := recordToy(t)
	const first, second, end = 4, 10, 16 // the events that completed its workflow tasks
	for name, c := range map[string]struct {
		code func(workflow.Context) error
		at   int64
	}{
		"another activity first": {func(ctx workflow.Context) error {
			return do(ctx, "Zeroth", "zeroth")
		}, first},
		"a timer first": {func(ctx workflow.Context) error {
			return workflow.Sleep(ctx, time.Hour)
		}, first},
		"a child instead of an activity": {func(ctx workflow.Context) error {
			_ = do(ctx, "First", "first")
			return workflow.ExecuteChildWorkflow(workflow.WithWorkflowID(ctx, "child"), "Child").Get(ctx, nil)
		}, second},
		"one more at a time": {func(ctx workflow.Context) error {
			workflow.Go(ctx, func(ctx workflow.Context) { _ = do(ctx, "Beside", "beside") })
			return toy(ctx)
		}, first},
		"one more at the end": {func(ctx workflow.Context) error {
			_ = toy(ctx)
			return do(ctx, "Third", "third")
		}, end},
		"one less": {func(ctx workflow.Context) error {
			return do(ctx, "First", "first")
		}, second},
		"waits for ever": {func(ctx workflow.Context) error {
			return workflow.Await(ctx, func() bool { return false })
		}, first},
		"another end": {func(ctx workflow.Context) error {
			_ = toy(ctx)
			return context.DeadlineExceeded
		}, end},
		"a version given up": {func(ctx workflow.Context) error {
			workflow.GetVersion(ctx, "a change", 1, 2)
			return toy(ctx)
		}, first},
		"a panic in the middle": {func(ctx workflow.Context) error {
			_ = do(ctx, "First", "first")
			panic("oh")
		}, second},
	} {
		t.Run(name, func(t *testing.T) {
			result, err := replayerOf(c.code).Replay(recorded)
			require.NoError(t, err)
			require.Error(t, result.Failure)
			require.Equal(t, c.at, result.FailedAt, result.Failure)
		})
	}
}

func TestReplay_ReportsTheSDKsError(t *testing.T) {
	recorded := recordToy(t)

	panics, err := replayerOf(func(workflow.Context) error { panic("oh") }).Replay(recorded)
	require.NoError(t, err)
	require.EqualError(t, panics.Failure, "oh")

	unknown, err := New(func(worker.WorkflowRegistry) {}).Replay(recorded)
	require.NoError(t, err)
	require.ErrorContains(t, unknown.Failure, "workflow type: toy")
}

func TestReplay_FollowsARunThatStillGoesOn(t *testing.T) {
	events := recordToy(t).GetEvents()
	for n := 1; n < len(events); n++ {
		if events[n-1].GetEventType() == enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			continue // its commands are written with it
		}
		result, err := replayerOf(toy).Replay(&history.History{Events: events[:n]})
		require.NoError(t, err)
		require.NoError(t, result.Failure)
		require.Equal(t, "running", result.Status)
	}
}

func TestReplay_NamesTheRun(t *testing.T) {
	recorded := recordToy(t)
	result, err := replayerOf(toy).Replay(recorded)
	require.NoError(t, err)
	require.Equal(t, Result{
		WorkflowID: t.Name(),
		RunID:      recorded.Events[0].GetWorkflowExecutionStartedEventAttributes().GetFirstExecutionRunId(),
		Type:       "toy", Status: "completed", Events: 17,
	}, result)
}

func TestReplay_RefusesWhatIsNoHistory(t *testing.T) {
	for _, events := range [][]*history.HistoryEvent{nil, recordToy(t).GetEvents()[1:]} {
		_, err := replayerOf(toy).Replay(&history.History{Events: events})
		require.ErrorIs(t, err, ErrNoHistory)
	}
}

func replayerOf(code func(workflow.Context) error) *Replayer {
	return New(func(r worker.WorkflowRegistry) {
		r.RegisterWorkflowWithOptions(code, workflow.RegisterOptions{Name: "toy"})
	})
}

// recordToy runs the toy on a real server.
func recordToy(t *testing.T) *history.History {
	t.Helper()
	temporal, err := client.Dial(client.Options{HostPort: devtest.Temporal(t).Address})
	require.NoError(t, err)
	t.Cleanup(temporal.Close)
	w := worker.New(temporal, queue, worker.Options{})
	w.RegisterWorkflow(toy)
	for _, name := range []string{"First", "Second"} {
		w.RegisterActivityWithOptions(func() error { return nil }, activity.RegisterOptions{Name: name})
	}
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	run, err := temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: t.Name(), TaskQueue: queue}, toy)
	require.NoError(t, err)
	require.NoError(t, run.Get(t.Context(), nil))
	var recorded history.History
	for events := temporal.GetWorkflowHistory(t.Context(), run.GetID(), run.GetRunID(), false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); events.HasNext(); {
		event, err := events.Next()
		require.NoError(t, err)
		recorded.Events = append(recorded.Events, event)
	}
	return &recorded
}
