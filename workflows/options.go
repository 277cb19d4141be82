package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// lostAfter is how long after its last heartbeat an activity is taken for lost
// and run again elsewhere.
const lostAfter = 10 * time.Second

// patience outlasts a restart of the database: tries after 1, 2, 4, 8, 16 s and
// twice 30 s, so a failure that stays is final after about a minute and a half.
var patience = &temporal.RetryPolicy{
	InitialInterval:    time.Second,
	BackoffCoefficient: 2,
	MaximumInterval:    30 * time.Second,
	MaximumAttempts:    8,
}

// logPatience outlasts a backup that holds the watch log, or a transaction on it
// that somebody left open: about six hours. A day needs the log for itself for
// an instant to close, as does who makes room in it, and cannot go on without it. All
// that writes to the log waits behind each try for up to two seconds, so after
// the first few the tries are a minute apart.
var logPatience = &temporal.RetryPolicy{
	InitialInterval:    time.Second,
	BackoffCoefficient: 2,
	MaximumInterval:    time.Minute,
	MaximumAttempts:    6 * 60,
}

// untilItHolds tries again for ever: it waits for other periods to close, which
// may take days. How often it looks, the activity says itself. Refusals end it at
// once.
var untilItHolds = &temporal.RetryPolicy{
	InitialInterval:    time.Second,
	BackoffCoefficient: 2,
	MaximumInterval:    30 * time.Second,
}

// postPatience outlasts a mail server that is down for half a day. A single mail
// that the server puts off has no part in it.
var postPatience = &temporal.RetryPolicy{
	InitialInterval:    10 * time.Second,
	BackoffCoefficient: 2,
	MaximumInterval:    15 * time.Minute,
	MaximumAttempts:    60,
}

// Mails that the mail server puts off are tried again after five minutes, which
// greylisting usually takes, then after waits that double up to an hour, since a
// full mailbox is not soon emptied; for the last time a day and a quarter after
// the first pass.
const (
	firstDeferral    = 5 * time.Minute
	lastDeferral     = time.Hour
	deferralPatience = 30 * time.Hour
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
