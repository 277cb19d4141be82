package e2e

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"

	"creatorpay/internal/faultproxy"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

var errNothingRuns = errors.New("nothing runs")

// current is the period that runs now.
func (c *chaos) current() *plannedPeriod {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.period
}

// workflowsOf are the period's workflows, the one that starts the other first.
func workflowsOf(period settlement.Period) []string {
	if period.Kind == settlement.Weekly {
		return []string{workflows.ID(period), workflows.MailID(period)}
	}
	return []string{workflows.ID(period)}
}

// running is the period's workflow that runs now, and its run.
func (c *chaos) running(ctx context.Context, period settlement.Period) (*commonpb.WorkflowExecution, error) {
	for _, id := range workflowsOf(period) {
		description, err := c.client.DescribeWorkflowExecution(ctx, id, "")
		if err == nil && description.GetWorkflowExecutionInfo().GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
			return description.GetWorkflowExecutionInfo().GetExecution(), nil
		}
	}
	return nil, errNothingRuns
}

// toRunning does something to the period's run that goes on now.
func (c *chaos) toRunning(period *plannedPeriod, do func(context.Context, *commonpb.WorkflowExecution) error) (faultproxy.Fault, bool) {
	err := c.ask(func(ctx context.Context) error {
		run, err := c.running(ctx, period.Period)
		if err != nil {
			return err
		}
		return do(ctx, run)
	})
	return faultproxy.None, err == nil
}

func (c *chaos) terminateRun(b blow) (faultproxy.Fault, bool) {
	return c.toRunning(b.period, func(ctx context.Context, run *commonpb.WorkflowExecution) error {
		return c.client.TerminateWorkflow(ctx, run.GetWorkflowId(), run.GetRunId(), "chaos")
	})
}

func (c *chaos) cancelRun(b blow) (faultproxy.Fault, bool) {
	return c.toRunning(b.period, func(ctx context.Context, run *commonpb.WorkflowExecution) error {
		return c.client.CancelWorkflow(ctx, run.GetWorkflowId(), run.GetRunId())
	})
}

// resetRun resets the run to any point that it can be reset to.
func (c *chaos) resetRun(b blow) (faultproxy.Fault, bool) {
	return c.toRunning(b.period, func(ctx context.Context, run *commonpb.WorkflowExecution) error {
		return c.resetTo(ctx, anywhere(b.random), run)
	})
}

// anywhere is any of the points that a run can be reset to.
func anywhere(random *rand.Rand) func([]int64) int64 {
	return func(points []int64) int64 { return points[random.IntN(len(points))] }
}

// itsStart is the first of them.
func itsStart(points []int64) int64 { return points[0] }

func (c *chaos) resetTo(ctx context.Context, choose func([]int64) int64, run *commonpb.WorkflowExecution) error {
	var points []int64
	for history := c.client.GetWorkflowHistory(ctx, run.GetWorkflowId(), run.GetRunId(), false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); history.HasNext(); {
		event, err := history.Next()
		if err != nil {
			return err
		}
		if event.GetEventType() == enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			points = append(points, event.GetEventId())
		}
	}
	if len(points) == 0 {
		return errors.New("the run has not begun")
	}
	_, err := c.client.ResetWorkflowExecution(ctx, &workflowservice.ResetWorkflowExecutionRequest{
		Namespace:                 c.Namespace,
		WorkflowExecution:         run,
		Reason:                    "chaos",
		WorkflowTaskFinishEventId: choose(points),
		RequestId:                 fmt.Sprint(run.GetRunId(), len(points)),
	})
	return err
}

// startClosed starts a period once more that is closed, which must be refused.
func (c *chaos) startClosed(b blow) (faultproxy.Fault, bool) {
	closed := c.allClosed()
	if len(closed) == 0 {
		return faultproxy.None, false
	}
	period := closed[b.random.IntN(len(closed))]
	again := c.Starter(runArgs(period)...)
	c.noteIf(again.Code == 0, "%s was run again: %s", period, again.Stdout)
	return faultproxy.None, true
}

// resetClosed resets the last run of a period that is closed.
func (c *chaos) resetClosed(b blow) (faultproxy.Fault, bool) {
	closed := c.allClosed()
	if len(closed) == 0 {
		return faultproxy.None, false
	}
	return faultproxy.None, c.resetPeriod(closed[b.random.IntN(len(closed))], anywhere(b.random))
}

// repeatClosed makes the period that closed last run once more, all of it.
func (c *chaos) repeatClosed(blow) (faultproxy.Fault, bool) {
	closed := c.allClosed()
	return faultproxy.None, c.resetPeriod(closed[len(closed)-1], itsStart)
}

func (c *chaos) resetPeriod(period settlement.Period, choose func([]int64) int64) bool {
	return c.ask(func(ctx context.Context) error {
		description, err := c.client.DescribeWorkflowExecution(ctx, workflows.ID(period), "")
		if err != nil {
			return err
		}
		return c.resetTo(ctx, choose, description.GetWorkflowExecutionInfo().GetExecution())
	}) == nil
}

func (c *chaos) allClosed() []settlement.Period {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.closed
}

// leaveBehind ends the run while one of its activities is about to write, lets
// rows arrive that the activity knows nothing of, and lets it write when another
// run has closed the day.
func (c *chaos) leaveBehind(b blow) (faultproxy.Fault, bool) {
	const longest = time.Minute
	if _, terminated := c.terminateRun(b); !terminated {
		return faultproxy.None, false
	}
	for _, video := range c.plan.platform.Videos {
		c.arrive(b, b.period.Start, video.ID)
	}
	c.hold(longest, func() bool { return c.isClosed(b.period.Period) })
	return faultproxy.None, true
}
