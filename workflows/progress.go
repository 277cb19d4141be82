package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"creatorpay/activities"
	"creatorpay/settlement"
)

// progressTracker keeps a run's progress and shows it in the Temporal UI.
type progressTracker struct {
	period       settlement.Period
	phase        string
	waiting      *activities.Waiting // nil unless the run waits
	chunks       int
	done         int
	doneBefore   int // chunks that were done when the phase began
	failed       int
	failedChunks []FailedChunk // once all chunks have ended
	rows         int64
	rowsBefore   int64
	since        time.Time // when the phase, or the wait for this period, began
	updated      time.Time
	mismatches   []settlement.Mismatch // closed days whose rows are not those that were counted
	warning      string                // what went wrong after the close; empty if nothing did
}

func trackProgress(ctx workflow.Context, period settlement.Period) (*progressTracker, error) {
	p := &progressTracker{period: period}
	return p, workflow.SetQueryHandlerWithOptions(ctx, ProgressQuery,
		func() (Progress, error) { return p.progress(), nil },
		workflow.QueryHandlerOptions{Description: "How far the run is: phase, chunks, rows, rate and time left."})
}

// enter begins a phase without chunks.
func (p *progressTracker) enter(ctx workflow.Context, phase string) {
	p.enterChunks(ctx, phase, nil, "")
}

// enterChunks begins a phase whose work is the chunks in the given state.
func (p *progressTracker) enterChunks(ctx workflow.Context, phase string, chunks []activities.PlannedChunk, state settlement.ChunkState) {
	if p.phase == "" {
		publish(ctx, firstAttributes(string(p.period.Kind), p.period, phase)...)
	} else {
		publish(ctx, SettlementPhase.ValueSet(phase))
	}
	p.phase, p.chunks, p.waiting = phase, len(chunks), nil
	p.doneBefore, p.rowsBefore = 0, 0
	for _, chunk := range chunks {
		if chunk.State != state {
			p.doneBefore++
			p.rowsBefore += chunk.Rows
		}
	}
	p.done, p.rows = p.doneBefore, p.rowsBefore
	p.since = workflow.Now(ctx)
	p.show(ctx)
}

// waitFor shows that the run cannot begin before another period is closed.
func (p *progressTracker) waitFor(ctx workflow.Context, waiting *activities.Waiting) {
	p.waiting, p.since = waiting, workflow.Now(ctx)
	p.show(ctx)
}

func (p *progressTracker) chunkDone(ctx workflow.Context, rows int64) {
	p.done++
	p.rows += rows
	p.show(ctx)
}

func (p *progressTracker) chunkFailed(ctx workflow.Context) {
	p.failed++
	if p.failed == 1 { // that one did is worth an event of the history, how many is not
		publish(ctx, FailedChunks.ValueSet(1))
	}
	p.show(ctx)
}

// close shows what the period came to.
func (p *progressTracker) close(ctx workflow.Context, totals settlement.Totals) {
	p.enter(ctx, PhaseClosed)
	p.showClosed(ctx, totals)
}

// warn shows beside what the period came to what went wrong after its close.
func (p *progressTracker) warn(ctx workflow.Context, warning string, totals settlement.Totals) {
	p.warning = warning
	p.showClosed(ctx, totals)
}

func (p *progressTracker) fail(ctx workflow.Context, failure error) {
	p.showFailure(ctx, p.phase, failure)
	p.phase, p.waiting = PhaseFailed, nil
	publish(ctx, SettlementPhase.ValueSet(PhaseFailed), FailedChunks.ValueSet(int64(p.failed)))
}

func (p *progressTracker) progress() Progress {
	now := Progress{Phase: p.phase, ChunksDone: p.done, Chunks: p.chunks, FailedChunks: p.failed, Rows: p.rows}
	if p.waiting != nil {
		now.WaitsFor = p.waiting.String()
	}
	elapsed := p.updated.Sub(p.since).Seconds()
	if elapsed > 0 {
		now.RowsPerSecond = int64(float64(p.rows-p.rowsBefore) / elapsed)
	}
	if finished := p.done - p.doneBefore; finished > 0 {
		now.SecondsLeft = int64(elapsed / float64(finished) * float64(p.chunks-p.done))
	}
	return now
}
