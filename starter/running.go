package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"
	"golang.org/x/sync/errgroup"

	"creatorpay/settlement"
	"creatorpay/workflows"
)

// runningRun is a run that is going, and how far it is.
type runningRun struct {
	workflowID, runID string
	began             time.Time
	progress          workflows.Progress
}

const (
	runningShown  = 100 // running runs that are looked at
	askedTogether = 16  // runs that are asked at a time
)

// running asks Temporal for the runs that are going, those that wait among them,
// and each of them how far it is.
func running(ctx context.Context, temporal *temporalServer) ([]runningRun, error) {
	list, err := temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		Namespace: temporal.namespace,
		PageSize:  runningShown,
		Query:     fmt.Sprintf(`ExecutionStatus = "Running" AND %s IS NOT NULL`, workflows.SettlementPeriod.GetName()),
	})
	if err != nil {
		return nil, fmt.Errorf("list running runs: %w", err)
	}
	runs := make([]runningRun, len(list.GetExecutions()))
	asking, asked := errgroup.WithContext(ctx)
	asking.SetLimit(askedTogether)
	for i, info := range list.GetExecutions() {
		execution := info.GetExecution()
		runs[i] = runningRun{workflowID: execution.GetWorkflowId(), runID: execution.GetRunId(), began: info.GetStartTime().AsTime()}
		asking.Go(func() error {
			var err error
			run := temporal.GetWorkflow(asked, execution.GetWorkflowId(), execution.GetRunId())
			if runs[i].progress, err = askProgress(asked, temporal, run); err != nil {
				runs[i].progress = foundProgress(info) // no worker answers, or it is the mails' run
			}
			return nil
		})
	}
	return runs, asking.Wait()
}

// foundProgress is what the run's search attributes say of its progress.
func foundProgress(info *workflow.WorkflowExecutionInfo) (progress workflows.Progress) {
	fields := info.GetSearchAttributes().GetIndexedFields()
	// What is missing or odd stays empty: nobody would be helped by an error.
	_ = converter.GetDefaultDataConverter().FromPayload(fields[workflows.SettlementPhase.GetName()], &progress.Phase)
	_ = converter.GetDefaultDataConverter().FromPayload(fields[workflows.FailedChunks.GetName()], &progress.FailedChunks)
	return progress
}

func printRunning(runs []runningRun) {
	if len(runs) == 0 {
		return
	}
	out := newTable("Running", "Phase", "Chunks", "Failed", "Rows", "Rows/s", "Left", "Since")
	rightAligned(out, 3, 4, 5, 6, 7)
	for _, run := range runs {
		now, chunks, left := run.progress, "", ""
		if now.Chunks > 0 {
			chunks = fmt.Sprintf("%d of %d", now.ChunksDone, now.Chunks)
			left = (time.Duration(now.SecondsLeft) * time.Second).String()
		}
		out.AppendRow(table.Row{run.workflowID, now.Phase, chunks, now.FailedChunks, settlement.Number(now.Rows), settlement.Number(now.RowsPerSecond), left, run.began.Local().Format(time.DateTime)})
	}
	fmt.Println()
	out.Render()
	for _, run := range runs {
		if run.progress.WaitsFor != "" {
			fmt.Printf("%s waits: %s\n", run.workflowID, run.progress.WaitsFor)
		}
	}
}
