package workflows

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"creatorpay/activities"
	"creatorpay/settlement"
)

// batchesNamed is how many failed batches an error names: a mail server that is
// down fails them all.
const batchesNamed = 10

func (f *FailedBatches) add(batch settlement.Creators, cause error) {
	f.Count++
	if len(f.Named) < batchesNamed {
		f.Named = append(f.Named, fmt.Sprintf("creators %d to %d: %s", batch.First, batch.Last, Cause(cause)))
	}
}

const (
	// mailsPerBatch is how many mails one activity sends over one connection.
	mailsPerBatch = 25
	// batchesPerRun keeps a run's history short, since it plans no more batches at
	// a time and begins no pass after so many; what is left goes to the next run,
	// as a new one. A pass counts as a batch, too.
	batchesPerRun = 200
	// mailParallel is how many batches of a week are sent at a time over all workers, and
	// so the most connections to the mail server for it: as many as wait for a distant
	// server without being too many for it. How many of them there are is up to the workers' slots.
	mailParallel = 32
)

// m names the mail activities; it is never called.
var m *activities.Mailing

// Mail sends the mails of a closed week that are pending, batch by batch, and
// tells what became of all mails of the week. A batch that fails does not keep
// the others from being sent; then the run fails once. Mails whose fate is
// unknown are left to an operator.
//
// Mails that the mail server puts off keep nobody waiting: they are tried again in
// later passes, with growing waits between them, until none is left or the last
// pass has ended. [SendNowSignal] begins the next pass at once.
func Mail(ctx workflow.Context, input MailInput) (activities.MailTotals, error) {
	if err := admit(ctx, errors.Join(input.Validate(), onlyContinued(ctx, input)), MailID(input.Week)); err != nil {
		return activities.MailTotals{}, err
	}
	publish(ctx, firstAttributes(kindMail, input.Week, PhaseMailing)...)
	run := &mailRun{MailInput: input, asked: workflow.GetSignalChannel(ctx, SendNowSignal)}
	totals, err := run.do(ctx)
	switch {
	case err == nil:
		publish(ctx, SettlementPhase.ValueSet(PhaseMailed))
	case !workflow.IsContinueAsNewError(err):
		publish(ctx, SettlementPhase.ValueSet(PhaseFailed), FailedChunks.ValueSet(int64(run.Failed.Count)))
	}
	return totals, err
}

type mailRun struct {
	MailInput
	asked workflow.ReceiveChannel
}

// do makes passes over the mails that are still to be sent.
func (r *mailRun) do(ctx workflow.Context) (totals activities.MailTotals, err error) {
	for batches := 0; batches < batchesPerRun; {
		if r.After == 0 {
			r.hear() // this pass is what they asked for
			r.Asked = false
		}
		plan, err := r.plan(ctx)
		if err != nil {
			return totals, err
		}
		if err := r.sendBatches(ctx, plan.Batches); err != nil {
			return totals, err
		}
		if plan.More {
			r.After = plan.Batches[len(plan.Batches)-1].Last
			break
		}
		batches += len(plan.Batches) + 1
		var counted activities.CountMailsResult
		if err := workflow.ExecuteActivity(withOptions(ctx, retryMinutes, "count mails of "+r.Week.String()), a.CountMails,
			activities.PeriodInput{Period: r.Week}).Get(ctx, &counted); err != nil {
			return totals, err
		}
		r.hear()
		now := workflow.Now(ctx)
		if r.Until.IsZero() {
			r.Until = now.Add(deferredRetryFor)
		}
		switch {
		case r.Asked:
			r.MailInput = MailInput{Week: r.Week}
		case r.Failed.Count > 0, len(counted.Deferred) == 0, !now.Before(r.Until):
			showMailed(ctx, r.Week, counted, r.Failed)
			return counted.MailTotals, mailError(ctx, r.Week, r.Failed, counted.Deferred)
		default:
			if err := r.wait(ctx, counted, now); err != nil {
				return totals, err
			}
		}
	}
	r.hear()
	return totals, workflow.NewContinueAsNewError(ctx, Mail, r.MailInput)
}

// hear takes note of those who asked for a pass.
func (r *mailRun) hear() {
	for r.asked.ReceiveAsync(nil) {
		r.Asked = true
	}
}

func (r *mailRun) plan(ctx workflow.Context) (plan activities.PlanMailsResult, err error) {
	err = workflow.ExecuteActivity(withOptions(ctx, retryMinutes, "plan mails of "+r.Week.String()), a.PlanMails,
		activities.PlanMailsInput{Week: r.Week, After: r.After, PerBatch: mailsPerBatch, MaxBatches: batchesPerRun}).Get(ctx, &plan)
	return plan, err
}

// wait lets the time pass until the mails that were put off are tried again, or
// somebody asks for that.
func (r *mailRun) wait(ctx workflow.Context, counted activities.CountMailsResult, now time.Time) error {
	delay := deferredRetryFirst
	for range r.Passes {
		delay = min(2*delay, deferredRetryMost)
	}
	delay = min(delay, r.Until.Sub(now))
	next := now.Add(delay)
	publish(ctx, SettlementPhase.ValueSet(PhaseDeferred))
	if err := workflow.UpsertMemo(ctx, map[string]any{nextPassMemo: next}); err != nil {
		return err
	}
	showDeferred(ctx, r.Week, counted, next)
	asked, err := workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{
		Timeout:      delay,
		TimerOptions: workflow.TimerOptions{Summary: "until deferred mails are tried again"},
	}, func() bool { return r.asked.Len() > 0 })
	if err != nil {
		return err
	}
	r.After, r.Passes = 0, r.Passes+1
	if !asked {
		return nil
	}
	r.MailInput = MailInput{Week: r.Week} // all passes begin anew
	return workflow.UpsertMemo(ctx, map[string]any{nextPassMemo: nil})
}

// sendBatches sends all batches, a bounded number at a time, and adds those that
// failed. Only a cancellation is an error.
func (r *mailRun) sendBatches(ctx workflow.Context, batches []settlement.Creators) error {
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
			summary := fmt.Sprintf("mail %s batch %d/%d: creators %d to %d", r.Week, i+1, len(batches), batch.First, batch.Last)
			ctx = withActivityID(withOptions(ctx, retryHalfADay, summary), fmt.Sprintf("mail-%d", batch.First))
			ctx = workflow.WithTaskQueue(ctx, MailQueue)
			if err := workflow.ExecuteActivity(ctx, m.SendMails, activities.SendMailsInput{Week: r.Week, Creators: batch}).Get(ctx, nil); err != nil {
				r.Failed.add(batch, err)
			}
			done++
			showMailing(ctx, r.Week, done, len(batches), r.Failed.Count)
		})
	}
	all.Wait(ctx)
	return ctx.Err()
}

func mailError(ctx workflow.Context, week settlement.Period, failed FailedBatches, deferred []activities.DeferredMails) error {
	var problems []string
	if failed.Count > 0 {
		problems = append(problems, fmt.Sprintf("failed batches: %d: %s", failed.Count, strings.Join(failed.Named, "; ")))
	}
	if len(deferred) > 0 {
		problems = append(problems, fmt.Sprintf("%s; `%s` shows its words", describeDeferred(deferred), commandsOf(ctx).MailStatus(week)))
	}
	if len(problems) == 0 {
		return nil
	}
	return mailsLeft(ctx, week, strings.Join(problems, "; and "))
}

func mailsLeft(ctx workflow.Context, week settlement.Period, why string) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(
		"%s is closed, but not all its mails could be sent; fix the cause and send the rest (%s): %s",
		week, commandsOf(ctx).SendMails(week), why), activities.TypeMails, nil)
}

// afterClose is the error of a week whose mails ended with the given one, whatever that
// is: a database that is away too long, a child that was terminated. By its type whoever
// waits for the week knows that mails are left, though it is closed. The text alone is
// kept: a launch would take the end of that child for the end of its own.
func afterClose(ctx workflow.Context, week settlement.Period, err error) error {
	if err == nil || ofMails(err) || ctx.Err() != nil {
		return err
	}
	return mailsLeft(ctx, week, Cause(err))
}

// describeDeferred counts the mails that were put off and gives the reasons.
func describeDeferred(deferred []activities.DeferredMails) string {
	all := 0
	var reasons []string
	for _, one := range deferred {
		all += one.Count
		reason := fmt.Sprintf("%d with code %d", one.Count, one.Code)
		if one.Code == 0 {
			reason = fmt.Sprintf("%d without an answer", one.Count)
		}
		reasons = append(reasons, reason)
	}
	return fmt.Sprintf("put off by the mail server: %d (%s)", all, strings.Join(reasons, ", "))
}
