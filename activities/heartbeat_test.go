package activities

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// long runs an activity of five minutes, in a time of its own that costs none,
// with a heartbeat timeout that is far shorter.
func long(t *testing.T, options worker.Options) (err error) {
	t.Helper()
	synctest.Test(t, func(_ *testing.T) {
		var suite testsuite.WorkflowTestSuite
		env := suite.NewTestWorkflowEnvironment()
		env.SetTestTimeout(24 * time.Hour)
		env.SetWorkerOptions(options)
		env.RegisterActivity(fiveMinutes)
		env.ExecuteWorkflow(func(ctx workflow.Context) error {
			ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
				StartToCloseTimeout: time.Hour,
				HeartbeatTimeout:    10 * time.Second,
				RetryPolicy:         &temporal.RetryPolicy{MaximumAttempts: 1},
			})
			return workflow.ExecuteActivity(ctx, fiveMinutes).Get(ctx, nil)
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

func TestGuard_ALongActivityIsNotTakenForLost(t *testing.T) {
	require.NoError(t, long(t, worker.Options{Interceptors: []interceptor.WorkerInterceptor{&Guard{}}}))
}

func TestGuard_WithoutItALongActivityIsTakenForLost(t *testing.T) {
	var timeout *temporal.TimeoutError
	require.ErrorAs(t, long(t, worker.Options{}), &timeout)
}
