package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"creatorpay/activities"
	"creatorpay/db"
	"creatorpay/settlement"
)

// The phases of a run, in order.
const (
	PhaseWaiting     = "waiting for earlier days"
	PhaseLookingBack = "looking back"
	PhasePlanning    = "planning"
	PhaseCounting    = "counting"
	PhaseChecking    = "checking"
	PhaseSettling    = "settling"
	PhaseRollingUp   = "rolling up"
	PhaseStating     = "writing statements"
	PhaseClosing     = "closing"
	PhaseMailing     = "mailing"
	PhaseClosed      = "closed"
	PhaseFailed      = "failed"
)

// Progress is a run's answer to [ProgressQuery].
type Progress struct {
	Phase         string `json:"phase"`
	ChunksDone    int    `json:"chunks_done"` // of this phase
	Chunks        int    `json:"chunks"`      // 0 in phases without chunks
	Rows          int64  `json:"rows"`        // of the chunks done
	RowsPerSecond int64  `json:"rows_per_second"`
	SecondsLeft   int64  `json:"seconds_left"` // of this phase, if it goes on as it did; 0 if unknown
}

// progressTracker keeps a run's progress and shows it in the Temporal UI.
type progressTracker struct {
	period     settlement.Period
	phase      string
	chunks     int
	done       int
	doneBefore int // chunks that were done when the phase began
	rows       int64
	rowsBefore int64
	since      time.Time // when the phase began
	updated    time.Time
	mismatches []db.Mismatch // closed days whose rows are not those that were counted
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
func (p *progressTracker) enterChunks(ctx workflow.Context, phase string, chunks []activities.PlannedChunk, state string) {
	p.phase, p.chunks = phase, len(chunks)
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

func (p *progressTracker) chunkDone(ctx workflow.Context, rows int64) {
	p.done++
	p.rows += rows
	p.show(ctx)
}

// close shows what the period came to.
func (p *progressTracker) close(ctx workflow.Context, totals db.Totals) {
	p.enter(ctx, PhaseClosed)
	p.setDetails(ctx, fmt.Sprintf(`**%s**: closed

| rows | views | self | repeat | video amount | ad amount |
|---:|---:|---:|---:|---:|---:|
| %d | %d | %d | %d | %s | %s |
`, p.period, totals.Rows(), totals.Views, totals.SelfViews, totals.RepeatViews, totals.VideoAmount, totals.AdAmount))
}

func (p *progressTracker) fail(ctx workflow.Context, failure error) {
	p.setDetails(ctx, fmt.Sprintf("**%s failed** while %s: %s", p.period, p.phase, Cause(failure)))
	p.phase = PhaseFailed
}

func (p *progressTracker) progress() Progress {
	now := Progress{Phase: p.phase, ChunksDone: p.done, Chunks: p.chunks, Rows: p.rows}
	elapsed := p.updated.Sub(p.since).Seconds()
	if elapsed > 0 {
		now.RowsPerSecond = int64(float64(p.rows-p.rowsBefore) / elapsed)
	}
	if finished := p.done - p.doneBefore; finished > 0 {
		now.SecondsLeft = int64(elapsed / float64(finished) * float64(p.chunks-p.done))
	}
	return now
}

func (p *progressTracker) show(ctx workflow.Context) {
	p.updated = workflow.Now(ctx)
	now := p.progress()
	if now.Chunks == 0 {
		p.setDetails(ctx, fmt.Sprintf("**%s**: %s", p.period, now.Phase))
		return
	}
	p.setDetails(ctx, fmt.Sprintf(`**%s**: %s

| chunks | rows | rows/s | seconds left |
|---:|---:|---:|---:|
| %d of %d | %d | %d | %d |
`, p.period, now.Phase, now.ChunksDone, now.Chunks, now.Rows, now.RowsPerSecond, now.SecondsLeft))
}
