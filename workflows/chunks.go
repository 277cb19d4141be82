package workflows

import (
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"creatorpay/activities"
	"creatorpay/settlement"
)

// chunkedRun is what the runs of all kinds have in common: a period that is
// worked on chunk by chunk.
type chunkedRun struct {
	period   settlement.Period
	parallel int // chunks at a time
	progress *progressTracker
	chunks   []activities.PlannedChunk
}

// eachChunk does the work for every chunk in the given state, a bounded number
// at a time. It waits for all of them: a chunk that fails does not keep the
// others from finishing. Then it fails once, naming each chunk that failed and
// its cause.
func (r *chunkedRun) eachChunk(ctx workflow.Context, verb string, round int, state settlement.ChunkState, work func(workflow.Context, *activities.PlannedChunk) error) error {
	slots := workflow.NewSemaphore(ctx, int64(r.parallel))
	all := workflow.NewWaitGroup(ctx)
	causes := make([]error, len(r.chunks))
	for i := range r.chunks {
		chunk := &r.chunks[i]
		if chunk.State != state {
			continue
		}
		if err := slots.Acquire(ctx, 1); err != nil {
			break // cancelled: what runs is waited for, nothing new begins
		}
		all.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer all.Done()
			defer slots.Release(1)
			summary := fmt.Sprintf("%s %s chunk %d/%d: %s", verb, r.period, chunk.Number, len(r.chunks), chunk.Videos)
			ctx = withActivityID(withOptions(ctx, retryMinutes, summary), fmt.Sprintf("%s-%03d-%d", strings.ReplaceAll(verb, " ", "-"), chunk.Number, round))
			if causes[i] = work(ctx, chunk); causes[i] != nil && ctx.Err() == nil {
				r.progress.chunkFailed(ctx)
			}
		})
	}
	all.Wait(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return chunksError(ctx, r, verb, causes)
}

const (
	// shortestCause is how much of a chunk's cause is kept however many chunks
	// failed: a failure that names hundreds stays readable.
	shortestCause = 300
	// longestFailure keeps a run's message whole wherever Temporal cuts a failure
	// to 4 KB. What has no room in it stands in the details.
	longestFailure = 3000
	// headOfFailure and headOfCause are what stands in it before the causes and
	// before each of them.
	headOfFailure, headOfCause = 200, 60
)

func chunksError(ctx workflow.Context, r *chunkedRun, verb string, causes []error) error {
	var failed []FailedChunk
	for i, cause := range causes {
		if cause != nil {
			failed = append(failed, FailedChunk{r.chunks[i].Number, r.chunks[i].Videos, Cause(cause)})
		}
	}
	if len(failed) == 0 {
		return nil
	}
	longestCause := max(shortestCause, (longestFailure-headOfFailure)/len(failed)-headOfCause)
	for i := range failed {
		failed[i].Error = cut(failed[i].Error, longestCause)
	}
	r.progress.failedChunks = failed
	message := fmt.Sprintf("%s %s: %d of %s failed; fix the cause, then: %s (finished chunks are kept)",
		verb, r.period, len(failed), settlement.Count(len(r.chunks), "chunk"), commandsOf(ctx).Retry(r.period))
	for i, chunk := range failed {
		named := fmt.Sprintf("; chunk %d (%s): %s", chunk.Chunk, chunk.Videos, chunk.Error)
		if len(message)+len(named) > longestFailure {
			message += fmt.Sprintf("; and %d more, all of which are in the failure's details", len(failed)-i)
			break
		}
		message += named
	}
	return temporal.NewApplicationErrorWithOptions(message, activities.TypeChunks, temporal.ApplicationErrorOptions{
		NonRetryable: true,
		Details:      []any{failed},
	})
}

// cut shortens a text to so many bytes and a mark. It leaves out the middle: what
// to do stands at the end.
func cut(text string, longest int) string {
	if len(text) <= longest {
		return text
	}
	return strings.ToValidUTF8(text[:longest/2], "") + " … " + strings.ToValidUTF8(text[len(text)-longest/2:], "")
}

// begin enters the period in the book by the given activity, tried again for as
// long as the period has to wait for another one, and shows what it waits for.
func (r *chunkedRun) begin(ctx workflow.Context, enter func(ctx workflow.Context, shown *activities.Waiting) (waiting *activities.Waiting, err error)) error {
	r.progress.enter(ctx, PhaseWaiting)
	ctx = withOptions(ctx, retryForever, "begin "+r.period.String())
	waiting, err := enter(ctx, nil)
	for err == nil && waiting != nil {
		r.progress.waitFor(ctx, waiting)
		waiting, err = enter(ctx, waiting)
	}
	return err
}

// recordFailure writes the failure into the book of runs by the activity, even when the
// workflow was cancelled. The book leaves a closed period as it is. If it cannot be
// written, the workflow's own failure is still there to be read.
func (r *chunkedRun) recordFailure(ctx workflow.Context, failure error, activity, input any) {
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	r.progress.fail(ctx, failure)
	name := r.period.String()
	if err := workflow.ExecuteActivity(withOptions(ctx, retryMinutes, "record the failure of "+name), activity, input).Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Error("record failure", "period", name, "error", err)
	}
}

// Cause is what went wrong in the words of the code that failed, without the
// SDK's chain of activity types and ids around it.
func Cause(err error) string {
	var application *temporal.ApplicationError
	if errors.As(err, &application) {
		return application.Message() // with the words of all that it wraps
	}
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	return err.Error()
}
