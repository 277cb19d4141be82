package workflows

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"creatorpay/activities"
	"creatorpay/settlement"
)

// chunkLines makes a chunk of a roll-up take about as long as one of a day.
const chunkLines = 100_000

// Weekly checks the rows of a week's closed days, adds the days up, writes the
// statements, closes the week, and mails them (R8).
func Weekly(ctx workflow.Context, input PeriodInput) (PeriodResult, error) {
	return runPeriod(ctx, settlement.Weekly, input, func(run *periodRun, result *PeriodResult) error {
		if input.NoMail {
			return nil
		}
		return afterClose(ctx, input.Period, run.mail(ctx, &result.Mails))
	})
}

// Monthly adds up the closed days of a month, writes its statements, and closes
// it (R8).
func Monthly(ctx workflow.Context, input PeriodInput) (PeriodResult, error) {
	return runPeriod(ctx, settlement.Monthly, input, func(*periodRun, *PeriodResult) error { return nil })
}

// runPeriod rolls a period of the kind up, does what comes after its close, and
// records a failure.
func runPeriod(ctx workflow.Context, kind settlement.Kind, input PeriodInput, finish func(*periodRun, *PeriodResult) error) (PeriodResult, error) {
	if err := admit(ctx, input.ValidateAs(kind), ID(input.Period)); err != nil {
		return PeriodResult{}, err
	}
	progress, err := trackProgress(ctx, input.Period)
	if err != nil {
		return PeriodResult{}, err
	}
	run := &periodRun{input: input, chunkedRun: chunkedRun{period: input.Period, parallel: DefaultParallel, progress: progress}}
	result := PeriodResult{Period: input.Period}
	if result.Totals, err = run.do(ctx); err == nil {
		err = finish(run, &result)
	}
	if err != nil && ctx.Err() != nil {
		err = ctx.Err() // whatever the step said that was cut short
	}
	if err != nil {
		run.recordFailure(ctx, err, a.FailPeriod, activities.FailPeriodInput{Period: input.Period, Failure: Cause(err)})
		return result, err
	}
	result.Chunks, result.Mismatches = len(run.chunks), progress.mismatches
	progress.close(ctx, result.Totals)
	return result, nil
}

type periodRun struct {
	chunkedRun
	input PeriodInput
}

func (r *periodRun) do(ctx workflow.Context) (totals settlement.Totals, err error) {
	name := r.period.String()
	var begun activities.BeginPeriodResult
	if err := r.begin(ctx, func(ctx workflow.Context, shown *activities.Waiting) (*activities.Waiting, error) {
		begun = activities.BeginPeriodResult{}
		err := workflow.ExecuteActivity(ctx, a.BeginPeriod,
			activities.BeginPeriodInput{Period: r.period, Wait: r.input.Wait, Shown: shown}).Get(ctx, &begun)
		return begun.Waiting, err
	}); err != nil {
		return totals, err
	}
	if begun.Closed {
		return begun.Totals, nil
	}
	if r.period.Kind == settlement.Weekly {
		if err := r.checkRows(ctx); err != nil {
			return totals, err
		}
	}
	r.progress.enter(ctx, PhasePlanning)
	var plan activities.PlanResult
	if err := workflow.ExecuteActivity(withOptions(ctx, retryMinutes, "plan "+name), a.PlanPeriod,
		activities.PlanPeriodInput{Period: r.period, ChunkLines: chunkLines, MaxChunks: MaxChunks}).Get(ctx, &plan); err != nil {
		return totals, err
	}
	r.chunks = plan.Chunks
	if err := r.rollUp(ctx); err != nil {
		return totals, err
	}
	r.progress.enter(ctx, PhaseStating)
	input := activities.PeriodInput{Period: r.period}
	if err := workflow.ExecuteActivity(withOptions(ctx, retryMinutes, "top 5 of "+name), a.RankPeriod, input).Get(ctx, nil); err != nil {
		return totals, err
	}
	if err := workflow.ExecuteActivity(withOptions(ctx, retryMinutes, "statements of "+name), a.WriteStatements, input).Get(ctx, nil); err != nil {
		return totals, err
	}
	r.progress.enter(ctx, PhaseClosing)
	err = workflow.ExecuteActivity(withOptions(ctx, retryMinutes, "close "+name), a.ClosePeriod, input).Get(ctx, &totals)
	return totals, err
}

// rollUp adds up the chunks that are planned and not added up yet.
func (r *periodRun) rollUp(ctx workflow.Context) error {
	r.progress.enterChunks(ctx, PhaseRollingUp, r.chunks, settlement.ChunkPlanned)
	return r.eachChunk(ctx, "roll up", 1, settlement.ChunkPlanned, func(ctx workflow.Context, chunk *activities.PlannedChunk) error {
		var totals settlement.Totals
		err := workflow.ExecuteActivity(ctx, a.RollUpChunk,
			activities.PeriodChunkInput{Period: r.period, Chunk: chunk.Number}).Get(ctx, &totals)
		if err != nil {
			return err
		}
		chunk.State, chunk.Rows = settlement.ChunkDone, totals.Statistics.Rows()
		r.progress.chunkDone(ctx, chunk.Rows)
		return nil
	})
}

// The waits between looks whether another run still sends the week's mails.
const (
	firstLook = 10 * time.Second
	lastLook  = 5 * time.Minute
)

// mail runs the week's mails as a child and waits for them. While another run
// sends them, be it that of an operator or the child of a run that was reset, it
// waits for its turn; then hardly anything is left to send.
func (r *periodRun) mail(ctx workflow.Context, totals *activities.MailTotals) error {
	r.progress.enter(ctx, PhaseMailing)
	ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:    MailID(r.period),
		StaticSummary: MailSummary(r.period),
	})
	for look := firstLook; ; look = min(2*look, lastLook) {
		err := workflow.ExecuteChildWorkflow(ctx, Mail, MailInput{Week: r.period}).Get(ctx, totals)
		var running *temporal.ChildWorkflowExecutionAlreadyStartedError
		if !errors.As(err, &running) {
			return err
		}
		if err := workflow.Sleep(ctx, look); err != nil {
			return err
		}
	}
}
