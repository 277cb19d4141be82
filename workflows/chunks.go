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
func (r *chunkedRun) eachChunk(ctx workflow.Context, verb string, round int, state string, work func(workflow.Context, *activities.PlannedChunk) error) error {
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
			ctx = withActivityID(withOptions(ctx, patience, summary), fmt.Sprintf("%s-%03d-%d", strings.ReplaceAll(verb, " ", "-"), chunk.Number, round))
			causes[i] = work(ctx, chunk)
		})
	}
	all.Wait(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return chunksError(r, verb, causes)
}

// longestCause keeps a failure that names hundreds of chunks readable.
const longestCause = 300

func chunksError(r *chunkedRun, verb string, causes []error) error {
	var failed []string
	for i, cause := range causes {
		if cause == nil {
			continue
		}
		message := Cause(cause)
		if len(message) > longestCause {
			message = strings.ToValidUTF8(message[:longestCause], "") + "…"
		}
		failed = append(failed, fmt.Sprintf("chunk %d (%s): %s", r.chunks[i].Number, r.chunks[i].Videos, message))
	}
	if len(failed) == 0 {
		return nil
	}
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(
		"%s %s: %d of %d chunks failed; mend the cause and run it again, finished chunks are kept: %s",
		verb, r.period, len(failed), len(r.chunks), strings.Join(failed, "; ")), activities.TypeChunks, nil)
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
