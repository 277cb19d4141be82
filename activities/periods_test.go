package activities

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/settlement"
)

func (b *bundle) weekInBook() db.Run {
	b.Helper()
	run, err := b.DB.OpenRun(b.Context(), week)
	require.NoError(b, err)
	return run
}

func (b *bundle) beginWeek(wait bool) (BeginPeriodResult, error) {
	b.Helper()
	return run[BeginPeriodResult](b, b.activities.BeginPeriod, BeginPeriodInput{Period: week, Wait: wait})
}

// settledWeek has a play on Thursday and all days closed.
func settledWeek(t *testing.T) *bundle {
	t.Helper()
	b := setup(t)
	b.AddDays(saturday, sunday)
	b.Watch(thursday, 1, 1)
	b.closeDays()
	return b
}

func TestR8_BeginPeriodWaitsOrRefuses(t *testing.T) {
	b := setup(t)
	b.AddDays(saturday, sunday)
	b.CloseDay(thursday)
	_, err := b.beginWeek(false)
	requireFinal(t, TypeRefused, err)
	require.ErrorContains(t, err, "2024-05-10 is not closed: it was never run")
	result, err := b.beginWeek(true)
	require.NoError(t, err)
	require.Equal(t, &Waiting{Period: settlement.DailyPeriod(friday)}, result.Waiting)

	_, err = run[BeginDayResult](b, b.activities.BeginDay, BeginDayInput{Day: friday})
	require.NoError(t, err)
	result, err = b.beginWeek(false)
	require.NoError(t, err, "it waits for a day that is running even if it was not told to")
	require.Equal(t, &Waiting{Period: settlement.DailyPeriod(friday), State: settlement.Running}, result.Waiting)
	_, err = run[BeginPeriodResult](b, b.activities.BeginPeriod, BeginPeriodInput{Period: week, Shown: result.Waiting})
	requireWaiting(t, shortWait, err)
}

func TestBeginPeriod_EntersTheRun(t *testing.T) {
	b := settledWeek(t)
	result, err := b.beginWeek(false)
	require.NoError(t, err)
	require.Equal(t, BeginPeriodResult{}, result)
	require.Equal(t, settlement.Running, b.weekInBook().State)
	require.Equal(t, thisRun.RunID, b.weekInBook().Holder)
}

func TestR11_BeginPeriodTellsThatTheWeekIsClosed(t *testing.T) {
	b := setup(t)
	b.AddDays(saturday, sunday)
	b.Watch(thursday, 1, 1)
	totals := b.closeWeek()
	before := b.weekInBook()

	result, err := b.beginWeek(false)

	require.NoError(t, err)
	require.Equal(t, BeginPeriodResult{Closed: true, Totals: totals}, result)
	require.Equal(t, before, b.weekInBook())
}

func TestPlanPeriod_CutsTheWeekOnce(t *testing.T) {
	b := settledWeek(t)
	_, err := b.beginWeek(false)
	require.NoError(t, err)
	want := PlanResult{Chunks: []PlannedChunk{
		{Number: 1, Videos: "videos before 16", State: settlement.ChunkPlanned},
		{Number: 2, Videos: "videos from 16", State: settlement.ChunkPlanned},
	}}
	for _, lines := range []int64{15 * 7, 1} { // the second time the stored plan is read
		plan, err := run[PlanResult](b, b.activities.PlanPeriod, PlanPeriodInput{Period: week, ChunkLines: lines, MaxChunks: 10})
		require.NoError(t, err)
		require.Equal(t, want, plan)
	}
}

func TestR12_AChunkOfAWeekIsRolledUpOnce(t *testing.T) {
	b := settledWeek(t)
	b.state()
	for range 2 {
		totals, err := run[settlement.Totals](b, b.activities.RollUpChunk, PeriodChunkInput{Period: week, Chunk: 1})
		require.NoError(t, err)
		require.Equal(t, settlement.Totals{
			Statistics: settlement.Statistics{Views: 1, PlayedSeconds: 10, AdViews: 1},
			Amounts:    settlement.Amounts{VideoAmount: 1, AdAmount: 10},
		}, totals)
	}
}

func TestR12_ClosingAWeekAgainGivesTheSameTotals(t *testing.T) {
	b := settledWeek(t)
	b.state()
	for range 2 { // again, as after a worker that died before it could tell
		totals, err := run[settlement.Totals](b, b.activities.ClosePeriod, PeriodInput{Period: week})
		require.NoError(t, err)
		require.Equal(t, settlement.Totals{
			Statistics: settlement.Statistics{Views: 1, PlayedSeconds: 10, AdViews: 1},
			Amounts:    settlement.Amounts{VideoAmount: 1, AdAmount: 10},
		}, totals)
	}
}

func TestR8_AWeekThatIsNotTheSumOfItsDaysIsFinal(t *testing.T) {
	b := settledWeek(t)
	b.state()
	b.Exec(`UPDATE statements SET video_amount = video_amount + 1`)
	_, err := run[settlement.Totals](b, b.activities.ClosePeriod, PeriodInput{Period: week})
	requireFinal(t, TypeBadData, err)
	require.ErrorContains(t, err, "close 2024-W19: 2024-W19 is not the sum of its closed days: its statements come to")
}

func TestFailPeriod_RecordsTheFailure(t *testing.T) {
	b := settledWeek(t)
	_, err := b.beginWeek(false)
	require.NoError(t, err)
	_, err = run[any](b, b.activities.FailPeriod, FailPeriodInput{Period: week, Failure: "the cause"})
	require.NoError(t, err)
	require.Equal(t, settlement.Failed, b.weekInBook().State)
	require.Equal(t, "the cause", b.weekInBook().Failure)
}

func TestFailDay_RecordsTheFailureOfARunThatWroteNothing(t *testing.T) {
	for name, test := range map[string]struct{ current, want string }{
		"the current one":         {thisRun.RunID, "the second cause"},
		"one that was terminated": {"another", "the first cause"},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.planned()
			former := db.Holder{WorkflowID: thisRun.WorkflowID, RunID: "former"}
			require.NoError(t, b.DB.TakeOver(t.Context(), settlement.DailyPeriod(day), former))
			require.NoError(t, b.DB.Fail(t.Context(), settlement.DailyPeriod(day), former, "the first cause"))
			b.activities.CurrentRun = func(context.Context, string) (string, error) { return test.current, nil }

			_, err := run[any](b, b.activities.FailDay, FailDayInput{Day: day, Failure: "the second cause"})

			require.NoError(t, err)
			found, err := b.DB.OpenRun(t.Context(), settlement.DailyPeriod(day))
			require.NoError(t, err)
			require.Equal(t, settlement.Failed, found.State)
			require.Equal(t, test.want, found.Failure)
		})
	}
}

func TestR12_AWeeksRunThatIsNotCurrentWritesNothing(t *testing.T) {
	b := settledWeek(t)
	b.state()
	b.Exec(`DELETE FROM run_chunks WHERE kind = 'weekly'`) // a plan that is there is only read
	newer := db.Holder{WorkflowID: thisRun.WorkflowID, RunID: "a newer run"}
	require.NoError(t, b.DB.TakeOver(t.Context(), week, newer))
	b.activities.CurrentRun = func(context.Context, string) (string, error) { return newer.RunID, nil }
	before := b.weekInBook()
	for name, step := range map[string]struct{ activity, input any }{
		"begin":            {b.activities.BeginPeriod, BeginPeriodInput{Period: week}},
		"plan":             {b.activities.PlanPeriod, PlanPeriodInput{Period: week, ChunkLines: 1, MaxChunks: 1}},
		"roll up":          {b.activities.RollUpChunk, PeriodChunkInput{Period: week, Chunk: 1}},
		"rank":             {b.activities.RankPeriod, PeriodInput{Period: week}},
		"write statements": {b.activities.WriteStatements, PeriodInput{Period: week}},
		"close":            {b.activities.ClosePeriod, PeriodInput{Period: week}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := run[any](b, step.activity, step.input)
			requireFinal(t, TypeStale, err)
			require.Equal(t, before, b.weekInBook())
		})
	}
}

func TestR12_TheCurrentRunTakesAWeekOver(t *testing.T) {
	b := settledWeek(t)
	b.state()
	require.NoError(t, b.DB.TakeOver(t.Context(), week, db.Holder{WorkflowID: "other", RunID: "other"}))
	b.activities.CurrentRun = func(context.Context, string) (string, error) { return thisRun.RunID, nil }

	_, err := run[settlement.Totals](b, b.activities.ClosePeriod, PeriodInput{Period: week})

	require.NoError(t, err)
	require.Equal(t, settlement.Closed, b.weekInBook().State)
	require.EqualValues(t, 3, b.weekInBook().Fence)
}
