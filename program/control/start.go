package control

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"creatorpay/db"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

// Request asks for the run of a period.
type Request struct {
	Period settlement.Period
	Wait   bool // for the periods that it needs, instead of being refused
	// NoMail closes a week without sending its mails.
	NoMail bool
	// ChunkRows and Parallel are those of [workflows.DailyInput]; 0 means the default.
	ChunkRows int64
	Parallel  int
}

func (r Request) daily() workflows.DailyInput {
	return workflows.DailyInput{Day: r.Period.Start, Wait: r.Wait, ChunkRows: r.ChunkRows, Parallel: r.Parallel}
}

// workflow is the one that runs the period, and its input.
func (r Request) workflow() (run, input any) {
	switch r.Period.Kind {
	case settlement.Daily:
		return workflows.Daily, r.daily()
	case settlement.Weekly:
		return workflows.Weekly, workflows.PeriodInput{Period: r.Period, Wait: r.Wait, NoMail: r.NoMail}
	default:
		return workflows.Monthly, workflows.PeriodInput{Period: r.Period, Wait: r.Wait}
	}
}

// Check refuses what the run itself would refuse, without a workflow. It fails with
// [settlement.ErrNotClosed] if a period that is needed is not closed, unless that is running or to be waited for.
func (s *Server) Check(ctx context.Context, books *db.DB, r Request, now time.Time) error {
	if r.Period.Kind == settlement.Daily {
		if err := r.daily().Validate(); err != nil {
			return err
		}
	}
	err := books.Check(ctx, r.Period, now)
	var notClosed *settlement.Error
	switch {
	case !errors.Is(err, settlement.ErrNotClosed) || !errors.As(err, &notClosed):
		return err
	case r.Wait:
		return nil
	case notClosed.State == settlement.Running:
		return s.checkRunning(ctx, books, r.Period, notClosed.Period, now)
	default:
		return err
	}
}

// checkRunning fails with a [settlement.ErrNotClosed] if nobody runs the period that is needed, though the book
// of runs says so: who terminates a run leaves it no time to tell.
func (s *Server) checkRunning(ctx context.Context, books *db.DB, period, needed settlement.Period, now time.Time) error {
	state, err := s.State(ctx, workflows.ID(needed), "")
	if err != nil || state == enums.WORKFLOW_EXECUTION_STATUS_RUNNING.String() {
		return err
	}
	// It may have closed since the book was read.
	if err := books.Check(ctx, period, now); !errors.Is(err, settlement.ErrNotClosed) {
		return err
	}
	cutOff := settlement.Errorf(settlement.ErrNotClosed, needed, "%s is not closed: its run was cut off (%s)", needed, state)
	cutOff.State = settlement.Failed
	return cutOff
}

// Run starts the period's run. A period that is running or has finished is refused.
func (s *Server) Run(ctx context.Context, request Request) (client.WorkflowRun, error) {
	run, input := request.workflow()
	return s.start(ctx, client.StartWorkflowOptions{
		ID:                    workflows.ID(request.Period),
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		StaticSummary:         workflows.Summary(request.Period),
	}, "is running already or has finished", run, input)
}

func (s *Server) start(ctx context.Context, options client.StartWorkflowOptions, refusal string, workflow, input any) (client.WorkflowRun, error) {
	if err := workflows.EnsureSearchAttributes(ctx, s, s.Namespace); err != nil {
		return nil, err
	}
	options.TaskQueue = workflows.TaskQueue
	// Without it the SDK would hand back the run that is there.
	options.WorkflowExecutionErrorWhenAlreadyStarted = true
	run, err := s.ExecuteWorkflow(ctx, options, workflow, input)
	if temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		return nil, fmt.Errorf("%s %s: see %s", options.ID, refusal, s.Link(options.ID, ""))
	}
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", options.ID, err)
	}
	return run, nil
}
