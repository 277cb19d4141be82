package service

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"creatorpay/activities"
	"creatorpay/settlement"
)

// runAsWorker runs an activity in a workflow as a worker does, in a time of its
// own.
func runAsWorker(t *testing.T, activity func(context.Context) error) (err error) {
	t.Helper()
	synctest.Test(t, func(_ *testing.T) {
		var suite testsuite.WorkflowTestSuite
		env := suite.NewTestWorkflowEnvironment()
		env.SetTestTimeout(24 * time.Hour)
		env.SetWorkerOptions(workerOptions(Config{}))
		env.RegisterActivity(activity)
		env.ExecuteWorkflow(func(ctx workflow.Context) error {
			ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Hour, HeartbeatTimeout: 10 * time.Second})
			return workflow.ExecuteActivity(ctx, activity).Get(ctx, nil)
		})
		err = env.GetWorkflowError()
	})
	return err
}

func TestEveryActivityBeatsForAsLongAsItWorks(t *testing.T) {
	var tries atomic.Int64
	require.NoError(t, runAsWorker(t, func(ctx context.Context) error {
		if tries.Add(1) > 1 {
			return temporal.NewNonRetryableApplicationError("it was taken for lost", "", nil)
		}
		select {
		case <-time.After(5 * time.Minute):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}))
}

func TestEveryActivitysErrorsAreClassified(t *testing.T) {
	var tries atomic.Int64
	err := runAsWorker(t, func(context.Context) error {
		tries.Add(1)
		return settlement.Errorf(settlement.ErrClosed, settlement.DailyPeriod(1), "closed")
	})
	var application *temporal.ApplicationError
	require.ErrorAs(t, err, &application)
	require.Equal(t, activities.TypeRefused, application.Type())
	require.EqualValues(t, 1, tries.Load())
}
