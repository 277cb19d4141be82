package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"

	"creatorpay/db"
	"creatorpay/engine/delivery"
	"creatorpay/engine/link"
	"creatorpay/engine/mailer"
	"creatorpay/settlement"
	"creatorpay/templates"
)

// Mailing is what the activities that send mails need.
type Mailing struct {
	DB       *db.DB
	Post     mailer.Config // without an address no mail can be sent
	Renderer *templates.Renderer
	Links    link.Links // to the creators' pages
	// Interval is the time between two mails, over all workers; 0 sets none.
	Interval time.Duration

	after func(time.Duration) <-chan time.Time // nil is the clock's; tests set their own
}

// SendMails makes one pass over the batch's mails that are not sent yet. What the
// mail server puts off is left to a later pass.
//
// A worker that is told to stop begins no further mail: the activity fails, and
// another worker goes on with the rest at once.
func (m *Mailing) SendMails(ctx context.Context, input SendMailsInput) error {
	if err := input.Week.ValidateAs(settlement.Weekly); err != nil {
		return err
	}
	batch := delivery.Batch{
		DB: m.DB, Post: m.Post, Renderer: m.Renderer, Links: m.Links, Interval: m.Interval,
		Week: input.Week, Claim: claimOf(activity.GetInfo(ctx)), Stop: activity.GetWorkerStopChannel(ctx), After: m.after,
	}
	if batch.After == nil {
		batch.After = time.After
	}
	err := batch.Send(ctx, input.Creators)
	switch {
	case errors.Is(err, delivery.ErrStopped):
		return againAfter(time.Millisecond, TypeHandedBack, "the worker is told to stop: another one sends the rest of the batch")
	case errors.Is(err, delivery.ErrNoServer):
		return finalError(TypeMailSettings, "the worker knows no mail server: start it with SMTP_ADDR and SMTP_FROM, then send the mails of "+input.Week.String())
	case errors.Is(err, mailer.ErrRefusedUs):
		// Its own words may name addresses, which do not belong into Temporal.
		activity.GetLogger(ctx).Error("the mail server refuses this sender", "error", err)
		return finalError(TypeMailSettings,
			"the mail server refuses this sender: check SMTP_USER, SMTP_PASSWORD, SMTP_TLS and SMTP_FROM of the worker, and its limits; its own words are in the worker's log")
	default:
		return err
	}
}

// claimOf names this attempt and no other one: a later pass of the same run has an activity
// of the same ID for the batch, at another time.
func claimOf(info activity.Info) string {
	return fmt.Sprintf("%s/%s/%d/%d", info.WorkflowExecution.RunID, info.ActivityID, info.ScheduledTime.UnixNano(), info.Attempt)
}
