package control

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"creatorpay/db"
	"creatorpay/program/command"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

// Book tells which periods are closed, as [db.DB] does.
type Book interface {
	ClosedRun(ctx context.Context, period settlement.Period) (db.Run, error)
}

// Retry resets the period's last run to where it went wrong. It returns nil when
// Temporal knows no run that could be reset: then one is to be started afresh, which
// finds in the database what the others have finished. A run that is running, and one
// that has done all it had to do, are refused.
func (s *Server) Retry(ctx context.Context, book Book, period settlement.Period) (client.WorkflowRun, error) {
	id := workflows.ID(period)
	description, err := s.DescribeWorkflowExecution(ctx, id, "")
	var unknown *serviceerror.NotFound
	if errors.As(err, &unknown) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for the last run of %s: %w", id, err)
	}
	last := description.GetWorkflowExecutionInfo()
	if last.GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
		return nil, fmt.Errorf("%s is running: there is nothing to retry; see %s", id, s.Link(id, ""))
	}
	completed := last.GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_COMPLETED
	_, err = book.ClosedRun(ctx, period)
	closed := err == nil
	switch {
	case !closed && !errors.Is(err, settlement.ErrNotClosed):
		return nil, err
	case !closed && completed:
		return nil, fmt.Errorf("%s has finished in Temporal, but %s is not closed in the database, as after a restore: %slet it begin anew with %s",
			id, period, command.BeforeReset(period), resetToStart(id))
	case closed && (completed || period.Kind != settlement.Weekly): // a week can be closed and still have mails to send
		return nil, settlement.Errorf(settlement.ErrClosed, period, "%s is closed and is never run again", period)
	}
	point, err := resetPoint(s.GetWorkflowHistory(ctx, id, last.GetExecution().GetRunId(), false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT), closed)
	if err != nil || point == 0 {
		return nil, err
	}
	return s.reset(ctx, last, point, command.Retry(period))
}

// reset starts the run again as it was before the given event, the end of a
// workflow task. Resetting the same run twice gives one new run.
func (s *Server) reset(ctx context.Context, run *workflow.WorkflowExecutionInfo, point int64, why string) (client.WorkflowRun, error) {
	id := run.GetExecution().GetWorkflowId()
	response, err := s.ResetWorkflowExecution(ctx, &workflowservice.ResetWorkflowExecutionRequest{
		Namespace:                 s.Namespace,
		WorkflowExecution:         run.GetExecution(),
		Reason:                    fmt.Sprintf("%s: the run had %s", why, run.GetStatus()),
		WorkflowTaskFinishEventId: point,
		RequestId:                 run.GetExecution().GetRunId(),
	})
	if err != nil {
		return nil, fmt.Errorf("reset %s to event %d: %w", id, point, err)
	}
	return s.GetWorkflow(ctx, id, response.GetRunId()), nil
}

// resetToStart is the command for a run whose steps the database has forgotten.
func resetToStart(id string) string {
	return fmt.Sprintf("temporal workflow reset --workflow-id %s --type FirstWorkflowTask --reason \"database restored\"", id)
}
