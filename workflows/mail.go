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
	Failed []string `json:"failed,omitempty"`
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
func Mail(ctx workflow.Context, input MailInput) (totals activities.MailTotals, err error) {
	var plan activities.PlanMailsResult
	if err := workflow.ExecuteActivity(withOptions(ctx, patience, "plan mails of "+input.Week.String()), a.PlanMails,
		activities.PlanMailsInput{Week: input.Week, After: input.After, PerBatch: MailsPerBatch, MaxBatches: batchesPerRun}).Get(ctx, &plan); err != nil {
		return totals, err
	}
	failed, err := sendBatches(ctx, input.Week, plan.Batches)
	if err != nil {
		return totals, err
	}
	failed = append(input.Failed, failed...)
	if plan.More {
		return totals, workflow.NewContinueAsNewError(ctx, Mail, MailInput{
			Week: input.Week, After: plan.Batches[len(plan.Batches)-1].Last, Failed: failed,
		})
	}
	if err := workflow.ExecuteActivity(withOptions(ctx, patience, "count mails of "+input.Week.String()), a.CountMails,
		activities.PeriodInput{Period: input.Week}).Get(ctx, &totals); err != nil {
		return totals, err
	}
	workflow.SetCurrentDetails(ctx, fmt.Sprintf(`**mails of %s**

| sent | rejected | unknown |
|---:|---:|---:|
| %d | %d | %d |
`, input.Week, totals.Sent, totals.Rejected, totals.Unknown))
	return totals, mailError(input.Week, failed)
}

// sendBatches sends all batches, a bounded number at a time, and names those
// that failed. Only a cancellation is an error.
func sendBatches(ctx workflow.Context, week settlement.Period, batches []db.Creators) (failed []string, err error) {
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
				failed = append(failed, fmt.Sprintf("creators %d to %d: %s", batch.First, batch.Last, Cause(err)))
			}
			done++
			workflow.SetCurrentDetails(ctx, fmt.Sprintf("**mails of %s**: %d of %d batches done, %d failed", week, done, len(batches), len(failed)))
		})
	}
	all.Wait(ctx)
	return failed, ctx.Err()
}

// batchesNamed is how many failed batches an error names.
const batchesNamed = 10

func mailError(week settlement.Period, failed []string) error {
	if len(failed) == 0 {
		return nil
	}
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(
		"%s is closed, but not all its mails could be sent: %d batches failed; mend the cause and send the rest (starter mail send --week %s): %s",
		week, len(failed), week, strings.Join(failed[:min(len(failed), batchesNamed)], "; ")), activities.TypeMails, nil)
}
