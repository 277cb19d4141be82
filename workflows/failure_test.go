package workflows

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"creatorpay/activities"
	"creatorpay/settlement"
)

// refusal is how an activity ends a run at once.
var refusal = temporal.NewNonRetryableApplicationError("the cause", activities.TypeRefused, nil)

// requireFailure holds what failed the run against its type and words.
func (b *bundle) requireFailure(t *testing.T, failureType, message string) {
	t.Helper()
	var failure *temporal.ApplicationError
	require.ErrorAs(t, b.GetWorkflowError(), &failure)
	require.Equal(t, failureType, failure.Type())
	require.Equal(t, message, failure.Message())
}

func TestAFailureOfAnyStepEndsTheRunAndIsRecorded(t *testing.T) {
	chunk := func(state settlement.ChunkState) activities.PlannedChunk {
		return activities.PlannedChunk{Number: 1, Videos: "some videos", State: state}
	}
	steps := []struct {
		name string
		fail func(b *bundle)
	}{
		{"begin", func(b *bundle) {
			b.makesRoom()
			b.OnActivity(a.BeginDay, mock.Anything, mock.Anything).Return(activities.BeginDayResult{}, refusal).Once()
		}},
		{"collect late", func(b *bundle) {
			b.OnActivity(a.BeginDay, mock.Anything, mock.Anything).Return(activities.BeginDayResult{}, nil).Once()
			b.makesRoom()
			b.OnActivity(a.CollectLate, mock.Anything, mock.Anything).Return(activities.CollectLateResult{}, refusal).Once()
		}},
		{"plan", func(b *bundle) {
			b.OnActivity(a.BeginDay, mock.Anything, mock.Anything).Return(activities.BeginDayResult{}, nil).Once()
			b.makesRoom()
			b.OnActivity(a.CollectLate, mock.Anything, mock.Anything).Return(activities.CollectLateResult{}, nil).Once()
			b.OnActivity(a.PlanDay, mock.Anything, mock.Anything).Return(activities.PlanResult{}, refusal).Once()
		}},
		{"check", func(b *bundle) {
			b.begins(chunk(settlement.ChunkCounted))
			b.OnActivity(a.CheckDay, mock.Anything, mock.Anything).Return(activities.CheckDayResult{}, refusal).Once()
		}},
		{"rank", func(b *bundle) {
			b.begins(chunk(settlement.ChunkDone))
			b.checks()
			b.OnActivity(a.RankDay, mock.Anything, mock.Anything).Return(refusal).Once()
		}},
		{"close", func(b *bundle) {
			b.begins(chunk(settlement.ChunkDone))
			b.checks()
			b.OnActivity(a.RankDay, mock.Anything, mock.Anything).Return(nil).Once()
			b.OnActivity(a.CloseDay, mock.Anything, mock.Anything).Return(activities.CloseDayResult{}, refusal).Once()
		}},
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			b := setup(t)
			step.fail(b)
			recorded := b.records()
			b.run()
			b.requireFailure(t, activities.TypeRefused, "the cause")
			require.Equal(t, "the cause", *recorded)
		})
	}
}

func TestAFailureThatCannotBeRecordedIsStillTheRuns(t *testing.T) {
	b := setup(t)
	b.makesRoom()
	b.OnActivity(a.BeginDay, mock.Anything, mock.Anything).Return(activities.BeginDayResult{}, refusal).Once()
	b.OnActivity(a.FailDay, mock.Anything, mock.Anything).
		Return(temporal.NewNonRetryableApplicationError("the database is gone", "Any", nil)).Once()
	b.run()
	b.requireFailure(t, activities.TypeRefused, "the cause")
}

func TestAFailureThatStaysIsFinalAfterAWhile(t *testing.T) {
	b := setup(t)
	b.begins(planned(1))
	b.counts(1).Return(counted, errors.New("invalid connection")).Times(int(retryMinutes.MaximumAttempts))
	b.records()
	b.run()
	b.requireFailure(t, activities.TypeChunks, "count 2024-05-09: 1 of 1 chunk failed; fix the cause, then: retry the run of 2024-05-09 (finished chunks are kept); chunk 1 (some videos): invalid connection")
}

// aBackup is longer than most.
const aBackup = 5 * time.Hour

// busyForABackup gives an activity's errors while a backup holds the watch log.
// The tries must not be so close that what writes to the log comes to a stop.
func (b *bundle) busyForABackup(t *testing.T) func() error {
	var tries []time.Time
	t.Cleanup(func() {
		require.Greater(t, len(tries), 8)
		for i := 8; i < len(tries); i++ {
			require.GreaterOrEqual(t, tries[i].Sub(tries[i-1]), time.Minute)
		}
	})
	return func() error {
		if tries = append(tries, b.Now()); b.Now().Sub(tries[0]) < aBackup {
			return settlement.Errorf(settlement.ErrBusy, settlement.Period{}, "busy")
		}
		return nil
	}
}

func TestADayClosesWhenABackupThatHoldsTheWatchLogEnds(t *testing.T) {
	b := setup(t)
	busy := b.busyForABackup(t)
	b.begins(planned(1))
	b.counts(1).Return(counted, nil).Once()
	b.checks()
	b.settles(1)
	b.OnActivity(a.RankDay, mock.Anything, mock.Anything).Return(nil).Once()
	b.OnActivity(a.CloseDay, mock.Anything, mock.Anything).
		Return(func(context.Context, activities.DayInput) (activities.CloseDayResult, error) {
			return activities.CloseDayResult{Closed: true}, busy()
		})
	b.drops(activities.DropOldDaysResult{}, nil)
	b.run()
	require.NoError(t, b.GetWorkflowError())
}

func TestADayGoesOnWhereNoRoomCanBeMade(t *testing.T) {
	b := setup(t)
	b.OnActivity(a.MakeRoomAfter, mock.Anything, mock.Anything).
		Return(activities.MakeRoomResult{}, settlement.Errorf(settlement.ErrBusy, settlement.Period{}, "busy")).Times(int(retryMinutes.MaximumAttempts))
	b.OnActivity(a.BeginDay, mock.Anything, mock.Anything).Return(activities.BeginDayResult{}, nil).Once()
	b.OnActivity(a.CollectLate, mock.Anything, mock.Anything).Return(activities.CollectLateResult{}, nil).Once()
	b.OnActivity(a.PlanDay, mock.Anything, mock.Anything).Return(activities.PlanResult{}, nil).Once()
	b.checks()
	b.closes(true)
	b.run()
	require.NoError(t, b.GetWorkflowError())
}

func TestADayIsClosedWhateverBecomesOfOldDays(t *testing.T) {
	const kept = "old days of the logs were not dropped, the next run tries again: the cause"
	for _, test := range []struct {
		rule string
		done activities.DropOldDaysResult
		err  error
		want activities.DropOldDaysResult
	}{
		{"they are dropped", activities.DropOldDaysResult{Dropped: 3}, nil, activities.DropOldDaysResult{Dropped: 3}},
		{"one has to stay", activities.DropOldDaysResult{Dropped: 1, Kept: "why"}, nil, activities.DropOldDaysResult{Dropped: 1, Kept: "why"}},
		{"they cannot be dropped", activities.DropOldDaysResult{}, refusal, activities.DropOldDaysResult{Kept: kept}},
	} {
		t.Run(test.rule, func(t *testing.T) {
			b := setup(t)
			b.begins(planned(1))
			b.counts(1).Return(counted, nil).Once()
			b.checks()
			b.settles(1)
			b.OnActivity(a.RankDay, mock.Anything, mock.Anything).Return(nil).Once()
			b.OnActivity(a.CloseDay, mock.Anything, mock.Anything).Return(activities.CloseDayResult{Closed: true}, nil).Once()
			b.drops(test.done, test.err)

			b.run()

			require.NoError(t, b.GetWorkflowError())
			var result DailyResult
			require.NoError(t, b.GetWorkflowResult(&result))
			require.Equal(t, test.want, result.DropOldDaysResult)
			if test.want.Kept != "" {
				require.Contains(t, details(t, b), "**2024-05-09**: closed\n\n**Warning**: "+test.want.Kept)
			}
		})
	}
}

func TestAChunkThatCannotBeSettledIsNamed(t *testing.T) {
	b := setup(t)
	b.begins(planned(1), planned(2))
	b.counts(1).Return(counted, nil).Once()
	b.counts(2).Return(counted, nil).Once()
	b.checks()
	b.settles(1)
	b.OnActivity(a.SettleChunk, mock.Anything, activities.ChunkInput{Day: day, Chunk: 2}).Return(activities.SettleChunkResult{}, refusal).Once()
	b.records()
	b.run()
	b.requireFailure(t, activities.TypeChunks, "settle 2024-05-09: 1 of 2 chunks failed; fix the cause, then: retry the run of 2024-05-09 (finished chunks are kept); chunk 2 (some videos): the cause")
}

func TestALongCauseIsCut(t *testing.T) {
	b := setup(t)
	b.begins(planned(1))
	long := "원인: " + strings.Repeat("가", longestFailure) + "; what to do" // characters are cut in two
	b.counts(1).Return(counted, temporal.NewNonRetryableApplicationError(long, activities.TypeBadData, nil)).Once()
	recorded := b.records()
	b.run()
	require.ErrorContains(t, b.GetWorkflowError(), "chunk 1 (some videos): 원인: 가가")
	require.ErrorContains(t, b.GetWorkflowError(), "가 … 가")
	require.ErrorContains(t, b.GetWorkflowError(), "가; what to do")
	require.Less(t, len(*recorded), longestFailure)
}

func TestTheCausesOfSeveralChunksShareTheirRoom(t *testing.T) {
	const chunks = 7
	b := setup(t)
	var all []activities.PlannedChunk
	for number := 1; number <= chunks; number++ {
		all = append(all, planned(number))
		b.counts(number).Return(counted, temporal.NewNonRetryableApplicationError(strings.Repeat("a", longestFailure), activities.TypeBadData, nil)).Once()
	}
	b.begins(all...)
	recorded := b.records()
	b.run()
	require.ErrorContains(t, b.GetWorkflowError(), "chunk 7 (some videos)")
	require.NotContains(t, *recorded, "more, all of which")
	require.Less(t, len(*recorded), longestFailure)
}

func TestR10_ADayThatNeverClosesEndsTheRun(t *testing.T) {
	b := setup(t)
	b.begins(planned(1))
	b.counts(1).Return(counted, nil).Once()
	b.settles(1)
	for range maxRounds {
		b.checks()
		b.closes(false)
	}
	b.records()
	b.run()
	b.requireFailure(t, activities.TypeRowsArrived, "rows of 2024-05-09 keep arriving, or chunks keep being planned again: they were counted and checked 5 times and did not come to rest; stop what writes to the day, then: retry the run of 2024-05-09")
}

func TestCause_IsWhatTheActivitySaid(t *testing.T) {
	lost := errors.New("invalid connection")
	for _, test := range []struct {
		rule string
		err  error
		want string
	}{
		{"with what it was doing", fmt.Errorf("read watch log: %w", lost), "read watch log: invalid connection"},
		{"as an error with a type", refusal, "the cause"},
		{"as it is", lost, "invalid connection"},
	} {
		t.Run(test.rule, func(t *testing.T) {
			b := setup(t)
			b.OnActivity(a.BeginDay, mock.Anything, mock.Anything).Return(activities.BeginDayResult{}, nil).Once()
			b.makesRoom()
			b.OnActivity(a.CollectLate, mock.Anything, mock.Anything).Return(activities.CollectLateResult{}, nil).Once()
			b.OnActivity(a.PlanDay, mock.Anything, mock.Anything).Return(activities.PlanResult{}, test.err)
			recorded := b.records()
			b.run()
			require.Equal(t, test.want, Cause(b.GetWorkflowError()))
			require.Equal(t, test.want, *recorded)
		})
	}
}
