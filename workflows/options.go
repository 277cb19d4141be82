package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// lostAfter is how long after its last heartbeat an activity is taken for lost
// and run again elsewhere.
const lostAfter = 10 * time.Second

// How often an activity is tried, and so how long it may take to fail: the sum of
// the waits between its tries, to which comes what the tries themselves take.

// retryMinutes outlasts a restart of the database: 8 tries, after waits of 1, 2,
// 4, 8, 16, 30 and 30 s, together 91 s.
var retryMinutes = &temporal.RetryPolicy{
	InitialInterval:    time.Second,
	BackoffCoefficient: 2,
	MaximumInterval:    30 * time.Second,
	MaximumAttempts:    8,
}

// retryHours outlasts a backup that holds the watch log, or a transaction on it
// that somebody left open: 360 tries, after waits of 1, 2, 4, 8, 16 and 32 s and
// then of 353 times a minute, together 5 h 54 min. A day needs the log for itself
// for an instant to close, as does who makes room in it, and cannot go on without
// it. All that writes to the log waits behind each try for up to two seconds, so
// after the first few the tries are a minute apart.
var retryHours = &temporal.RetryPolicy{
	InitialInterval:    time.Second,
	BackoffCoefficient: 2,
	MaximumInterval:    time.Minute,
	MaximumAttempts:    6 * 60,
}

// retryForever waits for other periods to close, which may take days; only
// cancelling the run or a final error ends it. While it waits, the activity itself
// says when it looks again (5 s to a minute); other errors are tried again after
// 1, 2, 4, 8, 16 and then every 30 s.
var retryForever = &temporal.RetryPolicy{
	InitialInterval:    time.Second,
	BackoffCoefficient: 2,
	MaximumInterval:    30 * time.Second,
}

// retryHalfADay outlasts a mail server that is down for half a day: 60 tries,
// after waits of 10, 20, 40, 80, 160, 320 and 640 s and then of 52 times a quarter
// of an hour, together 13 h 21 min. A single mail that the server puts off has no
// part in it.
var retryHalfADay = &temporal.RetryPolicy{
	InitialInterval:    10 * time.Second,
	BackoffCoefficient: 2,
	MaximumInterval:    15 * time.Minute,
	MaximumAttempts:    60,
}

// Mails that the mail server puts off are tried again after five minutes, which
// greylisting usually takes, then after waits of 10, 20 and 40 minutes and of an
// hour each, since a full mailbox is not soon emptied; for the last time 30 hours
// after the first pass, which makes 34 passes.
const (
	deferredRetryFirst = 5 * time.Minute
	deferredRetryMost  = time.Hour
	deferredRetryFor   = 30 * time.Hour
)

// withOptions are the options of all activities: long enough for the biggest
// chunk, noticed within lostAfter when the worker is gone, and never left
// running behind a cancelled workflow.
func withOptions(ctx workflow.Context, retry *temporal.RetryPolicy, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Hour,
		HeartbeatTimeout:    lostAfter,
		WaitForCancellation: true,
		RetryPolicy:         retry,
		Summary:             summary,
	})
}

// withActivityID gives the next activity an ID that a person can name in a
// command.
func withActivityID(ctx workflow.Context, id string) workflow.Context {
	options := workflow.GetActivityOptions(ctx)
	options.ActivityID = id
	return workflow.WithActivityOptions(ctx, options)
}
