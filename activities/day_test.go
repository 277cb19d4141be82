package activities

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"creatorpay/db"
	"creatorpay/settlement"
)

// thisRun holds what the environment's activities begin.
var thisRun = db.Holder{WorkflowID: "default-test-workflow-id", RunID: "default-test-run-id"}

func (b *bundle) begun() {
	b.Helper()
	_, err := run[BeginDayResult](b, b.activities.BeginDay, BeginDayInput{Day: day})
	require.NoError(b, err)
}

func (b *bundle) settled() {
	b.Helper()
	_, err := run[SettleChunkResult](b, b.activities.SettleChunk, ChunkInput{Day: day, Chunk: 1})
	require.NoError(b, err)
}

func (b *bundle) inBook() db.Run {
	b.Helper()
	run, err := b.DB.OpenRun(b.Context(), settlement.DailyPeriod(day))
	require.NoError(b, err)
	return run
}

func TestBeginDay_EntersTheRunUnderTheWorkersWindow(t *testing.T) {
	b := setup(t)
	b.activities.RepeatWindow = 7 * time.Second

	result, err := run[BeginDayResult](b, b.activities.BeginDay, BeginDayInput{Day: day})

	require.NoError(t, err)
	require.Equal(t, BeginDayResult{PriceRule: 1}, result)
	require.Equal(t, 7*time.Second, b.inBook().RepeatWindow())
	require.Equal(t, thisRun.WorkflowID, b.inBook().WorkflowID)
	require.Equal(t, thisRun.RunID, b.inBook().Holder)
}

func TestBeginDay_PricesThatCannotBeUsedAreFinal(t *testing.T) {
	for statement, says := range map[string]string{
		`DELETE FROM price_tiers WHERE paid_for = 'views'`: "price rule 1: the first price of views must hold from ordinal 1",
		`UPDATE price_rules SET holds_from = '2024-05-10'`: "no price rule holds on 2024-05-09",
	} {
		t.Run(says, func(t *testing.T) {
			b := setup(t)
			b.Exec(statement)
			_, err := run[BeginDayResult](b, b.activities.BeginDay, BeginDayInput{Day: day})
			requireType(t, TypeBadData, err)
			require.ErrorContains(t, err, says)
		})
	}
}

func TestPlanDay_CutsTheDayOnce(t *testing.T) {
	b := setup(t)
	for video := int64(1); video <= 4; video++ {
		b.play(day, video, viewer, time.Hour)
	}
	b.begun()
	want := PlanResult{Chunks: []PlannedChunk{
		{Number: 1, Videos: "videos before 3", State: settlement.ChunkPlanned},
		{Number: 2, Videos: "videos from 3", State: settlement.ChunkPlanned},
	}}
	for _, rows := range []int64{2, 1} { // the second time the stored plan is read
		plan, err := run[PlanResult](b, b.activities.PlanDay, PlanDayInput{Day: day, ChunkRows: rows, MaxChunks: 10})
		require.NoError(t, err)
		require.Equal(t, want, plan)
	}
}

func TestPlanDay_TellsWhatIsDone(t *testing.T) {
	b := setup(t)
	b.play(day, 1, viewer, time.Hour)
	b.planned()
	b.counted()
	plan, err := run[PlanResult](b, b.activities.PlanDay, PlanDayInput{Day: day, ChunkRows: 1, MaxChunks: 10})
	require.NoError(t, err)
	require.Equal(t, []PlannedChunk{{Number: 1, Videos: "all videos", State: settlement.ChunkCounted, Rows: 1}}, plan.Chunks)
}

func TestCloseDay_SealsTheDay(t *testing.T) {
	b := setup(t)
	b.play(day, 1, viewer, time.Hour)
	b.planned()
	b.counted()
	b.settled()
	_, err := run[any](b, b.activities.RankDay, DayInput{Day: day})
	require.NoError(t, err)
	for range 2 { // again, as after a worker that died before it could tell
		result, err := run[CloseDayResult](b, b.activities.CloseDay, DayInput{Day: day})
		require.NoError(t, err)
		require.Equal(t, CloseDayResult{Closed: true, Totals: settlement.Totals{
			Statistics: settlement.Statistics{Views: 1, PlayedSeconds: 10, AdViews: 1},
			Amounts:    settlement.Amounts{VideoAmount: 1, AdAmount: 10},
		}}, result)
	}
	top, err := b.DB.TopVideos(t.Context(), settlement.DailyPeriod(day))
	require.NoError(t, err)
	require.Len(t, top, 2)
}

func TestR10_CloseDayTellsThatRowsArrived(t *testing.T) {
	b := setup(t)
	b.planned()
	b.counted()
	b.settled()
	b.play(day, 1, viewer, time.Hour)
	result, err := run[CloseDayResult](b, b.activities.CloseDay, DayInput{Day: day})
	require.NoError(t, err, "it is no failure: the day is checked again")
	require.Equal(t, CloseDayResult{}, result)
	require.Equal(t, settlement.Running, b.inBook().State)
}

func TestCloseDay_TellsWhichChunksAreUnsettled(t *testing.T) {
	b := setup(t)
	b.planned()
	b.counted()
	b.settled()
	for _, state := range []settlement.ChunkState{settlement.ChunkPlanned, settlement.ChunkCounted} {
		b.Exec(`UPDATE run_chunks SET state = ?`, state)
		result, err := run[CloseDayResult](b, b.activities.CloseDay, DayInput{Day: day})
		require.NoError(t, err, "it is no failure: they are counted and settled again")
		require.Equal(t, CloseDayResult{Unsettled: []PlannedChunk{{Number: 1, State: state}}}, result)
	}
	b.Exec(`DELETE FROM run_chunks`)
	_, err := run[CloseDayResult](b, b.activities.CloseDay, DayInput{Day: day})
	requireType(t, TypeLost, err)
}

func TestCloseDay_CollectsLateRowsOnceMoreThatTheDatabaseLost(t *testing.T) {
	b := setup(t)
	b.CloseDay(day - 1)
	b.play(day-1, 1, viewer, -time.Hour)
	b.planned()
	b.counted()
	b.settled()
	b.Exec(`DELETE FROM late_views`)
	b.Exec(`DELETE FROM adjustments`)
	b.Exec(`UPDATE runs SET late_collected_at = NULL`)

	result, err := run[CloseDayResult](b, b.activities.CloseDay, DayInput{Day: day})

	require.NoError(t, err)
	require.Equal(t, CloseDayResult{Unsettled: []PlannedChunk{{Number: 1, State: settlement.ChunkPlanned}}}, result, "it was counted without them")
	b.counted()
	b.settled()
	result, err = run[CloseDayResult](b, b.activities.CloseDay, DayInput{Day: day})
	require.NoError(t, err)
	require.True(t, result.Closed)
	require.Equal(t, settlement.Late{LateRows: 1, LateViews: 1}, result.Late)
}

func TestSettleChunk_LeavesAChunkAloneThatWasPlannedAgain(t *testing.T) {
	b := setup(t)
	b.planned()
	b.counted()
	b.Exec(`UPDATE run_chunks SET state = ?`, settlement.ChunkPlanned)
	result, err := run[SettleChunkResult](b, b.activities.SettleChunk, ChunkInput{Day: day, Chunk: 1})
	require.NoError(t, err)
	require.Equal(t, SettleChunkResult{Planned: true}, result)
}

func TestFailDay_RecordsTheFailure(t *testing.T) {
	b := setup(t)
	b.begun()
	_, err := run[any](b, b.activities.FailDay, FailDayInput{Day: day, Failure: "the cause"})
	require.NoError(t, err)
	require.Equal(t, settlement.Failed, b.inBook().State)
	require.Equal(t, "the cause", b.inBook().Failure)
}

func TestR12_ARunThatIsNotCurrentWritesNothing(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(b *bundle)
		write   func(b *bundle) error
	}{
		"begin": {(*bundle).begun, func(b *bundle) error {
			_, err := run[any](b, b.activities.BeginDay, BeginDayInput{Day: day})
			return err
		}},
		"plan": {(*bundle).begun, func(b *bundle) error {
			_, err := run[any](b, b.activities.PlanDay, PlanDayInput{Day: day, ChunkRows: 1, MaxChunks: 1})
			return err
		}},
		"check": {func(b *bundle) { b.planned(); b.counted(); b.play(day, 1, viewer, 0) }, func(b *bundle) error {
			_, err := run[any](b, b.activities.CheckDay, DayInput{Day: day})
			return err
		}},
		"settle": {func(b *bundle) { b.planned(); b.counted() }, func(b *bundle) error {
			_, err := run[any](b, b.activities.SettleChunk, ChunkInput{Day: day, Chunk: 1})
			return err
		}},
		"rank": {func(b *bundle) { b.planned(); b.counted() }, func(b *bundle) error {
			_, err := run[any](b, b.activities.RankDay, DayInput{Day: day})
			return err
		}},
		"close": {func(b *bundle) { b.planned(); b.counted(); b.settled() }, func(b *bundle) error {
			_, err := run[any](b, b.activities.CloseDay, DayInput{Day: day})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			test.prepare(b)
			newer := db.Holder{WorkflowID: thisRun.WorkflowID, RunID: "a newer run"}
			require.NoError(t, b.DB.TakeOver(t.Context(), settlement.DailyPeriod(day), newer))
			b.activities.CurrentRun = func(_ context.Context, workflowID string) (string, error) {
				require.Equal(t, thisRun.WorkflowID, workflowID)
				return newer.RunID, nil
			}
			before := b.inBook()

			requireType(t, TypeStale, test.write(b))

			require.Equal(t, before, b.inBook())
		})
	}
}

func TestR12_WithoutTemporalsWordNobodyTakesOver(t *testing.T) {
	b := setup(t)
	b.planned()
	require.NoError(t, b.DB.TakeOver(t.Context(), settlement.DailyPeriod(day), db.Holder{RunID: "other"}))
	b.activities.CurrentRun = func(context.Context, string) (string, error) { return "", errors.New("no answer") }
	before := b.inBook()

	_, err := run[CountChunkResult](b, b.activities.CountChunk, ChunkInput{Day: day, Chunk: 1})

	require.ErrorContains(t, err, "ask for the current run of default-test-workflow-id: no answer")
	var application *temporal.ApplicationError
	require.ErrorAs(t, err, &application)
	require.False(t, application.NonRetryable(), "it is tried again")
	require.Equal(t, before, b.inBook())
}

func TestR12_AClosedDayIsNotTakenOver(t *testing.T) {
	b := setup(t)
	b.planned()
	b.counted()
	b.settled()
	_, err := b.DB.CloseDay(t.Context(), day, thisRun)
	require.NoError(t, err)
	b.activities.CurrentRun = func(context.Context, string) (string, error) { return thisRun.RunID, nil }

	_, err = run[any](b, b.activities.RankDay, DayInput{Day: day})

	requireType(t, TypeStale, err)
}
