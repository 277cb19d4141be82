package workflows

import (
	"context"
	"errors"
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

var (
	week  = day.Week()  // 2024-W19
	month = day.Month() // 2024-05
)

var (
	rolledUp = settlement.Totals{Statistics: settlement.Statistics{Views: 10}}
	closed   = settlement.Totals{Statistics: settlement.Statistics{Views: 20}}
	mailed   = activities.MailTotals{Sent: 3, Rejected: 2, Unknown: 1}
)

// beginsPeriod lets the run begin and plan the given chunks.
func (b *bundle) beginsPeriod(period settlement.Period, chunks ...activities.PlannedChunk) {
	b.OnActivity(a.BeginPeriod, mock.Anything, activities.BeginPeriodInput{Period: period}).Return(activities.BeginPeriodResult{}, nil).Once()
	if period.Kind == settlement.Weekly {
		b.plansRowChecks()
	}
	b.plansPeriod(period, chunks...)
}

func (b *bundle) plansRowChecks(checks ...activities.RowCheck) {
	b.OnActivity(a.PlanRowChecks, mock.Anything, activities.PlanRowChecksInput{Period: week, CheckRows: rowsPerCheck, MaxChecks: maxChecks}).
		Return(activities.PlanRowChecksResult{Checks: checks}, nil).Once()
}

func (b *bundle) plansPeriod(period settlement.Period, chunks ...activities.PlannedChunk) {
	b.OnActivity(a.PlanPeriod, mock.Anything, activities.PlanPeriodInput{Period: period, ChunkLines: chunkLines, MaxChunks: MaxChunks}).
		Return(activities.PlanResult{Chunks: chunks}, nil).Once()
}

func (b *bundle) rollsUp(period settlement.Period, chunk int) *testsuite.MockCallWrapper {
	return b.OnActivity(a.RollUpChunk, mock.Anything, activities.PeriodChunkInput{Period: period, Chunk: chunk})
}

func (b *bundle) closesPeriod(period settlement.Period) {
	input := activities.PeriodInput{Period: period}
	b.OnActivity(a.RankPeriod, mock.Anything, input).Return(nil).Once()
	b.OnActivity(a.WriteStatements, mock.Anything, input).Return(nil).Once()
	b.OnActivity(a.ClosePeriod, mock.Anything, input).Return(closed, nil).Once()
}

func (b *bundle) mails() *testsuite.MockCallWrapper {
	return b.OnWorkflow(Mail, mock.Anything, MailInput{Week: week})
}

// recordsPeriod expects the failure to be recorded in the book of runs and
// returns what was recorded.
func (b *bundle) recordsPeriod() *string {
	failure := new(string)
	b.OnActivity(a.FailPeriod, mock.Anything, mock.Anything).
		Run(func(args mock.Arguments) { *failure = args.Get(1).(activities.FailPeriodInput).Failure }).
		Return(nil).Once()
	return failure
}

// listen notes the activities and child workflows as they start.
func (b *bundle) listen() *[]string {
	order := new([]string)
	b.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
		*order = append(*order, info.ActivityType.Name)
	})
	b.SetOnChildWorkflowStartedListener(func(info *workflow.Info, _ workflow.Context, _ converter.EncodedValues) {
		*order = append(*order, "child "+info.WorkflowExecution.ID)
	})
	return order
}

func (b *bundle) runWeek() {
	b.ExecuteWorkflow(Weekly, PeriodInput{Period: week})
}

func TestR8_AWeekIsRolledUpStatedClosedAndThenMailed(t *testing.T) {
	b := setup(t)
	b.beginsPeriod(week, planned(1), planned(2))
	b.rollsUp(week, 1).Return(rolledUp, nil).Once()
	b.rollsUp(week, 2).Return(rolledUp, nil).Once()
	b.closesPeriod(week)
	b.mails().Return(mailed, nil).Once()
	order := b.listen()

	b.runWeek()

	require.NoError(t, b.GetWorkflowError())
	require.Equal(t, []string{
		"BeginPeriod", "PlanRowChecks", "PlanPeriod", "RollUpChunk", "RollUpChunk", "RankPeriod", "WriteStatements", "ClosePeriod", "child mail:2024-W19",
	}, *order)
	var result PeriodResult
	require.NoError(t, b.GetWorkflowResult(&result))
	require.Equal(t, PeriodResult{Period: week, Chunks: 2, Totals: closed, Mails: mailed}, result)
}

func TestR8_AMonthIsRolledUpStatedAndClosedAndNotMailed(t *testing.T) {
	b := setup(t)
	b.beginsPeriod(month, planned(1))
	b.rollsUp(month, 1).Return(rolledUp, nil).Once()
	b.closesPeriod(month)
	order := b.listen()

	b.ExecuteWorkflow(Monthly, PeriodInput{Period: month})

	require.NoError(t, b.GetWorkflowError())
	require.Equal(t, []string{"BeginPeriod", "PlanPeriod", "RollUpChunk", "RankPeriod", "WriteStatements", "ClosePeriod"}, *order)
	var result PeriodResult
	require.NoError(t, b.GetWorkflowResult(&result))
	require.Equal(t, PeriodResult{Period: month, Chunks: 1, Totals: closed}, result)
}

func TestAWeekWithoutMailsOnlyCloses(t *testing.T) {
	b := setup(t)
	b.beginsPeriod(week)
	b.closesPeriod(week)
	order := b.listen()
	b.ExecuteWorkflow(Weekly, PeriodInput{Period: week, NoMail: true})
	require.NoError(t, b.GetWorkflowError())
	require.NotContains(t, *order, "child mail:2024-W19")
}

func TestR11_AWeekThatIsClosedAlreadyIsOnlyMailed(t *testing.T) {
	b := setup(t)
	b.OnActivity(a.BeginPeriod, mock.Anything, mock.Anything).Return(activities.BeginPeriodResult{Closed: true, Totals: closed}, nil).Once()
	b.mails().Return(mailed, nil).Once()
	b.runWeek()
	require.NoError(t, b.GetWorkflowError())
	var result PeriodResult
	require.NoError(t, b.GetWorkflowResult(&result))
	require.Equal(t, PeriodResult{Period: week, Totals: closed, Mails: mailed}, result)
}

func TestR12_FinishedChunksOfAWeekAreNotRolledUpAgain(t *testing.T) {
	b := setup(t)
	done := planned(1)
	done.State = settlement.ChunkDone
	b.beginsPeriod(week, done, planned(2))
	b.rollsUp(week, 2).Return(rolledUp, nil).Once()
	b.closesPeriod(week)
	b.mails().Return(mailed, nil).Once()
	b.runWeek()
	require.NoError(t, b.GetWorkflowError())
}

func TestAChunksRollUpHasANameOfItsOwn(t *testing.T) {
	b := setup(t)
	b.beginsPeriod(month, planned(1))
	b.rollsUp(month, 1).Return(rolledUp, nil).Once()
	b.closesPeriod(month)
	var name string
	b.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
		if info.ActivityType.Name == "RollUpChunk" {
			name = info.ActivityID
		}
	})
	b.ExecuteWorkflow(Monthly, PeriodInput{Period: month})
	require.NoError(t, b.GetWorkflowError())
	require.Equal(t, "roll-up-001-1", name)
}

func TestR8_AWeekWaitsForItsDays(t *testing.T) {
	b := setup(t)
	waiting := temporal.NewApplicationErrorWithOptions("waiting", activities.TypeWaiting,
		temporal.ApplicationErrorOptions{NextRetryDelay: time.Hour})
	// More often than any failure is tried again.
	b.OnActivity(a.BeginPeriod, mock.Anything, activities.BeginPeriodInput{Period: week, Wait: true}).
		Return(activities.BeginPeriodResult{}, waiting).Times(int(retryMinutes.MaximumAttempts) + 1)
	b.OnActivity(a.BeginPeriod, mock.Anything, mock.Anything).Return(activities.BeginPeriodResult{}, nil).Once()
	b.plansRowChecks()
	b.plansPeriod(week)
	b.closesPeriod(week)
	b.ExecuteWorkflow(Weekly, PeriodInput{Period: week, Wait: true, NoMail: true})
	require.NoError(t, b.GetWorkflowError())
}

func TestAFailedChunkOfAWeekLetsTheOthersFinishAndIsNamed(t *testing.T) {
	b := setup(t)
	b.beginsPeriod(week, planned(1), planned(2), planned(3))
	b.rollsUp(week, 1).After(time.Minute).Return(rolledUp, nil).Once()
	b.rollsUp(week, 2).Return(rolledUp, refusal).Once()
	b.rollsUp(week, 3).After(time.Minute).Return(rolledUp, nil).Once()
	recorded := b.recordsPeriod()
	b.runWeek()
	b.requireFailure(t, activities.TypeChunks,
		"roll up 2024-W19: 1 of 3 chunks failed; fix the cause, then: retry the run of 2024-W19 (finished chunks are kept); chunk 2 (some videos): the cause")
	require.Equal(t, Cause(b.GetWorkflowError()), *recorded)
}

func TestAFailureOfAnyStepOfAWeekIsRecordedAndNothingIsMailed(t *testing.T) {
	begin := func(b *bundle, err error) {
		b.OnActivity(a.BeginPeriod, mock.Anything, mock.Anything).Return(activities.BeginPeriodResult{}, err).Once()
	}
	planChecks := func(b *bundle, err error) {
		b.OnActivity(a.PlanRowChecks, mock.Anything, mock.Anything).Return(activities.PlanRowChecksResult{}, err).Once()
	}
	plan := func(b *bundle, err error) {
		b.OnActivity(a.PlanPeriod, mock.Anything, mock.Anything).Return(activities.PlanResult{}, err).Once()
	}
	rank := func(b *bundle, err error) {
		b.OnActivity(a.RankPeriod, mock.Anything, mock.Anything).Return(err).Once()
	}
	state := func(b *bundle, err error) {
		b.OnActivity(a.WriteStatements, mock.Anything, mock.Anything).Return(err).Once()
	}
	closePeriod := func(b *bundle, err error) {
		b.OnActivity(a.ClosePeriod, mock.Anything, mock.Anything).Return(settlement.Totals{}, err).Once()
	}
	steps := []struct {
		name string
		do   func(b *bundle, err error)
	}{{"begin", begin}, {"plan checks", planChecks}, {"plan", plan}, {"rank", rank}, {"statements", state}, {"close", closePeriod}}
	for i, failing := range steps {
		t.Run(failing.name, func(t *testing.T) {
			b := setup(t)
			for _, step := range steps[:i] {
				step.do(b, nil)
			}
			failing.do(b, refusal)
			recorded := b.recordsPeriod()
			b.runWeek()
			b.requireFailure(t, activities.TypeRefused, "the cause")
			require.Equal(t, "the cause", *recorded)
		})
	}
}

func TestMailsThatCannotBeSentFailTheWeeksRun(t *testing.T) {
	b := setup(t)
	b.beginsPeriod(week)
	b.closesPeriod(week)
	b.mails().Return(mailed, temporal.NewNonRetryableApplicationError("2024-W19 is closed, but", activities.TypeMails, nil)).Once()
	recorded := b.recordsPeriod()
	b.runWeek()
	b.requireFailure(t, activities.TypeMails, "2024-W19 is closed, but")
	require.Equal(t, "2024-W19 is closed, but", *recorded)
}

func TestWhateverEndsTheMailsOfAClosedWeekIsToldAsMailsThatAreLeft(t *testing.T) {
	b := setup(t)
	b.beginsPeriod(week)
	b.closesPeriod(week)
	b.mails().Return(mailed, temporal.NewApplicationError("the database is away", "Unavailable")).Once()
	b.recordsPeriod()
	b.runWeek()
	b.requireFailure(t, activities.TypeMails, "2024-W19 is closed, but not all its mails could be sent; fix the cause and send the rest (send the mails of 2024-W19): the database is away")
}

func TestAWeekWaitsWhileAnotherRunSendsItsMails(t *testing.T) {
	b := setup(t)
	b.beginsPeriod(week)
	b.closesPeriod(week)
	b.mails().Return(activities.MailTotals{}, &temporal.ChildWorkflowExecutionAlreadyStartedError{}).Times(3)
	b.mails().Return(mailed, nil).Once()
	began := b.Now()
	b.runWeek()
	require.NoError(t, b.GetWorkflowError())
	require.Equal(t, firstLook+2*firstLook+4*firstLook, b.Now().Sub(began))
}

func TestACancelledWeekStartsNothingNewAndIsRecorded(t *testing.T) {
	b := setup(t)
	b.beginsPeriod(week, planned(1))
	b.rollsUp(week, 1).After(time.Minute).Return(rolledUp, nil).Once()
	recorded := b.recordsPeriod()
	b.RegisterDelayedCallback(b.CancelWorkflow, 30*time.Second)
	b.runWeek()
	var cancelled *temporal.CanceledError
	require.ErrorAs(t, b.GetWorkflowError(), &cancelled)
	require.Equal(t, "canceled", *recorded)
}

func TestAWeeksFailureThatCannotBeRecordedIsStillItsOwn(t *testing.T) {
	b := setup(t)
	b.OnActivity(a.BeginPeriod, mock.Anything, mock.Anything).Return(activities.BeginPeriodResult{}, refusal).Once()
	b.OnActivity(a.FailPeriod, mock.Anything, mock.Anything).Return(temporal.NewNonRetryableApplicationError("the database is gone", "Any", nil)).Once()
	b.runWeek()
	b.requireFailure(t, activities.TypeRefused, "the cause")
}

func TestAPassingFailureOfARollUpIsTriedAgain(t *testing.T) {
	b := setup(t)
	b.beginsPeriod(month, planned(1))
	b.rollsUp(month, 1).Return(rolledUp, errors.New("connection lost")).Times(7)
	b.rollsUp(month, 1).Return(rolledUp, nil).Once()
	b.closesPeriod(month)
	b.ExecuteWorkflow(Monthly, PeriodInput{Period: month})
	require.NoError(t, b.GetWorkflowError())
}

func TestProgressOfAWeekFollowsItsPhases(t *testing.T) {
	const step = 10 * time.Second // of each activity
	b := setup(t)
	b.OnActivity(a.BeginPeriod, mock.Anything, mock.Anything).After(step).Return(activities.BeginPeriodResult{}, nil).Once()
	b.OnActivity(a.PlanRowChecks, mock.Anything, mock.Anything).After(step).Return(activities.PlanRowChecksResult{}, nil).Once()
	b.OnActivity(a.PlanPeriod, mock.Anything, mock.Anything).After(step).
		Return(activities.PlanResult{Chunks: []activities.PlannedChunk{planned(1)}}, nil).Once()
	b.rollsUp(week, 1).After(step).Return(rolledUp, nil).Once()
	b.OnActivity(a.RankPeriod, mock.Anything, mock.Anything).After(step).Return(nil).Once()
	b.OnActivity(a.WriteStatements, mock.Anything, mock.Anything).After(step).Return(nil).Once()
	b.OnActivity(a.ClosePeriod, mock.Anything, mock.Anything).After(step).Return(closed, nil).Once()
	b.mails().After(step).Return(mailed, nil).Once()
	var phases []string
	for i := range 8 {
		b.RegisterDelayedCallback(func() { phases = append(phases, progress(t, b).Phase) }, time.Duration(i)*step+step/2)
	}
	b.runWeek()
	require.NoError(t, b.GetWorkflowError())
	require.Equal(t, []string{
		PhaseWaiting, PhaseCheckingRows, PhasePlanning, PhaseRollingUp, PhaseStating, PhaseStating, PhaseClosing, PhaseMailing,
	}, phases)
	require.Equal(t, PhaseClosed, progress(t, b).Phase)
}
