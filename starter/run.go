package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"creatorpay/db"
	"creatorpay/program/command"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

type runCommand struct {
	Daily   runDailyCommand   `cmd:"" help:"Statistics and settlement of one business day."`
	Weekly  runWeeklyCommand  `cmd:"" help:"Roll-up, statements and mails of one week."`
	Monthly runMonthlyCommand `cmd:"" help:"Roll-up and statements of one month."`
}

type runDailyCommand struct {
	databaseFlags
	temporalFlags
	Date      settlement.Day `required:"" placeholder:"DATE" help:"Business day, as 2024-05-09."`
	Wait      bool           `help:"Wait for the day before to close instead of refusing."`
	ChunkRows int64          `default:"${chunk_rows}" help:"About how many rows a chunk has; a day that is planned keeps its plan."`
	Parallel  int            `default:"${parallel}" help:"Chunks at a time over all workers."`
}

func (c runDailyCommand) Run(ctx context.Context) error {
	database, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = database.Close() }()
	input := workflows.DailyInput{Day: c.Date, Wait: c.Wait, ChunkRows: c.ChunkRows, Parallel: c.Parallel}
	if err := checkDay(ctx, database, input); err != nil {
		return err
	}
	temporal, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer temporal.Close()
	return runDay(ctx, temporal, input)
}

// checkDay refuses at once what the run itself would refuse, without a
// workflow.
func checkDay(ctx context.Context, database *db.DB, input workflows.DailyInput) error {
	if err := input.Validate(); err != nil {
		return err
	}
	err := database.CheckDay(ctx, input.Day, time.Now())
	var notClosed *settlement.Error
	if errors.Is(err, settlement.ErrNotClosed) && errors.As(err, &notClosed) {
		if input.Wait || notClosed.State == settlement.Running {
			return nil
		}
		return cannotRunYet(settlement.DailyPeriod(input.Day), err)
	}
	return err
}

func cannotRunYet(period settlement.Period, err error) error {
	return fmt.Errorf("%s cannot run yet: %s; or let it wait: %s --wait", period, command.Explain(err), command.Run(period))
}

// runDay starts the day's run, shows its progress and waits for its end.
func runDay(ctx context.Context, temporal *temporalServer, input workflows.DailyInput) error {
	var result workflows.DailyResult
	if err := runPeriod(ctx, temporal, settlement.DailyPeriod(input.Day), workflows.Daily, input, &result); err != nil {
		return err
	}
	printDay(result)
	return nil
}

func printDay(result workflows.DailyResult) {
	fmt.Printf("%s closed: %s\n", result.Day, describe(result.Totals))
	printAlarms(result.Mismatches)
}

func printAlarms(mismatches []settlement.Mismatch) {
	for _, mismatch := range mismatches {
		next := command.Verify(mismatch.Day)
		if mismatch.Dropped {
			next = "Rows of dropped days in docs/operations.md"
		}
		fmt.Fprintf(os.Stderr, "ALARM: %s; nothing was adjusted: see %s\n", mismatch, next)
	}
}

// describe writes what a closed period came to.
func describe(totals settlement.Totals) string {
	text := fmt.Sprintf("%s = %s + %s self + %s repeat; video amount %s, ad amount %s",
		settlement.Count(totals.Rows(), "row"), settlement.Count(totals.Views, "view"), settlement.Number(totals.SelfViews), settlement.Number(totals.RepeatViews),
		totals.VideoAmount, totals.AdAmount)
	if totals.LateRows > 0 {
		text += fmt.Sprintf(", %s of %s late views of earlier days counted in them", settlement.Number(totals.LateViews), settlement.Number(totals.LateRows))
	}
	return text
}

// runPeriod starts the period's run, shows its progress, waits for its end and
// reads its result.
func runPeriod(ctx context.Context, temporal *temporalServer, period settlement.Period, workflow, input, result any) error {
	return runWorkflow(ctx, temporal, client.StartWorkflowOptions{
		ID:                    workflows.ID(period),
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		StaticSummary:         workflows.Summary(period),
	}, workflow, input, result)
}

func runWorkflow(ctx context.Context, server *temporalServer, options client.StartWorkflowOptions, workflow, input, result any) error {
	if err := workflows.EnsureSearchAttributes(ctx, server, server.namespace); err != nil {
		return err
	}
	options.TaskQueue = workflows.TaskQueue
	// Without it the SDK would hand back the run that is there.
	options.WorkflowExecutionErrorWhenAlreadyStarted = true
	run, err := server.ExecuteWorkflow(ctx, options, workflow, input)
	if temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		return fmt.Errorf("%s is running already or has finished: see %s", options.ID, server.workflowLink(options.ID, ""))
	}
	if err != nil {
		return fmt.Errorf("start %s: %w", options.ID, err)
	}
	return watch(ctx, server, run, result)
}

// watch shows the run's progress, waits for its end and reads its result.
func watch(ctx context.Context, server *temporalServer, run client.WorkflowRun, result any) error {
	link := server.workflowLink(run.GetID(), run.GetRunID())
	fmt.Fprintf(os.Stderr, "%s runs: %s\n", run.GetID(), link)
	warnWithoutWorker(ctx, server)
	if err := follow(ctx, server, run, result); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("stopped watching; the run goes on: follow it at %s or with `%s`", link, command.Status)
		}
		return fmt.Errorf("%s failed: %s", run.GetID(), workflows.Cause(err))
	}
	return nil
}

// workflowLink is the page of the workflow in the Temporal UI; without a run ID
// it lists the workflow's runs.
func (s *temporalServer) workflowLink(id, runID string) string {
	link := fmt.Sprintf("%s/namespaces/%s/workflows/%s", s.ui, s.namespace, url.PathEscape(id))
	if runID == "" {
		return link
	}
	return link + "/" + runID + "/history"
}

// warnWithoutWorker keeps a run that nobody works on from hanging without a
// word.
func warnWithoutWorker(ctx context.Context, temporal *temporalServer) {
	queue, err := temporal.DescribeTaskQueue(ctx, workflows.TaskQueue, enums.TASK_QUEUE_TYPE_WORKFLOW)
	if err == nil && len(queue.GetPollers()) == 0 {
		fmt.Fprintln(os.Stderr, "no worker is listening yet: the run waits until one is started (worker)")
	}
}

// follow shows the run's progress until it ends and reads its result.
func follow(ctx context.Context, temporal *temporalServer, run client.WorkflowRun, result any) error {
	ended := make(chan error, 1)
	go func() { ended <- run.Get(ctx, result) }()
	bar := newProgressBar()
	defer bar.finish()
	ticker := time.NewTicker(refresh)
	defer ticker.Stop()
	for {
		select {
		case err := <-ended:
			return err
		case <-ticker.C:
			progress, err := askProgress(ctx, temporal, run)
			if err == nil {
				bar.show(progress)
			}
		}
	}
}

// refresh is how often a progress bar moves.
const refresh = 300 * time.Millisecond

// askProgress asks the run how far it is. A run that no worker has taken up, or
// whose worker is gone, does not answer.
func askProgress(ctx context.Context, temporal *temporalServer, run client.WorkflowRun) (progress workflows.Progress, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	answer, err := temporal.QueryWorkflow(ctx, run.GetID(), run.GetRunID(), workflows.ProgressQuery)
	if err != nil {
		return progress, err
	}
	return progress, answer.Get(&progress)
}

// workflowState is what Temporal says of a run that the book has as running.
func workflowState(ctx context.Context, temporal *temporalServer, run db.Run) (string, error) {
	description, err := temporal.DescribeWorkflowExecution(ctx, run.WorkflowID, run.Holder)
	var notFound *serviceerror.NotFound
	if errors.As(err, &notFound) {
		return "unknown to Temporal", nil
	}
	if err != nil {
		return "", err
	}
	return description.GetWorkflowExecutionInfo().GetStatus().String(), nil
}
