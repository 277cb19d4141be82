package workflows

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"

	"creatorpay/activities"
	"creatorpay/engine/mailer"
	"creatorpay/internal/inbox"
	"creatorpay/settlement"
	"creatorpay/templates"
)

// TestRecordHistoriesOfPeriods runs real weeks and months with their mails on
// real servers and keeps their histories.
func TestRecordHistoriesOfPeriods(t *testing.T) {
	if !*record {
		t.Skip("only with -record: see testdata/record.sh")
	}
	// The first settled day is the last of a month: so the month needs no other.
	const first settlement.Day = 19874 // 2024-05-31
	firstWeek, nextWeek := first.Week(), settlement.Period{Kind: settlement.Weekly, Start: first.Week().End()}
	r := newRecorder(t)
	_, err := r.db.AddPartitions(t.Context(), first, nextWeek.End()-1)
	require.NoError(t, err)
	r.addPlays(first, first, 1, 2)
	r.addPlays(nextWeek.Start, nextWeek.Start, 1, 2, 3)
	for on := first; on < nextWeek.End(); on++ {
		require.NoError(t, r.run(on).Get(t.Context(), nil))
	}
	mailing, box := r.startMailWorker()

	r.keep(r.startPeriod(Monthly, PeriodInput{Period: first.Month()}), "monthly-closed.json")
	r.keep(r.startPeriod(Weekly, PeriodInput{Period: firstWeek, NoMail: true}), "weekly-closed-without-mails.json")
	r.keep(r.startMails(firstWeek), "mail-sent.json")

	r.exec("UPDATE deliveries SET state = 'pending' WHERE starts_on = ?", firstWeek.Start)
	box.Misbehave("c@creators.example", inbox.FullMailbox, 1)
	deferred := r.startMails(firstWeek)
	require.Eventually(t, func() bool { return anyOf(r.events(deferred), startsATimer) }, time.Minute, 100*time.Millisecond)
	require.NoError(t, r.temporal.SignalWorkflow(t.Context(), deferred.GetID(), deferred.GetRunID(), SendNowSignal, nil))
	r.keep(deferred, "mail-deferred.json")

	address := mailing.Post.Addr
	mailing.Post.Addr = ""
	failed := r.startPeriod(Weekly, PeriodInput{Period: nextWeek})
	r.keep(failed, "weekly-failed-mails.json")
	r.keep(r.temporal.GetWorkflow(t.Context(), MailID(nextWeek), ""), "mail-failed.json")
	mailing.Post.Addr = address
	r.before("PlanMails", planTwoMails)
	r.keep(r.reset(failed, taskThatFailed), "weekly-reset-to-its-mails.json")
	last := r.temporal.GetWorkflow(t.Context(), MailID(nextWeek), "")
	r.keep(r.runBefore(last), "mail-continued-as-new.json")
	r.keep(last, "mail-continued.json")
	r.keep(r.startPeriod(Weekly, PeriodInput{Period: nextWeek}), "weekly-mailed-after-its-close.json")

	r.keep(r.startPeriod(Monthly, PeriodInput{Period: nextWeek.Start.Month()}), "monthly-refused.json")
	waiting := r.startPeriod(Weekly, PeriodInput{Period: settlement.Period{Kind: settlement.Weekly, Start: nextWeek.End()}, Wait: true})
	require.NoError(t, r.temporal.CancelWorkflow(t.Context(), waiting.GetID(), waiting.GetRunID()))
	r.keep(waiting, "weekly-cancelled.json")
}

// planTwoMails makes a plan of as many creators as a real one has thousands: what
// is left goes to the next run.
func planTwoMails(_ context.Context, args []any) error {
	input, ok := args[0].(activities.PlanMailsInput)
	if !ok {
		return fmt.Errorf("PlanMails got %T", args[0])
	}
	input.PerBatch, input.MaxBatches = 1, 2
	args[0] = input
	return nil
}

// runBefore is the run that continued as this one.
func (r *recorder) runBefore(run client.WorkflowRun) client.WorkflowRun {
	before := r.events(run)[0].GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId()
	require.NotEmpty(r.t, before)
	return r.temporal.GetWorkflow(r.t.Context(), run.GetID(), before)
}

func (r *recorder) startMails(week settlement.Period) client.WorkflowRun {
	run, err := r.temporal.ExecuteWorkflow(r.t.Context(), client.StartWorkflowOptions{
		ID: MailID(week), TaskQueue: TaskQueue,
	}, Mail, MailInput{Week: week})
	require.NoError(r.t, err)
	return run
}

// startMailWorker does what the mail queue orders, with an inbox of its own.
func (r *recorder) startMailWorker() (*activities.Mailing, *inbox.Inbox) {
	box, err := inbox.Start(r.t.Context(), r.t.TempDir())
	require.NoError(r.t, err)
	r.t.Cleanup(func() { require.NoError(r.t, box.Stop()) })
	renderer, err := templates.NewRenderer()
	require.NoError(r.t, err)
	mailing := &activities.Mailing{
		DB:       r.db,
		Post:     mailer.Config{Addr: box.SMTPAddr, From: "payments@creatorpay.example", Timeout: time.Minute},
		Renderer: renderer,
	}
	w := worker.New(r.temporal, MailQueue, worker.Options{Interceptors: []interceptor.WorkerInterceptor{&activities.Guard{}}})
	RegisterMailActivities(w, mailing)
	require.NoError(r.t, w.Start())
	r.t.Cleanup(w.Stop)
	return mailing, box
}

func (r *recorder) startPeriod(workflow any, input PeriodInput) client.WorkflowRun {
	run, err := r.temporal.ExecuteWorkflow(r.t.Context(), client.StartWorkflowOptions{
		ID: ID(input.Period), TaskQueue: TaskQueue,
	}, workflow, input)
	require.NoError(r.t, err)
	return run
}
