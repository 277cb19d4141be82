package workflows

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"creatorpay/activities"
	"creatorpay/settlement"
)

// batches are n batches of ten creators each, from 1 on.
func batches(n int) []settlement.Creators {
	all := make([]settlement.Creators, n)
	for i := range all {
		all[i] = settlement.Creators{First: int64(i)*10 + 1, Last: int64(i)*10 + 10}
	}
	return all
}

// plansMails lets the run plan so many batches above the given creator.
func (b *bundle) plansMails(after int64, n int, more bool) {
	b.OnActivity(a.PlanMails, mock.Anything, activities.PlanMailsInput{Week: week, After: after, PerBatch: mailsPerBatch, MaxBatches: batchesPerRun}).
		Return(activities.PlanMailsResult{Batches: batches(n), More: more}, nil).Once()
}

func (b *bundle) sends(batch int) *testsuite.MockCallWrapper {
	return b.OnActivity(m.SendMails, mock.Anything, activities.SendMailsInput{Week: week, Creators: batches(batch)[batch-1]})
}

func (b *bundle) countsAs(result activities.CountMailsResult) {
	b.OnActivity(a.CountMails, mock.Anything, activities.PeriodInput{Period: week}).Return(result, nil).Once()
}

// fourFull is what is counted while four mailboxes are full.
var fourFull = activities.CountMailsResult{MailTotals: mailed, Deferred: []activities.DeferredMails{{Code: 452, Count: 4}}}

func (b *bundle) countsMails() {
	b.countsAs(activities.CountMailsResult{MailTotals: mailed})
}

func (b *bundle) sendMails() {
	b.ExecuteWorkflow(Mail, MailInput{Week: week})
}

func TestMailID_IsTheBusinessKey(t *testing.T) {
	require.Equal(t, "mail:2024-W19", MailID(week))
}

func TestMailsAreSentBatchByBatchAndCounted(t *testing.T) {
	b := setup(t)
	b.plansMails(0, 2, false)
	b.sends(1).Return(nil).Once()
	b.sends(2).Return(nil).Once()
	b.countsMails()
	var names []string
	b.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
		if info.ActivityType.Name == "SendMails" {
			names = append(names, info.ActivityID+" on "+info.TaskQueue)
		} else {
			names = append(names, info.ActivityType.Name)
		}
	})
	b.sendMails()
	require.NoError(t, b.GetWorkflowError())
	require.Len(t, names, 4)
	require.Equal(t, []string{"PlanMails", "CountMails"}, []string{names[0], names[3]})
	require.ElementsMatch(t, []string{"mail-1 on creatorpay-mail", "mail-11 on creatorpay-mail"}, names[1:3], "the batches begin together")
	var result activities.MailTotals
	require.NoError(t, b.GetWorkflowResult(&result))
	require.Equal(t, mailed, result)
}

func TestAWeekWithoutUnsentMailsIsOnlyCounted(t *testing.T) {
	b := setup(t)
	b.plansMails(0, 0, false)
	b.countsMails()
	b.sendMails()
	require.NoError(t, b.GetWorkflowError())
}

func TestConnectionsToTheMailServerAreBounded(t *testing.T) {
	b := setup(t)
	b.plansMails(0, 2*mailParallel, false)
	b.OnActivity(m.SendMails, mock.Anything, mock.Anything).After(time.Second).Return(nil).Times(2 * mailParallel)
	b.countsMails()
	running, most := 0, 0
	b.SetOnActivityStartedListener(func(*activity.Info, context.Context, converter.EncodedValues) {
		running++
		most = max(most, running)
	})
	b.SetOnActivityCompletedListener(func(*activity.Info, converter.EncodedValue, error) { running-- })
	b.sendMails()
	require.NoError(t, b.GetWorkflowError())
	require.Equal(t, mailParallel, most)
}

func TestAFailedBatchLetsTheOthersBeSentAndIsNamed(t *testing.T) {
	b := setup(t)
	b.plansMails(0, 3, false)
	b.sends(1).After(time.Minute).Return(nil).Once()
	b.sends(2).Return(refusal).Once()
	b.sends(3).After(time.Minute).Return(nil).Once()
	b.countsMails()
	b.sendMails()
	b.requireFailure(t, activities.TypeMails,
		"2024-W19 is closed, but not all its mails could be sent; fix the cause and send the rest (send the mails of 2024-W19): failed batches: 1: creators 11 to 20: the cause")
}

func TestOfManyFailedBatchesAFewAreNamed(t *testing.T) {
	b := setup(t)
	b.plansMails(0, batchesNamed+2, false)
	b.OnActivity(m.SendMails, mock.Anything, mock.Anything).Return(refusal).Times(batchesNamed + 2)
	b.countsMails()
	b.sendMails()
	require.ErrorContains(t, b.GetWorkflowError(), "failed batches: 12")
	require.Equal(t, batchesNamed, strings.Count(b.GetWorkflowError().Error(), ": the cause"))
}

func TestAMailServerThatIsDownIsTriedAgain(t *testing.T) {
	b := setup(t)
	b.plansMails(0, 1, false)
	b.sends(1).Return(errors.New("connect to the mail server: connection refused")).Times(9)
	b.sends(1).Return(nil).Once()
	b.countsMails()
	b.sendMails()
	require.NoError(t, b.GetWorkflowError())
}

func TestDeferredMailsAreTriedAgainInLaterPassesUntilNoneIsLeft(t *testing.T) {
	b := setup(t)
	for range 4 {
		b.plansMails(0, 1, false)
		b.sends(1).Return(nil).Once()
	}
	for range 3 {
		b.countsAs(fourFull)
	}
	b.countsMails()
	began := b.Now()
	b.sendMails()
	require.NoError(t, b.GetWorkflowError())
	require.Equal(t, 35*time.Minute, b.Now().Sub(began), "after 5, 10 and 20 minutes")
	var result activities.MailTotals
	require.NoError(t, b.GetWorkflowResult(&result))
	require.Equal(t, mailed, result)
}

func TestTheRunSaysWhenItTriesDeferredMailsAgain(t *testing.T) {
	b := setup(t)
	b.plansMails(0, 0, false)
	b.countsAs(fourFull)
	began := b.Now()
	var next time.Time
	b.OnUpsertMemo(mock.Anything).Run(func(args mock.Arguments) {
		next = args.Get(0).(map[string]any)[nextPassMemo].(time.Time)
	}).Return(nil).Once()
	b.RegisterDelayedCallback(b.CancelWorkflow, time.Second)
	b.sendMails()
	require.Equal(t, began.Add(deferredRetryFirst), next.In(began.Location()))
	shown := details(t, b)
	require.Contains(t, shown, "put off by the mail server: 4 (4 with code 452)")
	require.Contains(t, shown, instant(next))
}

func TestDeferredMailsFailTheRunWhenTheLastPassHasEnded(t *testing.T) {
	b := setup(t)
	b.OnActivity(a.PlanMails, mock.Anything, mock.Anything).Return(activities.PlanMailsResult{}, nil)
	b.OnActivity(a.CountMails, mock.Anything, mock.Anything).Return(activities.CountMailsResult{
		MailTotals: mailed, Deferred: []activities.DeferredMails{{Count: 1}, {Code: 452, Count: 4}},
	}, nil)
	began := b.Now()
	b.sendMails()
	b.requireFailure(t, activities.TypeMails,
		"2024-W19 is closed, but not all its mails could be sent; fix the cause and send the rest (send the mails of 2024-W19): put off by the mail server: 5 (1 without an answer, 4 with code 452); `the status of the mails of 2024-W19` shows its words")
	require.Equal(t, deferredRetryFor, b.Now().Sub(began))
}

func TestAFailedBatchIsNotKeptFromPeopleByDeferredMails(t *testing.T) {
	b := setup(t)
	b.plansMails(0, 1, false)
	b.sends(1).Return(refusal).Once()
	b.countsAs(fourFull)
	b.sendMails()
	b.requireFailure(t, activities.TypeMails,
		"2024-W19 is closed, but not all its mails could be sent; fix the cause and send the rest (send the mails of 2024-W19): failed batches: 1: creators 1 to 10: the cause; and put off by the mail server: 4 (4 with code 452); `the status of the mails of 2024-W19` shows its words")
}

func TestWhoAsksForMailsGetsTheNextPassAtOnceAndAllPassesAnew(t *testing.T) {
	b := setup(t)
	for range 2 {
		b.plansMails(0, 0, false)
	}
	b.countsAs(fourFull)
	b.countsMails()
	var next []any
	b.OnUpsertMemo(mock.Anything).Run(func(args mock.Arguments) {
		next = append(next, args.Get(0).(map[string]any)[nextPassMemo])
	}).Return(nil).Twice()
	b.RegisterDelayedCallback(func() { b.SignalWorkflow(SendNowSignal, nil) }, time.Minute)
	began := b.Now()
	b.sendMails()
	require.NoError(t, b.GetWorkflowError())
	require.Equal(t, time.Minute, b.Now().Sub(began))
	require.Len(t, next, 2)
	require.Nil(t, next[1], "nothing says that the run still waits")
}

func TestWhoAsksForMailsWhileAPassGoesOnGetsAnother(t *testing.T) {
	b := setup(t)
	b.plansMails(0, 1, false)
	b.sends(1).After(time.Minute).Return(nil).Once()
	b.countsMails()
	b.plansMails(0, 0, false)
	b.countsMails()
	b.RegisterDelayedCallback(func() { b.SignalWorkflow(SendNowSignal, nil) }, 30*time.Second)
	b.sendMails()
	require.NoError(t, b.GetWorkflowError())
}

func TestWhoAsksForMailsBeforeTheFirstPassGetsOne(t *testing.T) {
	b := setup(t)
	b.plansMails(0, 0, false)
	b.countsMails()
	b.RegisterDelayedCallback(func() { b.SignalWorkflow(SendNowSignal, nil) }, 0)
	b.sendMails()
	require.NoError(t, b.GetWorkflowError())
}

func TestPassesGoOnInANewRunBeforeTheHistoryGrowsLong(t *testing.T) {
	b := setup(t)
	b.plansMails(0, batchesPerRun-1, false)
	b.OnActivity(m.SendMails, mock.Anything, mock.Anything).Return(nil).Times(batchesPerRun - 1)
	b.countsAs(fourFull)
	began := b.Now()
	b.sendMails()
	next := b.continuation(t)
	require.True(t, began.Add(deferredRetryFor).Equal(next.Until))
	require.Equal(t, MailInput{Week: week, Passes: 1, Until: next.Until}, next)
}

func TestANewRunKnowsWhoAskedForMails(t *testing.T) {
	b := setup(t)
	b.plansMails(0, 1, true)
	b.sends(1).After(time.Minute).Return(nil).Once()
	b.RegisterDelayedCallback(func() { b.SignalWorkflow(SendNowSignal, nil) }, 30*time.Second)
	b.sendMails()
	require.Equal(t, MailInput{Week: week, After: 10, Asked: true}, b.continuation(t))
}

func TestANewRunGivesThePassThatSomebodyAskedForInTheOneBefore(t *testing.T) {
	b := setup(t)
	b.plansMails(7, 0, false)
	b.countsMails()
	b.plansMails(0, 0, false)
	b.countsMails()
	b.ExecuteWorkflow(Mail, MailInput{Week: week, After: 7, Asked: true})
	require.NoError(t, b.GetWorkflowError())
}

// continuation is the input of the run that is to follow.
func (b *bundle) continuation(t *testing.T) (next MailInput) {
	t.Helper()
	var continued *workflow.ContinueAsNewError
	require.ErrorAs(t, b.GetWorkflowError(), &continued)
	require.Equal(t, "Mail", continued.WorkflowType.Name)
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(continued.Input, &next))
	return next
}

func TestWhatIsLeftGoesToTheNextRun(t *testing.T) {
	b := setup(t)
	b.plansMails(0, 2, true)
	b.sends(1).Return(nil).Once()
	b.sends(2).Return(nil).Once()
	b.sendMails()
	require.Equal(t, MailInput{Week: week, After: 20}, b.continuation(t))
}

func TestTheNextRunKnowsTheBatchesThatFailed(t *testing.T) {
	b := setup(t)
	b.plansMails(7, 2, true)
	b.sends(1).Return(refusal).Once()
	b.sends(2).Return(nil).Once()
	b.ExecuteWorkflow(Mail, MailInput{Week: week, After: 7, Failed: FailedBatches{1, []string{"creators 1 to 7: a cause"}}})
	require.Equal(t, MailInput{Week: week, After: 20, Failed: FailedBatches{2, []string{"creators 1 to 7: a cause", "creators 1 to 10: the cause"}}}, b.continuation(t))
}

func TestTheLastRunFailsForTheBatchesOfAllRuns(t *testing.T) {
	b := setup(t)
	b.plansMails(7, 1, false)
	b.sends(1).Return(nil).Once()
	b.countsMails()
	b.ExecuteWorkflow(Mail, MailInput{Week: week, After: 7, Failed: FailedBatches{1, []string{"creators 1 to 7: a cause"}}})
	b.requireFailure(t, activities.TypeMails,
		"2024-W19 is closed, but not all its mails could be sent; fix the cause and send the rest (send the mails of 2024-W19): failed batches: 1: creators 1 to 7: a cause")
}

func TestMailsOfAWeekThatIsNotClosedAreRefused(t *testing.T) {
	b := setup(t)
	b.OnActivity(a.PlanMails, mock.Anything, mock.Anything).Return(activities.PlanMailsResult{}, refusal).Once()
	b.sendMails()
	b.requireFailure(t, activities.TypeRefused, "the cause")
}

func TestCancelledMailsBeginNoNewBatch(t *testing.T) {
	b := setup(t)
	b.plansMails(0, mailParallel+1, false)
	for batch := range mailParallel {
		b.sends(batch + 1).After(time.Minute).Return(nil).Once()
	}
	b.RegisterDelayedCallback(b.CancelWorkflow, 30*time.Second)
	b.sendMails()
	var cancelled *temporal.CanceledError
	require.ErrorAs(t, b.GetWorkflowError(), &cancelled)
}
