package workflows

import (
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
	"creatorpay/internal/replay"
)

// How a workflow is changed while runs are going: a toy that first only bakes.
func bake(ctx workflow.Context) error {
	return toyStep(ctx, "Bake")
}

// Then it tastes, too. Without a guard, runs that began before cannot go on.
func bakeAndTasteUnguarded(ctx workflow.Context) error {
	if err := toyStep(ctx, "Taste"); err != nil {
		return err
	}
	return toyStep(ctx, "Bake")
}

// With the guard, those go on as they began, and new ones taste. The guard goes
// when no run from before can go on or be reset any more: then DefaultVersion
// becomes 1, and the history from before is deleted.
func bakeAndTaste(ctx workflow.Context) error {
	if workflow.GetVersion(ctx, "taste", workflow.DefaultVersion, 1) >= 1 {
		if err := toyStep(ctx, "Taste"); err != nil {
			return err
		}
	}
	return toyStep(ctx, "Bake")
}

func toyStep(ctx workflow.Context, name string) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	return workflow.ExecuteActivity(ctx, name).Get(ctx, nil)
}

func TestAGuardedChangeFollowsRunsFromBeforeAndNewOnes(t *testing.T) {
	before, after := runToy(t, bake), runToy(t, bakeAndTaste)
	for name, c := range map[string]struct {
		code     func(workflow.Context) error
		recorded *history.History
		failedAt int64
	}{
		"guarded, a run from before":      {bakeAndTaste, before, 0},
		"guarded, a new run":              {bakeAndTaste, after, 0},
		"unguarded, a run from before":    {bakeAndTasteUnguarded, before, 4},
		"the code from before, a new run": {bake, after, 4},
	} {
		t.Run(name, func(t *testing.T) {
			result, err := replay.New(func(r worker.WorkflowRegistry) { registerToy(r, c.code) }).Replay(c.recorded)
			require.NoError(t, err)
			require.Equal(t, c.failedAt, result.FailedAt, result.Failure)
		})
	}
}

func registerToy(r worker.WorkflowRegistry, code func(workflow.Context) error) {
	r.RegisterWorkflowWithOptions(code, workflow.RegisterOptions{Name: "Toy"})
}

// runToy runs the code on a real server and returns the history.
func runToy(t *testing.T, code func(workflow.Context) error) *history.History {
	t.Helper()
	temporal, err := client.Dial(client.Options{HostPort: devtest.Temporal(t).Address})
	require.NoError(t, err)
	defer temporal.Close()
	const queue = "toys"
	w := worker.New(temporal, queue, worker.Options{})
	registerToy(w, code)
	for _, name := range []string{"Bake", "Taste"} {
		w.RegisterActivityWithOptions(func() error { return nil }, activity.RegisterOptions{Name: name})
	}
	require.NoError(t, w.Start())
	defer w.Stop()
	run, err := temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: t.Name(), TaskQueue: queue}, "Toy")
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
