package workflows

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"

	"creatorpay/activities"
	"creatorpay/settlement"
)

func TestID_IsTheBusinessKey(t *testing.T) {
	require.Equal(t, "daily:2024-05-09", ID(settlement.DailyPeriod(day)))
	require.Equal(t, "weekly:2024-W19", ID(day.Week()))
	require.Equal(t, "monthly:2024-05", ID(day.Month()))
}

func TestAChunksActivityHasANameOfItsOwnInEachRound(t *testing.T) {
	b := setup(t)
	b.begins(planned(1), planned(2))
	b.counts(1).Return(counted, nil).Twice()
	b.counts(2).Return(counted, nil).Once()
	b.checks(1)
	b.checks()
	b.settles(1)
	b.settles(2)
	b.closes(true)
	var names []string
	b.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
		if name := info.ActivityType.Name; name == "CountChunk" || name == "SettleChunk" {
			names = append(names, info.ActivityID)
		}
	})
	b.ExecuteWorkflow(Daily, DailyInput{Day: day, Parallel: 1})
	require.NoError(t, b.GetWorkflowError())
	require.Equal(t, []string{"count-001-1", "count-002-1", "count-001-2", "settle-001-2", "settle-002-2"}, names)
}

func progress(t *testing.T, b *bundle) (now Progress) {
	t.Helper()
	answer, err := b.QueryWorkflow(ProgressQuery)
	require.NoError(t, err)
	require.NoError(t, answer.Get(&now))
	return now
}

func TestProgressFollowsThePhases(t *testing.T) {
	const step = 10 * time.Second // of each activity
	b := setup(t)
	b.OnActivity(a.BeginDay, mock.Anything, mock.Anything).After(step).Return(activities.BeginDayResult{}, nil).Once()
	b.makesRoom()
	b.OnActivity(a.CollectLate, mock.Anything, mock.Anything).After(step).Return(activities.CollectLateResult{}, nil).Once()
	// The first chunk is left from an earlier run, with 1000 rows.
	left := activities.PlannedChunk{Number: 1, State: settlement.ChunkCounted, Rows: 1000}
	b.OnActivity(a.PlanDay, mock.Anything, mock.Anything).After(step).
		Return(activities.PlanResult{Chunks: []activities.PlannedChunk{left, planned(2), planned(3), planned(4)}}, nil).Once()
	b.OnActivity(a.CountChunk, mock.Anything, mock.Anything).After(step).Return(counted, nil).Times(3)
	b.OnActivity(a.CheckDay, mock.Anything, mock.Anything).After(step).Return(activities.CheckDayResult{}, nil).Once()
	b.OnActivity(a.SettleChunk, mock.Anything, mock.Anything).After(step).Return(activities.SettleChunkResult{}, nil).Times(4)
	b.OnActivity(a.RankDay, mock.Anything, mock.Anything).After(step).Return(nil).Once()
	b.OnActivity(a.CloseDay, mock.Anything, mock.Anything).After(step).Return(activities.CloseDayResult{Closed: true}, nil).Once()
	b.drops(activities.DropOldDaysResult{}, nil)
	var seen []Progress
	for i := range 13 {
		b.RegisterDelayedCallback(func() { seen = append(seen, progress(t, b)) }, time.Duration(i)*step+step/2)
	}
	b.ExecuteWorkflow(Daily, DailyInput{Day: day, Parallel: 1})
	require.NoError(t, b.GetWorkflowError())

	require.Equal(t, []Progress{
		{Phase: PhaseWaiting},
		{Phase: PhaseCollecting},
		{Phase: PhasePlanning},
		{Phase: PhaseCounting, ChunksDone: 1, Chunks: 4, Rows: 1000}, // nothing of this run's yet
		{Phase: PhaseCounting, ChunksDone: 2, Chunks: 4, Rows: 1010, RowsPerSecond: 1, SecondsLeft: 20},
		{Phase: PhaseCounting, ChunksDone: 3, Chunks: 4, Rows: 1020, RowsPerSecond: 1, SecondsLeft: 10},
		{Phase: PhaseChecking},
		{Phase: PhaseSettling, Chunks: 4},
		{Phase: PhaseSettling, ChunksDone: 1, Chunks: 4, Rows: 1000, RowsPerSecond: 100, SecondsLeft: 30},
		{Phase: PhaseSettling, ChunksDone: 2, Chunks: 4, Rows: 1010, RowsPerSecond: 50, SecondsLeft: 20},
		{Phase: PhaseSettling, ChunksDone: 3, Chunks: 4, Rows: 1020, RowsPerSecond: 34, SecondsLeft: 10},
		{Phase: PhaseClosing},
		{Phase: PhaseClosing},
	}, seen)
	require.Equal(t, Progress{Phase: PhaseClosed}, progress(t, b))
}

func TestProgressSaysThatTheRunFailed(t *testing.T) {
	b := setup(t)
	b.makesRoom()
	b.OnActivity(a.BeginDay, mock.Anything, mock.Anything).Return(activities.BeginDayResult{}, refusal).Once()
	b.records()
	b.run()
	require.Error(t, b.GetWorkflowError())
	require.Equal(t, Progress{Phase: PhaseFailed}, progress(t, b))
}
