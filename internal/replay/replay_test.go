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

func TestReplay_SaysWhereAndHowTheCodeLeavesTheHistory(t *testing.T) {
	recorded := recordToy(t)
	for name, c := range map[string]struct {
		code    func(workflow.Context) error
		verdict Verdict
		why     string
	}{
		"the same": {toy, OK, ""},
		"another activity first": {func(ctx workflow.Context) error {
			return do(ctx, "Zeroth", "zeroth")
		}, NonDeterministic, "event 5 is activity First (first), where the code orders activity Zeroth (zeroth)"},
		"a timer first": {func(ctx workflow.Context) error {
			return workflow.Sleep(ctx, time.Hour)
		}, NonDeterministic, "event 5 is activity First (first), where the code orders a timer (5)"},
		"a child instead of an activity": {func(ctx workflow.Context) error {
			_ = do(ctx, "First", "first")
			return workflow.ExecuteChildWorkflow(workflow.WithWorkflowID(ctx, "child"), "Child").Get(ctx, nil)
		}, NonDeterministic, "event 11 is activity Second (second), where the code orders child workflow Child (child)"},
		"one more at a time": {func(ctx workflow.Context) error {
			workflow.Go(ctx, func(ctx workflow.Context) { _ = do(ctx, "Beside", "beside") })
			return toy(ctx)
		}, NonDeterministic, "after event 4 the code also orders activity Beside (beside), which the history does not have there"},
		"one more at the end": {func(ctx workflow.Context) error {
			_ = toy(ctx)
			return do(ctx, "Third", "third")
		}, NonDeterministic, "after event 16 the code also orders activity Third (third), which the history does not have there"},
		"one less": {func(ctx workflow.Context) error {
			return do(ctx, "First", "first")
		}, NonDeterministic, "event 11 is activity Second (second), which the code does not order there"},
		"waits for ever": {func(ctx workflow.Context) error {
			return workflow.Await(ctx, func() bool { return false })
		}, NonDeterministic, "event 5 is activity First (first), which the code does not order there"},
		"another end": {func(ctx workflow.Context) error {
			_ = toy(ctx)
			return context.DeadlineExceeded
		}, NonDeterministic, "event 17 is WorkflowExecutionCompleted, which the code does not order there"},
		"a version given up": {func(ctx workflow.Context) error {
			workflow.GetVersion(ctx, "a change", 1, 2)
			return toy(ctx)
		}, Broken, `at event 4: Workflow code removed support of version -1. for "a change" changeID. The oldest supported version is 1`},
		"a panic": {func(workflow.Context) error {
			panic("oh")
		}, Broken, "at event 4 the code panics: oh"},
	} {
		t.Run(name, func(t *testing.T) {
			result, err := replayerOf(c.code).Replay(recorded)
			require.NoError(t, err)
			require.Equal(t, c.why, result.Why)
			require.Equal(t, c.verdict, result.Verdict)
		})
	}
}

func TestReplay_TellsAnUnknownType(t *testing.T) {
	result, err := New(func(worker.WorkflowRegistry) {}).Replay(recordToy(t))
	require.NoError(t, err)
	require.Equal(t, UnknownType, result.Verdict)
	require.NotEmpty(t, result.Why)
}

func TestReplay_FollowsARunThatStillGoesOn(t *testing.T) {
	events := recordToy(t).GetEvents()
	for n := 1; n < len(events); n++ {
		if events[n-1].GetEventType() == enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			continue // its commands are written with it
		}
		result, err := replayerOf(toy).Replay(&history.History{Events: events[:n]})
		require.NoError(t, err)
		require.Equal(t, OK, result.Verdict, "%d events: %s", n, result.Why)
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
		Type:       "toy", Status: "completed", Events: 17, Verdict: OK,
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
