package activities

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

// long runs one activity, in a time of its own that costs no time, with a
// heartbeat timeout that is far shorter than the activity.
func long(t *testing.T, activity func(ctx context.Context) error) (err error) {
	t.Helper()
	synctest.Test(t, func(_ *testing.T) {
		var suite testsuite.WorkflowTestSuite
		env := suite.NewTestWorkflowEnvironment()
		env.SetTestTimeout(24 * time.Hour)
		env.RegisterActivity(activity)
		env.ExecuteWorkflow(func(ctx workflow.Context) error {
			ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
				StartToCloseTimeout: time.Hour,
				HeartbeatTimeout:    10 * time.Second,
				RetryPolicy:         &temporal.RetryPolicy{MaximumAttempts: 1},
			})
			return workflow.ExecuteActivity(ctx, activity).Get(ctx, nil)
		})
		err = env.GetWorkflowError()
	})
	return err
}

func fiveMinutes(ctx context.Context) error {
	select {
	case <-time.After(5 * time.Minute):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestKeepAlive_ALongActivityIsNotTakenForLost(t *testing.T) {
	require.NoError(t, long(t, func(ctx context.Context) error {
		defer keepAlive(ctx)()
		return fiveMinutes(ctx)
	}))
}

func TestKeepAlive_AnActivityThatStoppedBeatingIsTakenForLost(t *testing.T) {
	var timeout *temporal.TimeoutError
	require.ErrorAs(t, long(t, func(ctx context.Context) error {
		keepAlive(ctx)()
		return fiveMinutes(ctx)
	}), &timeout)
}
