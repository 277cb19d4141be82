package workflows

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"creatorpay/activities"
	"creatorpay/settlement"
)

// isOpen lets the book say, once, which periods are open.
func (b *bundle) isOpen(kind settlement.Kind, first, last settlement.Day, open ...settlement.Period) {
	var periods activities.OpenPeriodsResult
	for _, period := range open {
		periods.Open = append(periods.Open, activities.OpenPeriod{Period: period})
	}
	b.OnActivity(a.OpenPeriods, mock.Anything, activities.OpenPeriodsInput{Kind: kind, First: first, Last: last}).Return(periods, nil).Once()
}

// goesOn keeps the watch on the day's run going, as long as the run does.
func (b *bundle) goesOn(on settlement.Day) *testsuite.MockCallWrapper {
	return b.awaits(on).Return(temporal.NewApplicationError("waiting", activities.TypeWaiting)).Maybe()
}

func (b *bundle) awaits(on settlement.Day) *testsuite.MockCallWrapper {
	return b.OnActivity(a.AwaitRun, mock.Anything, activities.AwaitRunInput{Period: settlement.DailyPeriod(on), WorkflowID: ID(settlement.DailyPeriod(on))})
}

// runs expects the day's run to be started, waiting for the day before.
func (b *bundle) runs(on settlement.Day) *testsuite.MockCallWrapper {
	return b.OnWorkflow(Daily, mock.Anything, DailyInput{Day: on, Wait: true}).Once()
}

func (b *bundle) launch(input LaunchInput) (result LaunchResult, err error) {
	b.ExecuteWorkflow(Launch, input)
	if err := b.GetWorkflowError(); err != nil {
		return result, err
	}
	return result, b.GetWorkflowResult(&result)
}

// dueAt makes a schedule start the launch, due at the time.
func (b *bundle) dueAt(t *testing.T, at string) {
	t.Helper()
	due, err := time.Parse(time.RFC3339, at)
	require.NoError(t, err)
	require.NoError(t, b.SetTypedSearchAttributesOnStart(temporal.NewSearchAttributes(DueTime.ValueSet(due))))
}

var errOfDay = temporal.NewNonRetryableApplicationError("a chunk failed", activities.TypeChunks, nil)

func TestLaunch_TakesThePeriodFromTheDueTime(t *testing.T) {
	for _, of := range []struct {
		kind     settlement.Kind
		due      string // 04:00 in Seoul is 19:00 UTC of the day before
		launched string
	}{
		{settlement.Daily, "2024-05-09T19:00:00Z", "2024-05-09"},
		{settlement.Weekly, "2024-05-12T20:00:00Z", "2024-W19"},
		{settlement.Monthly, "2024-05-31T21:00:00Z", "2024-05"},
	} {
		b := setup(t)
		b.SetStartTime(time.Date(2024, 8, 1, 0, 0, 0, 0, time.UTC)) // months late
		b.dueAt(t, of.due)
		period, err := settlement.PeriodOf(of.kind, day)
		require.NoError(t, err)
		b.isOpen(of.kind, period.Start, period.Start, period)
		b.isOpen(of.kind, period.Start, period.Start)
		var launched string
		b.OnWorkflow(Daily, mock.Anything, mock.Anything).Return(func(_ workflow.Context, input DailyInput) (DailyResult, error) {
			launched = input.Day.String()
			return DailyResult{}, nil
		}).Maybe()
		for _, rollUp := range []any{Weekly, Monthly} {
			b.OnWorkflow(rollUp, mock.Anything, mock.Anything).Return(func(_ workflow.Context, input PeriodInput) (PeriodResult, error) {
				require.True(t, input.Wait)
				launched = input.Period.String()
				return PeriodResult{}, nil
			}).Maybe()
		}
		b.OnActivity(a.AwaitRun, mock.Anything, mock.Anything).Return(errors.New("going")).Maybe()

		result, err := b.launch(LaunchInput{Kind: of.kind, Zone: "Asia/Seoul"})

		require.NoError(t, err)
		require.Equal(t, of.launched, launched)
		require.Equal(t, LaunchResult{Closed: 1}, result)
	}
}

func TestLaunch_NamedPeriodsWinOverTheDueTime(t *testing.T) {
	b := setup(t)
	b.dueAt(t, "2024-08-09T19:00:00Z")
	b.isOpen(settlement.Daily, day, day, settlement.DailyPeriod(day))
	b.runs(day).Return(DailyResult{}, nil)
	b.goesOn(day)
	b.isOpen(settlement.Daily, day, day)

	_, err := b.launch(LaunchInput{Kind: settlement.Daily, Zone: "Asia/Seoul", First: day, Last: day})

	require.NoError(t, err)
}

func TestLaunch_RefusesWhatNamesNoPeriod(t *testing.T) {
	for why, input := range map[string]LaunchInput{
		"it names no periods":             {Kind: settlement.Daily, Zone: "Asia/Seoul"},
		`zone: "Asia/Soul" is not a time`: {Kind: settlement.Daily, Zone: "Asia/Soul"},
	} {
		b := setup(t)
		if input.Zone == "Asia/Soul" {
			b.dueAt(t, "2024-05-09T19:00:00Z")
		}

		_, err := b.launch(input)

		require.ErrorContains(t, err, why)
		b.requireRefused(t)
	}
}

// Somebody may backfill a schedule in the Temporal UI from the year 1970 on.
func TestLaunch_RefusesAScheduleThatWasDueBeforeTheFirstDay(t *testing.T) {
	b := setup(t)
	b.dueAt(t, "1970-01-09T19:00:00Z")

	_, err := b.launch(LaunchInput{Kind: settlement.Daily, Zone: "Asia/Seoul"})

	require.ErrorContains(t, err, "first: 1970-01-09 does not lie between")
	b.requireRefused(t)
}

func TestLaunch_PassesOverAClosedPeriod(t *testing.T) {
	b := setup(t)
	b.isOpen(settlement.Daily, day, day)
	b.isOpen(settlement.Daily, day, day)

	result, err := b.launch(LaunchInput{Kind: settlement.Daily, First: day, Last: day})

	require.NoError(t, err)
	require.Equal(t, LaunchResult{ClosedAlready: 1}, result)
}

func TestLaunch_FailsWithItsRun(t *testing.T) {
	b := setup(t)
	b.isOpen(settlement.Daily, day, day, settlement.DailyPeriod(day))
	b.runs(day).Return(DailyResult{}, errOfDay)
	b.goesOn(day)
	b.isOpen(settlement.Daily, day, day, settlement.DailyPeriod(day))

	_, err := b.launch(LaunchInput{Kind: settlement.Daily, First: day, Last: day})

	require.Equal(t, "2024-05-09: a chunk failed", Cause(err))
}

func TestLaunch_GoesOnAfterAFailureAndForgivesWhatWasRepaired(t *testing.T) {
	b := setup(t)
	b.isOpen(settlement.Daily, day, day+3, settlement.DailyPeriod(day+1), settlement.DailyPeriod(day+2), settlement.DailyPeriod(day+3))
	var order []settlement.Day
	for on := day + 1; on <= day+3; on++ {
		b.runs(on).Return(func(_ workflow.Context, input DailyInput) (DailyResult, error) {
			order = append(order, input.Day)
			if input.Day == day+2 {
				return DailyResult{}, errOfDay
			}
			return DailyResult{}, nil
		})
		b.goesOn(on)
	}
	b.isOpen(settlement.Daily, day, day+3)

	result, err := b.launch(LaunchInput{Kind: settlement.Daily, First: day, Last: day + 3})

	require.NoError(t, err)
	require.Equal(t, []settlement.Day{day + 1, day + 2, day + 3}, order)
	require.Equal(t, LaunchResult{
		Closed: 2, ClosedAlready: 1,
		Failed: []FailedPeriod{{Period: settlement.DailyPeriod(day + 2), Cause: "a chunk failed"}},
	}, result)
}

// A platform that has just begun was not there in the period that its schedules launch first.
func TestLaunch_OfAScheduleEndsWellBeforeTheFirstDay(t *testing.T) {
	refused := temporal.NewNonRetryableApplicationError("2024-05-09 lies before the first day", activities.TypeBeforeFirst, nil)
	for _, named := range []bool{false, true} {
		input := LaunchInput{Kind: settlement.Daily, Zone: "Asia/Seoul"}
		b := setup(t)
		b.dueAt(t, "2024-05-09T19:00:00Z")
		b.isOpen(settlement.Daily, day, day, settlement.DailyPeriod(day))
		b.runs(day).Return(DailyResult{}, refused)
		b.goesOn(day)
		if named { // somebody means it
			input.First, input.Last = day, day
			b.isOpen(settlement.Daily, day, day, settlement.DailyPeriod(day))
		}

		result, err := b.launch(input)

		if named {
			require.ErrorContains(t, err, "2024-05-09: 2024-05-09 lies before the first day")
		} else {
			require.NoError(t, err)
			require.Equal(t, LaunchResult{BeforeFirst: true}, result)
		}
	}
}

func TestLaunch_FailsWithTheMailsOfAClosedWeek(t *testing.T) {
	b := setup(t)
	b.isOpen(settlement.Weekly, week.Start, week.Start, week)
	b.OnWorkflow(Weekly, mock.Anything, PeriodInput{Period: week, Wait: true}).
		Return(PeriodResult{}, temporal.NewNonRetryableApplicationError("2 mails failed", activities.TypeMails, nil)).Once()
	b.OnActivity(a.AwaitRun, mock.Anything, mock.Anything).Return(errors.New("going")).Maybe()
	b.isOpen(settlement.Weekly, week.Start, week.Start)

	_, err := b.launch(LaunchInput{Kind: settlement.Weekly, First: week.Start, Last: week.Start})

	require.Equal(t, "2024-W19: 2 mails failed", Cause(err))
}

func TestLaunch_FailsWithAClosedWeekThatWasCancelledWhileItMailed(t *testing.T) {
	for verdict, ended := range map[string]error{
		"":                         nil, // somebody has repaired it
		"2024-W19: mails are left": temporal.NewNonRetryableApplicationError("mails are left", activities.TypeMails, nil),
	} {
		b := setup(t)
		b.isOpen(settlement.Weekly, week.Start, week.Start, week)
		b.OnWorkflow(Weekly, mock.Anything, PeriodInput{Period: week, Wait: true}).
			Return(PeriodResult{}, temporal.NewCanceledError()).Once()
		b.OnActivity(a.AwaitRun, mock.Anything, mock.Anything).Return(temporal.NewApplicationError("waiting", activities.TypeWaiting)).Once()
		b.isOpen(settlement.Weekly, week.Start, week.Start)
		b.OnActivity(a.AwaitRun, mock.Anything, mock.Anything).Return(ended).Once()

		_, err := b.launch(LaunchInput{Kind: settlement.Weekly, First: week.Start, Last: week.Start})

		if ended == nil {
			require.NoError(t, err)
		} else {
			require.Equal(t, verdict, Cause(err))
		}
	}
}

func TestLaunch_WaitsForARunInOtherHands(t *testing.T) {
	for outcome, ended := range map[string]error{
		"":                                       nil,
		"2024-05-09: daily:2024-05-09 has ended": temporal.NewNonRetryableApplicationError("daily:2024-05-09 has ended", activities.TypeRefused, nil),
	} {
		b := setup(t)
		b.isOpen(settlement.Daily, day, day, settlement.DailyPeriod(day))
		b.runs(day).Return(DailyResult{}, &temporal.ChildWorkflowExecutionAlreadyStartedError{})
		b.awaits(day).Return(temporal.NewApplicationError("waiting", activities.TypeWaiting)).Times(3)
		b.awaits(day).Return(ended).Once()
		if ended != nil {
			b.isOpen(settlement.Daily, day, day, settlement.DailyPeriod(day))
		} else {
			b.isOpen(settlement.Daily, day, day)
		}

		_, err := b.launch(LaunchInput{Kind: settlement.Daily, First: day, Last: day})

		if ended == nil {
			require.NoError(t, err)
			continue
		}
		require.Equal(t, outcome, Cause(err))
	}
}

func TestLaunch_GoesOnAsANewRunBeforeItsHistoryGetsLong(t *testing.T) {
	b := setup(t)
	b.SetContinueAsNewSuggested(true)
	b.isOpen(settlement.Daily, day, day+2, settlement.DailyPeriod(day+1), settlement.DailyPeriod(day+2))
	b.runs(day+1).Return(DailyResult{}, nil)
	b.goesOn(day + 1)

	_, err := b.launch(LaunchInput{Kind: settlement.Daily, First: day, Last: day + 2})

	var goesOn *workflow.ContinueAsNewError
	require.ErrorAs(t, err, &goesOn)
	var next LaunchInput
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(goesOn.Input, &next))
	require.Equal(t, LaunchInput{
		Kind: settlement.Daily, First: day, Last: day + 2, From: day + 2, Before: LaunchResult{Closed: 1, ClosedAlready: 1},
	}, next)
}

// goesOnFrom is a launch of four days that goes on from the third one, after the
// second one failed.
func goesOnFrom() LaunchInput {
	return LaunchInput{
		Kind: settlement.Daily, First: day, Last: day + 3, From: day + 2,
		Before: LaunchResult{ClosedAlready: 1, Failed: []FailedPeriod{{Period: settlement.DailyPeriod(day + 1), Cause: "a chunk failed"}}},
	}
}

func TestLaunch_RemembersFailuresFromBeforeItWentOnAsANewRun(t *testing.T) {
	b := setup(t)
	b.isOpen(settlement.Daily, day, day+3, settlement.DailyPeriod(day+1), settlement.DailyPeriod(day+2), settlement.DailyPeriod(day+3))
	for on := day + 2; on <= day+3; on++ {
		b.runs(on).Return(DailyResult{}, nil)
		b.goesOn(on)
	}
	b.isOpen(settlement.Daily, day, day+3, settlement.DailyPeriod(day+1))

	_, err := b.launch(goesOnFrom())

	require.Equal(t, "2024-05-10: a chunk failed", Cause(err))
}

func TestLaunch_ForgivesWhatWasRepairedAfterItWentOnAsANewRun(t *testing.T) {
	b := setup(t)
	b.isOpen(settlement.Daily, day, day+3, settlement.DailyPeriod(day+2), settlement.DailyPeriod(day+3))
	for on := day + 2; on <= day+3; on++ {
		b.runs(on).Return(DailyResult{}, nil)
		b.goesOn(on)
	}
	b.isOpen(settlement.Daily, day, day+3)

	result, err := b.launch(goesOnFrom())

	require.NoError(t, err)
	require.Equal(t, LaunchResult{Closed: 2, ClosedAlready: 1, Failed: goesOnFrom().Before.Failed}, result)
}

// Whatever a launch believes, the book of runs has the last word: it may have been
// restored meanwhile.
func TestLaunch_FailsForEveryOpenPeriodOfItsRange(t *testing.T) {
	b := setup(t)
	open := []settlement.Period{settlement.DailyPeriod(day), settlement.DailyPeriod(day + 1), settlement.DailyPeriod(day + 2)}
	b.isOpen(settlement.Daily, day, day+2, open...)
	b.runs(day+2).Return(DailyResult{}, nil)
	b.goesOn(day + 2)
	b.isOpen(settlement.Daily, day, day+2, open[:2]...)

	_, err := b.launch(LaunchInput{Kind: settlement.Daily, First: day, Last: day + 2, From: day + 2})

	require.Equal(t, "2024-05-09 to 2024-05-10: it was never run", Cause(err))
}
