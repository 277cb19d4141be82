package workflows

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"creatorpay/activities"
	"creatorpay/db"
	"creatorpay/settlement"
)

// MailInput asks for the mails of a closed week that are still to be sent.
type MailInput struct {
	Week  settlement.Period `json:"week"`
	After int64             `json:"after,omitempty"` // only creators above this one
	// Failed are the batches that failed in the runs that went before.
	Failed FailedBatches `json:"failed,omitzero"`
}

// FailedBatches counts the batches that failed and names the first few.
type FailedBatches struct {
	Count int      `json:"count"`
	Named []string `json:"named"`
}

// batchesNamed is how many failed batches an error names: a mail server that is
// down fails them all.
const batchesNamed = 10

func (f *FailedBatches) add(batch db.Creators, cause error) {
	f.Count++
	if len(f.Named) < batchesNamed {
		f.Named = append(f.Named, fmt.Sprintf("creators %d to %d: %s", batch.First, batch.Last, Cause(cause)))
	}
}

const (
	// MailsPerBatch is how many mails one activity sends over one connection.
	MailsPerBatch = 25
	// batchesPerRun keeps a run's history short; what is left goes to the next
	// run, as a new one.
	batchesPerRun = 200
	// mailParallel is how many connections to the mail server there are over all
	// workers.
	mailParallel = 4
)

// m names the mail activities; it is never called.
var m *activities.Mailing

// Mail sends the mails of a closed week that are pending, batch by batch, and
// tells what became of all mails of the week. A batch that fails does not keep
// the others from being sent; then the run fails once. Mails whose fate is
// unknown are left to a person.
func Mail(ctx workflow.Context, input MailInput) (activities.MailTotals, error) {
	publish(ctx, firstAttributes(kindMail, input.Week, PhaseMailing)...)
	failed := input.Failed
	totals, err := mailWeek(ctx, input, &failed)
	switch {
	case err == nil:
		publish(ctx, SettlementPhase.ValueSet(PhaseMailed))
	case !workflow.IsContinueAsNewError(err):
		publish(ctx, SettlementPhase.ValueSet(PhaseFailed), FailedChunks.ValueSet(int64(failed.Count)))
	}
	return totals, err
}

func mailWeek(ctx workflow.Context, input MailInput, failed *FailedBatches) (totals activities.MailTotals, err error) {
	var plan activities.PlanMailsResult
	if err := workflow.ExecuteActivity(withOptions(ctx, patience, "plan mails of "+input.Week.String()), a.PlanMails,
		activities.PlanMailsInput{Week: input.Week, After: input.After, PerBatch: MailsPerBatch, MaxBatches: batchesPerRun}).Get(ctx, &plan); err != nil {
		return totals, err
	}
	if err := sendBatches(ctx, input.Week, plan.Batches, failed); err != nil {
		return totals, err
	}
	if plan.More {
		return totals, workflow.NewContinueAsNewError(ctx, Mail, MailInput{
			Week: input.Week, After: plan.Batches[len(plan.Batches)-1].Last, Failed: *failed,
		})
	}
	if err := workflow.ExecuteActivity(withOptions(ctx, patience, "count mails of "+input.Week.String()), a.CountMails,
		activities.PeriodInput{Period: input.Week}).Get(ctx, &totals); err != nil {
		return totals, err
	}
	showMailed(ctx, input.Week, totals, *failed)
	return totals, mailError(input.Week, *failed)
}

// sendBatches sends all batches, a bounded number at a time, and adds those that
// failed. Only a cancellation is an error.
func sendBatches(ctx workflow.Context, week settlement.Period, batches []db.Creators, failed *FailedBatches) error {
	slots := workflow.NewSemaphore(ctx, mailParallel)
	all := workflow.NewWaitGroup(ctx)
	done := 0
	for i, batch := range batches {
		if err := slots.Acquire(ctx, 1); err != nil {
			break // cancelled: what runs is waited for, nothing new begins
		}
		all.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer all.Done()
			defer slots.Release(1)
			summary := fmt.Sprintf("mail %s batch %d/%d: creators %d to %d", week, i+1, len(batches), batch.First, batch.Last)
			ctx = withActivityID(withOptions(ctx, postPatience, summary), fmt.Sprintf("mail-%d", batch.First))
			ctx = workflow.WithTaskQueue(ctx, MailQueue)
			if err := workflow.ExecuteActivity(ctx, m.SendMails, activities.SendMailsInput{Week: week, Creators: batch}).Get(ctx, nil); err != nil {
				failed.add(batch, err)
			}
			done++
			showMailing(ctx, week, done, len(batches), failed.Count)
		})
	}
	all.Wait(ctx)
	return ctx.Err()
}

func mailError(week settlement.Period, failed FailedBatches) error {
	if failed.Count == 0 {
		return nil
	}
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(
		"%s is closed, but not all its mails could be sent: %d batches failed; mend the cause and send the rest (starter mail send --week %s): %s",
		week, failed.Count, week, strings.Join(failed.Named, "; ")), activities.TypeMails, nil)
}
