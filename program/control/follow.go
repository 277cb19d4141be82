package control

import (
	"context"
	"time"

	"go.temporal.io/sdk/client"

	"creatorpay/workflows"
)

// Refresh is how often a run is looked at while it is followed.
const Refresh = 300 * time.Millisecond

// Follow looks at the run again and again until it ends, and reads its result.
func Follow(ctx context.Context, run client.WorkflowRun, result any, look func()) error {
	ended := make(chan error, 1)
	go func() { ended <- run.Get(ctx, result) }()
	ticker := time.NewTicker(Refresh)
	defer ticker.Stop()
	for {
		select {
		case err := <-ended:
			return err
		case <-ticker.C:
			look()
		}
	}
}

// Progress asks the run of a period how far it is.
func (s *Server) Progress(ctx context.Context, workflowID, runID string) (workflows.Progress, error) {
	return ask[workflows.Progress](ctx, s, workflowID, runID)
}

// LaunchProgress asks the latest run of a launch how far it is: a long launch goes on as a new one.
func (s *Server) LaunchProgress(ctx context.Context, workflowID string) (workflows.LaunchProgress, error) {
	return ask[workflows.LaunchProgress](ctx, s, workflowID, "")
}

// ask asks a run for its progress. One that no worker has taken up, or whose worker is
// lost, does not answer.
func ask[T any](ctx context.Context, server *Server, workflowID, runID string) (progress T, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	answer, err := server.QueryWorkflow(ctx, workflowID, runID, workflows.ProgressQuery)
	if err != nil {
		return progress, err
	}
	return progress, answer.Get(&progress)
}
