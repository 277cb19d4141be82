package workflows

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"creatorpay/activities"
	"creatorpay/settlement"
)

const (
	// DefaultChunkRows makes a chunk take well under a second: long enough to
	// make Temporal's part small, short enough to lose little when a worker
	// dies (docs/adr/0004-read-in-the-keys-order.md has other sizes).
	DefaultChunkRows = 400_000
	// DefaultParallel keeps a handful of workers busy.
	DefaultParallel = 16
	// MaxChunks is how many chunks a run is cut into at most, however many rows it
	// has. It keeps the history of a run under 4,096 events while its rows are at
	// rest: a chunk takes up to six for counting and six for settling. The most
	// rounds make some 11,000, of 51,200 that Temporal allows.
	MaxChunks = 300
	// maxRounds is how often one run counts and checks when rows keep arriving
	// (R10).
	maxRounds = 5
)

// a names the activities; it is never called.
var a *activities.Activities

// Daily turns one day of the logs into statistics and settlement, and
// closes it (R8). Run again after a failure, it goes on where the day stopped.
func Daily(ctx workflow.Context, input DailyInput) (DailyResult, error) {
	if err := admit(ctx, input.Validate(), ID(settlement.DailyPeriod(input.Day))); err != nil {
		return DailyResult{}, err
	}
	if input.ChunkRows == 0 {
		input.ChunkRows = DefaultChunkRows
	}
	if input.Parallel == 0 {
		input.Parallel = DefaultParallel
	}
	progress, err := trackProgress(ctx, settlement.DailyPeriod(input.Day))
	if err != nil {
		return DailyResult{}, err
	}
	run := &dailyRun{input: input, chunkedRun: chunkedRun{period: settlement.DailyPeriod(input.Day), parallel: input.Parallel, progress: progress}}
	result, err := run.do(ctx)
	if err != nil && ctx.Err() != nil {
		err = ctx.Err() // whatever the step said that was cut short
	}
	if err != nil {
		run.recordFailure(ctx, err, a.FailDay, activities.FailDayInput{Day: input.Day, Failure: Cause(err)})
	}
	return result, err
}

type dailyRun struct {
	chunkedRun
	input    DailyInput
	position string // of the plan
}

func (r *dailyRun) do(ctx workflow.Context) (result DailyResult, err error) {
	begun, err := r.begin(ctx)
	if err != nil {
		return result, err
	}
	mismatches, err := r.collectLate(ctx)
	if err != nil {
		return result, err
	}
	if err := r.plan(ctx); err != nil {
		return result, err
	}
	for round := 1; round <= maxRounds; round++ {
		if err := r.count(ctx, round); err != nil {
			return result, err
		}
		atRest, err := r.check(ctx)
		if err != nil {
			return result, err
		}
		if !atRest {
			continue
		}
		settled, err := r.settle(ctx, round)
		if err != nil {
			return result, err
		}
		if !settled {
			continue
		}
		closed, err := r.close(ctx)
		if err != nil {
			return result, err
		}
		if closed.Closed {
			r.progress.close(ctx, closed.Totals)
			return DailyResult{
				Day: r.input.Day, Chunks: len(r.chunks), PriceRule: begun.PriceRule, Mismatches: mismatches,
				DropOldDaysResult: r.dropOldDays(ctx, closed.Totals), Totals: closed.Totals,
			}, nil
		}
	}
	return result, temporal.NewNonRetryableApplicationError(fmt.Sprintf(
		"rows of %s keep arriving, or chunks keep being planned again: they were counted and checked %d times and did not come to rest; stop what writes to the day, then: %s",
		r.input.Day, maxRounds, commandsOf(ctx).Retry(r.period)), activities.TypeRowsArrived, nil)
}

// begin makes room for the coming days, waits for the day before and enters the
// run in the book.
func (r *dailyRun) begin(ctx workflow.Context) (begun activities.BeginDayResult, err error) {
	err = r.chunkedRun.begin(ctx, func(ctx workflow.Context, shown *activities.Waiting) (*activities.Waiting, error) {
		if shown == nil { // before it waits
			r.makeRoom(ctx)
		}
		begun = activities.BeginDayResult{}
		err := workflow.ExecuteActivity(ctx, a.BeginDay,
			activities.BeginDayInput{Day: r.input.Day, Wait: r.input.Wait, Shown: shown}).Get(ctx, &begun)
		return begun.Waiting, err
	})
	return begun, err
}

// makeRoom lets the platform store the plays of the coming days. That it cannot is
// no reason not to settle this one.
func (r *dailyRun) makeRoom(ctx workflow.Context) {
	err := workflow.ExecuteActivity(withOptions(ctx, retryMinutes, "room after "+r.input.Day.String()), a.MakeRoomAfter,
		activities.DayInput{Day: r.input.Day}).Get(ctx, nil)
	if err != nil {
		workflow.GetLogger(ctx).Warn("no room was made in the logs", "day", r.input.Day.String(), "error", Cause(err))
	}
}

// dropOldDays makes the logs shorter once the day is closed, which it stays
// whatever comes of it.
func (r *dailyRun) dropOldDays(ctx workflow.Context, totals settlement.Totals) (done activities.DropOldDaysResult) {
	err := workflow.ExecuteActivity(withOptions(ctx, retryMinutes, "drop old days of the logs"), a.DropOldDays,
		activities.DayInput{Day: r.input.Day}).Get(ctx, &done)
	if err != nil {
		workflow.GetLogger(ctx).Warn("old days of the logs were not dropped", "day", r.input.Day.String(), "error", Cause(err))
		done.Kept = "old days of the logs were not dropped, the next run tries again: " + Cause(err)
	}
	if done.Kept != "" {
		r.progress.warn(ctx, done.Kept, totals)
	}
	return done
}

// collectLate fixes which late rows of earlier days the day posts. Days whose rows
// are not those that were counted do not keep it from going on, but are shown.
func (r *dailyRun) collectLate(ctx workflow.Context) ([]settlement.Mismatch, error) {
	r.progress.enter(ctx, PhaseCollecting)
	var looked activities.CollectLateResult
	err := workflow.ExecuteActivity(withOptions(ctx, retryMinutes, "collect late rows for "+r.input.Day.String()), a.CollectLate,
		activities.DayInput{Day: r.input.Day}).Get(ctx, &looked)
	r.progress.mismatches = looked.Mismatches
	return looked.Mismatches, err
}

func (r *dailyRun) plan(ctx workflow.Context) error {
	r.progress.enter(ctx, PhasePlanning)
	var plan activities.PlanResult
	err := workflow.ExecuteActivity(withOptions(ctx, retryMinutes, "plan "+r.input.Day.String()), a.PlanDay,
		activities.PlanDayInput{Day: r.input.Day, ChunkRows: r.input.ChunkRows, MaxChunks: MaxChunks}).Get(ctx, &plan)
	r.chunks, r.position = plan.Chunks, plan.Position
	return err
}

// count counts the chunks that are planned and not counted yet.
func (r *dailyRun) count(ctx workflow.Context, round int) error {
	r.progress.enterChunks(ctx, PhaseCounting, r.chunks, settlement.ChunkPlanned)
	return r.eachChunk(ctx, "count", round, settlement.ChunkPlanned, func(ctx workflow.Context, chunk *activities.PlannedChunk) error {
		var counted activities.CountChunkResult
		err := workflow.ExecuteActivity(ctx, a.CountChunk,
			activities.ChunkInput{Day: r.input.Day, Chunk: chunk.Number, Position: r.position}).Get(ctx, &counted)
		if err != nil {
			return err
		}
		chunk.State, chunk.Rows = settlement.ChunkCounted, counted.Rows
		r.progress.chunkDone(ctx, counted.Rows)
		return nil
	})
}

// check holds what was counted against the logs (R10, R15). It tells whether
// the log was at rest; otherwise the chunks that changed are planned again.
func (r *dailyRun) check(ctx workflow.Context) (atRest bool, err error) {
	r.progress.enter(ctx, PhaseChecking)
	var checked activities.CheckDayResult
	err = workflow.ExecuteActivity(withOptions(ctx, retryMinutes, "check "+r.input.Day.String()), a.CheckDay,
		activities.DayInput{Day: r.input.Day}).Get(ctx, &checked)
	for _, number := range checked.Again {
		chunk := &r.chunks[number-1]
		chunk.State, chunk.Rows = settlement.ChunkPlanned, 0
	}
	return len(checked.Again) == 0, err
}

// settle settles the chunks that are counted. It tells whether none of them has to be counted again.
func (r *dailyRun) settle(ctx workflow.Context, round int) (settled bool, err error) {
	r.progress.enterChunks(ctx, PhaseSettling, r.chunks, settlement.ChunkCounted)
	err = r.eachChunk(ctx, "settle", round, settlement.ChunkCounted, func(ctx workflow.Context, chunk *activities.PlannedChunk) error {
		var amounts activities.SettleChunkResult
		err := workflow.ExecuteActivity(ctx, a.SettleChunk,
			activities.ChunkInput{Day: r.input.Day, Chunk: chunk.Number}).Get(ctx, &amounts)
		if err != nil {
			return err
		}
		if amounts.Planned {
			chunk.State, chunk.Rows = settlement.ChunkPlanned, 0
			return nil
		}
		chunk.State = settlement.ChunkDone
		r.progress.chunkDone(ctx, chunk.Rows)
		return nil
	})
	return !slices.ContainsFunc(r.chunks, func(chunk activities.PlannedChunk) bool { return chunk.State == settlement.ChunkPlanned }), err
}

func (r *dailyRun) close(ctx workflow.Context) (closed activities.CloseDayResult, err error) {
	r.progress.enter(ctx, PhaseClosing)
	input := activities.DayInput{Day: r.input.Day}
	if err := workflow.ExecuteActivity(withOptions(ctx, retryMinutes, "top 5 of "+r.input.Day.String()), a.RankDay, input).Get(ctx, nil); err != nil {
		return closed, err
	}
	err = workflow.ExecuteActivity(withOptions(ctx, retryHours, "close "+r.input.Day.String()), a.CloseDay, input).Get(ctx, &closed)
	for _, unsettled := range closed.Unsettled {
		chunk := &r.chunks[unsettled.Number-1]
		if chunk.State = unsettled.State; chunk.State == settlement.ChunkPlanned {
			chunk.Rows = 0
		}
	}
	return closed, err
}
