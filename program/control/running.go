package control

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"
	"golang.org/x/sync/errgroup"

	"creatorpay/workflows"
)

// Running is a run that is running, and how far it is.
type Running struct {
	WorkflowID, RunID string
	Began             time.Time
	workflows.Progress
}

const (
	runningShown  = 100 // running runs that are looked at
	askedTogether = 16  // runs that are asked at a time
)

// Running asks Temporal for the runs that are running, those that wait among them,
// and each of them how far it is.
func (s *Server) Running(ctx context.Context) ([]Running, error) {
	list, err := s.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		Namespace: s.Namespace,
		PageSize:  runningShown,
		Query:     fmt.Sprintf(`ExecutionStatus = "Running" AND %s IS NOT NULL`, workflows.SettlementPeriod.GetName()),
	})
	if err != nil {
		return nil, fmt.Errorf("list running runs: %w", err)
	}
	runs := make([]Running, len(list.GetExecutions()))
	asking, asked := errgroup.WithContext(ctx)
	asking.SetLimit(askedTogether)
	for i, info := range list.GetExecutions() {
		id, runID := info.GetExecution().GetWorkflowId(), info.GetExecution().GetRunId()
		runs[i] = Running{WorkflowID: id, RunID: runID, Began: info.GetStartTime().AsTime()}
		asking.Go(func() error {
			var err error
			if runs[i].Progress, err = s.Progress(asked, id, runID); err != nil {
				runs[i].Progress = recordedProgress(info) // no worker answers, or it is the mails' run
			}
			return nil
		})
	}
	return runs, asking.Wait()
}

// recordedProgress is what the run's search attributes say of its progress.
func recordedProgress(info *workflow.WorkflowExecutionInfo) (progress workflows.Progress) {
	fields := info.GetSearchAttributes().GetIndexedFields()
	// What is missing or odd stays empty: nobody would be helped by an error.
	_ = converter.GetDefaultDataConverter().FromPayload(fields[workflows.SettlementPhase.GetName()], &progress.Phase)
	_ = converter.GetDefaultDataConverter().FromPayload(fields[workflows.FailedChunks.GetName()], &progress.FailedChunks)
	return progress
}

// State is Temporal's word for the state of the run.
func (s *Server) State(ctx context.Context, workflowID, runID string) (string, error) {
	description, err := s.DescribeWorkflowExecution(ctx, workflowID, runID)
	var notFound *serviceerror.NotFound
	if errors.As(err, &notFound) {
		return "unknown to Temporal", nil
	}
	if err != nil {
		return "", err
	}
	return description.GetWorkflowExecutionInfo().GetStatus().String(), nil
}
