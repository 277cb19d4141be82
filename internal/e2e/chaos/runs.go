package chaos

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
func (c *Rig) current() *PlannedPeriod {
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
func (c *Rig) running(ctx context.Context, period settlement.Period) (*commonpb.WorkflowExecution, error) {
	for _, id := range workflowsOf(period) {
		description, err := c.client.DescribeWorkflowExecution(ctx, id, "")
		if err == nil && description.GetWorkflowExecutionInfo().GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
			return description.GetWorkflowExecutionInfo().GetExecution(), nil
		}
	}
	return nil, errNothingRuns
}

// toRunning does something to the period's run that goes on now.
func (c *Rig) toRunning(period *PlannedPeriod, do func(context.Context, *commonpb.WorkflowExecution) error) (faultproxy.Fault, bool) {
	err := c.ask(func(ctx context.Context) error {
		run, err := c.running(ctx, period.Period)
		if err != nil {
			return err
		}
		return do(ctx, run)
	})
	return faultproxy.None, err == nil
}

func (c *Rig) terminateRun(in Injection) (faultproxy.Fault, bool) {
	return c.toRunning(in.period, func(ctx context.Context, run *commonpb.WorkflowExecution) error {
		return c.client.TerminateWorkflow(ctx, run.GetWorkflowId(), run.GetRunId(), "chaos")
	})
}

func (c *Rig) cancelRun(in Injection) (faultproxy.Fault, bool) {
	return c.toRunning(in.period, func(ctx context.Context, run *commonpb.WorkflowExecution) error {
		return c.client.CancelWorkflow(ctx, run.GetWorkflowId(), run.GetRunId())
	})
}

// resetRun resets the run to any point that it can be reset to.
func (c *Rig) resetRun(in Injection) (faultproxy.Fault, bool) {
	return c.toRunning(in.period, func(ctx context.Context, run *commonpb.WorkflowExecution) error {
		return c.resetTo(ctx, anywhere(in.random), run)
	})
}

// anywhere is any of the points that a run can be reset to.
func anywhere(random *rand.Rand) func([]int64) int64 {
	return func(points []int64) int64 { return points[random.IntN(len(points))] }
}

// itsStart is the first of them.
func itsStart(points []int64) int64 { return points[0] }

func (c *Rig) resetTo(ctx context.Context, choose func([]int64) int64, run *commonpb.WorkflowExecution) error {
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
func (c *Rig) startClosed(in Injection) (faultproxy.Fault, bool) {
	closed := c.allClosed()
	if len(closed) == 0 {
		return faultproxy.None, false
	}
	period := closed[in.random.IntN(len(closed))]
	again := c.Starter(runArgs(period)...)
	c.reportIf(again.Code == 0, "%s was run again: %s", period, again.Stdout)
	return faultproxy.None, true
}

// resetClosed resets the last run of a period that is closed.
func (c *Rig) resetClosed(in Injection) (faultproxy.Fault, bool) {
	closed := c.allClosed()
	if len(closed) == 0 {
		return faultproxy.None, false
	}
	return faultproxy.None, c.resetPeriod(closed[in.random.IntN(len(closed))], anywhere(in.random))
}

// RepeatClosed makes the period that closed last run once more, all of it.
func (c *Rig) RepeatClosed(Injection) (faultproxy.Fault, bool) {
	closed := c.allClosed()
	return faultproxy.None, c.resetPeriod(closed[len(closed)-1], itsStart)
}

func (c *Rig) resetPeriod(period settlement.Period, choose func([]int64) int64) bool {
	return c.ask(func(ctx context.Context) error {
		description, err := c.client.DescribeWorkflowExecution(ctx, workflows.ID(period), "")
		if err != nil {
			return err
		}
		return c.resetTo(ctx, choose, description.GetWorkflowExecutionInfo().GetExecution())
	}) == nil
}

func (c *Rig) allClosed() []settlement.Period {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.closed
}

// leaveBehind ends the run while one of its activities is about to write, lets
// rows arrive that the activity knows nothing of, and lets it write when another
// run has closed the day.
func (c *Rig) leaveBehind(in Injection) (faultproxy.Fault, bool) {
	const longest = time.Minute
	if _, terminated := c.terminateRun(in); !terminated {
		return faultproxy.None, false
	}
	videos, _ := c.catalogue() // an import may still change it
	for _, video := range videos {
		c.arrive(in, in.period.Start, video.ID)
		c.appendPayments([]paidArrival{c.paymentOf(in, in.period.Start, video.ID)})
	}
	c.hold(longest, func() bool { return c.isClosed(in.period.Period) })
	return faultproxy.None, true
}
