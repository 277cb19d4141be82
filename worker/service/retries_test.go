package service

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"creatorpay/activities"
)

// retryCounter keeps one counter of all metrics.
type retryCounter struct {
	client.MetricsHandler
	retries atomic.Int64
}

func (c *retryCounter) WithTags(map[string]string) client.MetricsHandler { return c }

func (c *retryCounter) Counter(name string) client.MetricsCounter {
	if name == activities.MetricRetries {
		return c
	}
	return c.MetricsHandler.Counter(name)
}

func (c *retryCounter) Inc(by int64) { c.retries.Add(by) }

func TestEveryTryButTheFirstIsARetry(t *testing.T) {
	const tries = 3
	counter := &retryCounter{MetricsHandler: client.MetricsNopHandler}
	var suite testsuite.WorkflowTestSuite
	suite.SetMetricsHandler(counter)
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(time.Minute)
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&countRetries{}}})
	var tried atomic.Int64
	failing := func(context.Context) error {
		if tried.Add(1) < tries {
			return errors.New("not yet")
		}
		return nil
	}
	env.RegisterActivity(failing)
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
		return workflow.ExecuteActivity(ctx, failing).Get(ctx, nil)
	})
	require.NoError(t, env.GetWorkflowError())
	require.EqualValues(t, tries-1, counter.retries.Load())
}
