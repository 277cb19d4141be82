package workflows

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"creatorpay/activities"
	"creatorpay/settlement"
)

const day settlement.Day = 19852 // 2024-05-09

// bundle is a test environment in which only the activities that a test names
// may run.
type bundle struct {
	*testsuite.TestWorkflowEnvironment
}

func setup(t *testing.T) *bundle {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(time.Minute)
	Register(env)
	RegisterActivities(env, &activities.Activities{})
	RegisterMailActivities(env, &activities.Mailing{})
	t.Cleanup(func() { env.AssertExpectations(t) })
	return &bundle{env}
}

// ExecuteWorkflow runs the workflow under its business key.
func (b *bundle) ExecuteWorkflow(workflow, input any) {
	if continued, can := input.(interface{ continues() bool }); can && continued.continues() {
		b.SetContinuedExecutionRunID("the run before")
	}
	b.executeAs(keyOf(input), workflow, input)
}

// executeAs runs the workflow under any ID.
func (b *bundle) executeAs(id string, workflow, input any) {
	b.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: id})
	b.TestWorkflowEnvironment.ExecuteWorkflow(workflow, input)
}

// keyOf is the workflow ID that belongs to the input.
func keyOf(input any) string {
	switch input := input.(type) {
	case DailyInput:
		return ID(settlement.DailyPeriod(input.Day))
	case PeriodInput:
		return ID(input.Period)
	case MailInput:
		return MailID(input.Week)
	case LaunchInput:
		if periods := input.periods(); input.First != 0 && len(periods) > 0 {
			return LaunchID(periods[0], periods[len(periods)-1])
		}
		return LaunchPrefix(input.Kind) + "-2024-05-09T19:00:00Z"
	case PartitionsInput:
		if input.Today != 0 {
			return PartitionsID(input.Today)
		}
		return PartitionsPrefix + "-2024-05-09T19:30:00Z"
	default:
		panic(input)
	}
}

// makesRoom expects the run to make room for the coming days.
func (b *bundle) makesRoom() {
	b.OnActivity(a.MakeRoomAfter, mock.Anything, activities.DayInput{Day: day}).Return(activities.MakeRoomResult{}, nil).Once()
}

// position is that of the primary when the day is planned; all chunks are counted by it.
const position = "0-1-1234"

// begins lets the run begin and plan the given chunks.
func (b *bundle) begins(chunks ...activities.PlannedChunk) {
	b.OnActivity(a.BeginDay, mock.Anything, activities.BeginDayInput{Day: day}).Return(activities.BeginDayResult{PriceRule: 1}, nil).Once()
	b.makesRoom()
	b.OnActivity(a.CollectLate, mock.Anything, activities.DayInput{Day: day}).Return(activities.CollectLateResult{}, nil).Once()
	b.OnActivity(a.PlanDay, mock.Anything, activities.PlanDayInput{Day: day, ChunkRows: DefaultChunkRows, MaxChunks: MaxChunks}).
		Return(activities.PlanResult{Chunks: chunks, Position: position}, nil).Once()
}

func (b *bundle) counts(chunk int) *testsuite.MockCallWrapper {
	return b.OnActivity(a.CountChunk, mock.Anything, activities.ChunkInput{Day: day, Chunk: chunk, Position: position})
}

func (b *bundle) settles(chunk int) {
	b.OnActivity(a.SettleChunk, mock.Anything, activities.ChunkInput{Day: day, Chunk: chunk}).Return(activities.SettleChunkResult{}, nil).Once()
}

func (b *bundle) checks(again ...int) {
	b.OnActivity(a.CheckDay, mock.Anything, activities.DayInput{Day: day}).Return(activities.CheckDayResult{Again: again}, nil).Once()
}

func (b *bundle) closes(closed bool) {
	b.OnActivity(a.RankDay, mock.Anything, activities.DayInput{Day: day}).Return(nil).Once()
	b.OnActivity(a.CloseDay, mock.Anything, activities.DayInput{Day: day}).Return(activities.CloseDayResult{Closed: closed}, nil).Once()
	if closed {
		b.drops(activities.DropOldDaysResult{}, nil)
	}
}

// drops lets the run drop old days once its own is closed.
func (b *bundle) drops(done activities.DropOldDaysResult, err error) {
	b.OnActivity(a.DropOldDays, mock.Anything, activities.DayInput{Day: day}).Return(done, err).Once()
}

// records expects the failure to be recorded in the book of runs and returns
// what was recorded.
func (b *bundle) records() *string {
	failure := new(string)
	b.OnActivity(a.FailDay, mock.Anything, mock.Anything).
		Run(func(args mock.Arguments) { *failure = args.Get(1).(activities.FailDayInput).Failure }).
		Return(nil).Once()
	return failure
}

func (b *bundle) run() {
	b.ExecuteWorkflow(Daily, DailyInput{Day: day})
}

func planned(number int) activities.PlannedChunk {
	return activities.PlannedChunk{Number: number, Videos: "some videos", State: settlement.ChunkPlanned}
}

var counted = activities.CountChunkResult{Rows: 10}

func TestR8_CountsChecksSettlesAndCloses(t *testing.T) {
	b := setup(t)
	b.begins(planned(1), planned(2))
	b.counts(1).Return(counted, nil).Once()
	b.counts(2).Return(counted, nil).Once()
	b.checks()
	b.settles(1)
	b.settles(2)
	b.closes(true)
	var order []string
	b.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
		if len(order) == 0 || order[len(order)-1] != info.ActivityType.Name {
			order = append(order, info.ActivityType.Name)
		}
	})
	b.run()
	require.NoError(t, b.GetWorkflowError())
	require.Equal(t, []string{"MakeRoomAfter", "BeginDay", "CollectLate", "PlanDay", "CountChunk", "CheckDay", "SettleChunk", "RankDay", "CloseDay", "DropOldDays"}, order)
	var result DailyResult
	require.NoError(t, b.GetWorkflowResult(&result))
	require.Equal(t, DailyResult{Day: day, Chunks: 2, PriceRule: 1}, result)
}

func TestR12_FinishedChunksAreNotDoneAgain(t *testing.T) {
	b := setup(t)
	done, half := planned(1), planned(2)
	done.State, half.State = settlement.ChunkDone, settlement.ChunkCounted
	b.begins(done, half, planned(3))
	b.counts(3).Return(counted, nil).Once()
	b.checks()
	b.settles(2)
	b.settles(3)
	b.closes(true)
	b.run()
	require.NoError(t, b.GetWorkflowError())
}

// What a count had looked up may change after it, by an import for instance: then its chunk is planned again.
func TestAChunkThatWasPlannedAgainBeforeItWasSettledIsCountedAgain(t *testing.T) {
	b := setup(t)
	b.begins(planned(1), planned(2))
	b.counts(1).Return(counted, nil).Once()
	b.counts(2).Return(counted, nil).Twice()
	b.checks()
	b.checks()
	b.settles(1)
	b.OnActivity(a.SettleChunk, mock.Anything, activities.ChunkInput{Day: day, Chunk: 2}).Return(activities.SettleChunkResult{Planned: true}, nil).Once()
	b.settles(2)
	b.closes(true)
	b.run()
	require.NoError(t, b.GetWorkflowError())
}

func TestChunksThatAreUnsettledAtTheCloseAreCountedAndSettledAgain(t *testing.T) {
	b := setup(t)
	b.begins(planned(1), planned(2), planned(3))
	b.counts(1).Return(counted, nil).Once()
	b.counts(2).Return(counted, nil).Twice()
	b.counts(3).Return(counted, nil).Once()
	b.checks()
	b.checks()
	for _, chunk := range []int{1, 2, 2, 3, 3} {
		b.settles(chunk)
	}
	b.OnActivity(a.RankDay, mock.Anything, activities.DayInput{Day: day}).Return(nil).Once()
	b.OnActivity(a.CloseDay, mock.Anything, activities.DayInput{Day: day}).Return(activities.CloseDayResult{Unsettled: []activities.PlannedChunk{
		{Number: 2, State: settlement.ChunkPlanned}, {Number: 3, State: settlement.ChunkCounted},
	}}, nil).Once()
	b.closes(true)
	b.run()
	require.NoError(t, b.GetWorkflowError())
}

func TestFanOutIsBounded(t *testing.T) {
	b := setup(t)
	const parallel, chunks = 3, 20
	plan := make([]activities.PlannedChunk, chunks)
	for i := range plan {
		plan[i] = planned(i + 1)
	}
	b.begins(plan...)
	running, most := 0, 0
	b.OnActivity(a.CountChunk, mock.Anything, mock.Anything).After(time.Second).Return(counted, nil).Times(chunks)
	b.OnActivity(a.SettleChunk, mock.Anything, mock.Anything).After(time.Second).Return(activities.SettleChunkResult{}, nil).Times(chunks)
	b.checks()
	b.closes(true)
	b.SetOnActivityStartedListener(func(*activity.Info, context.Context, converter.EncodedValues) { running++; most = max(most, running) })
	b.SetOnActivityCompletedListener(func(*activity.Info, converter.EncodedValue, error) { running-- })
	b.ExecuteWorkflow(Daily, DailyInput{Day: day, Parallel: parallel})
	require.NoError(t, b.GetWorkflowError())
	require.Equal(t, parallel, most)
}

func TestFailedChunksLetTheOthersFinishAndAreAllNamed(t *testing.T) {
	b := setup(t)
	b.begins(planned(1), planned(2), planned(3))
	final := func(cause string) error {
		return temporal.NewNonRetryableApplicationError(cause, activities.TypeBadData, nil)
	}
	b.counts(1).Return(counted, final("first cause")).Once()
	b.counts(2).After(time.Minute).Return(counted, nil).Once()
	b.counts(3).Return(counted, final("third cause")).Once()
	recorded := b.records()
	b.run()
	err := b.GetWorkflowError()
	require.ErrorContains(t, err, "2 of 3 chunks failed")
	require.ErrorContains(t, err, "chunk 1 (some videos): first cause")
	require.ErrorContains(t, err, "chunk 3 (some videos): third cause")
	require.Equal(t, Cause(err), *recorded)
}

func TestAPassingFailureIsTriedAgain(t *testing.T) {
	b := setup(t)
	b.begins(planned(1))
	b.counts(1).Return(counted, errors.New("connection lost")).Times(7)
	b.counts(1).Return(counted, nil).Once()
	b.checks()
	b.settles(1)
	b.closes(true)
	b.run()
	require.NoError(t, b.GetWorkflowError())
}

func TestR10_ChangedChunksAreCountedAgain(t *testing.T) {
	b := setup(t)
	b.begins(planned(1), planned(2))
	b.counts(1).Return(counted, nil).Once()
	b.counts(2).Return(counted, nil).Twice()
	b.checks(2)
	b.checks()
	b.settles(1)
	b.settles(2)
	b.closes(true)
	b.run()
	require.NoError(t, b.GetWorkflowError())
}

func TestR10_RowsThatArriveBeforeTheCloseAreCountedToo(t *testing.T) {
	b := setup(t)
	b.begins(planned(1), planned(2))
	b.counts(1).Return(counted, nil).Once()
	b.counts(2).Return(counted, nil).Twice()
	b.checks()
	b.settles(1)
	b.settles(2)
	b.closes(false)
	b.checks(2)
	b.checks()
	b.settles(2)
	b.closes(true)
	b.run()
	require.NoError(t, b.GetWorkflowError())
}

func TestR10_RowsThatKeepArrivingEndTheRun(t *testing.T) {
	b := setup(t)
	b.begins(planned(1))
	b.counts(1).Return(counted, nil).Times(maxRounds)
	for range maxRounds {
		b.checks(1)
	}
	recorded := b.records()
	b.run()
	require.ErrorContains(t, b.GetWorkflowError(), "keep arriving")
	require.Contains(t, *recorded, "keep arriving")
}

func TestR8_WaitsForTheDayBefore(t *testing.T) {
	b := setup(t)
	waiting := temporal.NewApplicationErrorWithOptions("waiting", activities.TypeWaiting,
		temporal.ApplicationErrorOptions{NextRetryDelay: time.Hour})
	// More often than any failure is tried again; the test environment, unlike
	// the server, ends it after ten.
	b.OnActivity(a.BeginDay, mock.Anything, mock.Anything).Return(activities.BeginDayResult{}, waiting).Times(int(retryMinutes.MaximumAttempts) + 1)
	b.begins(planned(1))
	b.counts(1).Return(counted, nil).Once()
	b.checks()
	b.settles(1)
	b.closes(true)
	b.run()
	require.NoError(t, b.GetWorkflowError())
}

func TestARefusalEndsTheRunAtOnce(t *testing.T) {
	b := setup(t)
	b.makesRoom()
	b.OnActivity(a.BeginDay, mock.Anything, mock.Anything).
		Return(activities.BeginDayResult{}, temporal.NewNonRetryableApplicationError("day is closed", activities.TypeRefused, nil)).Once()
	recorded := b.records()
	b.run()
	require.ErrorContains(t, b.GetWorkflowError(), "day is closed")
	require.Equal(t, "day is closed", *recorded)
}

func TestACancelledRunStartsNothingNewAndIsRecorded(t *testing.T) {
	b := setup(t)
	b.begins(planned(1), planned(2))
	b.counts(1).After(time.Minute).Return(counted, nil).Once()
	b.records()
	b.RegisterDelayedCallback(b.CancelWorkflow, 30*time.Second)
	b.ExecuteWorkflow(Daily, DailyInput{Day: day, Parallel: 1})
	var cancelled *temporal.CanceledError
	require.ErrorAs(t, b.GetWorkflowError(), &cancelled)
}

func TestProgressTellsPhaseChunksRowsAndTimeLeft(t *testing.T) {
	b := setup(t)
	b.begins(planned(1), planned(2))
	b.counts(1).After(10*time.Second).Return(counted, nil).Once()
	b.counts(2).After(20*time.Second).Return(counted, nil).Once()
	b.checks()
	b.settles(1)
	b.settles(2)
	b.closes(true)
	var seen Progress
	b.RegisterDelayedCallback(func() {
		answer, err := b.QueryWorkflow(ProgressQuery)
		require.NoError(t, err)
		require.NoError(t, answer.Get(&seen))
	}, 15*time.Second)
	b.ExecuteWorkflow(Daily, DailyInput{Day: day, Parallel: 1})
	require.NoError(t, b.GetWorkflowError())
	require.Equal(t, Progress{Phase: PhaseCounting, ChunksDone: 1, Chunks: 2, Rows: 10, RowsPerSecond: 1, SecondsLeft: 10}, seen)
}
