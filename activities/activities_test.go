package activities

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"creatorpay/db"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestMain(m *testing.M) { devtest.Main(m) }

const (
	day     settlement.Day = 19852 // 2024-05-09
	creator int64          = 1
	viewer  int64          = dbtest.Viewer
)

// bundle is a fresh database with videos 1 to 30, and an environment that runs
// activities as one workflow run.
type bundle struct {
	*dbtest.Books
	activities *Activities
	env        *testsuite.TestActivityEnvironment
}

func setup(t *testing.T) *bundle {
	t.Helper()
	return setupOn(t, dbtest.Open(t))
}

func setupOn(t *testing.T, books *dbtest.Books) *bundle {
	t.Helper()
	b := &bundle{Books: books}
	require.NoError(t, b.DB.PutCreators(t.Context(), []db.Creator{{ID: creator, Name: "c", Email: "c@creators.example", Locale: "ko"}}))
	b.AddDays(day-1, day+1)
	b.addVideos(1, 30)
	b.activities = &Activities{
		DB:           b.DB,
		RepeatWindow: settlement.DefaultRepeatWindow,
		CurrentRun: func(context.Context, string) (string, error) {
			return "", errors.New("nobody should have to ask")
		},
	}
	var suite testsuite.WorkflowTestSuite
	b.env = newEnvironment(&suite)
	b.env.RegisterActivity(b.activities)
	return b
}

// newEnvironment runs activities as a worker does.
func newEnvironment(suite *testsuite.WorkflowTestSuite) *testsuite.TestActivityEnvironment {
	env := suite.NewTestActivityEnvironment()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&Guard{}}})
	return env
}

func (b *bundle) addVideos(from, to int64) {
	b.Helper()
	var videos []db.Video
	for id := from; id <= to; id++ {
		videos = append(videos, db.Video{ID: id, CreatorID: creator, Title: "v"})
	}
	_, err := b.DB.PutVideos(b.Context(), videos)
	require.NoError(b, err)
}

// play stores a play that starts so long after the day's first instant, in the
// given day's partition.
func (b *bundle) play(partition settlement.Day, video, viewer int64, after time.Duration) {
	b.Helper()
	b.Play(partition, video, viewer, b.Calendar.Start(day).Add(after))
}

func run[R any](b *bundle, activity, input any) (result R, err error) {
	value, err := b.env.ExecuteActivity(activity, input)
	if err == nil && value.HasValue() {
		require.NoError(b, value.Get(&result))
	}
	return result, err
}

// planned begins the day and plans it as one chunk.
func (b *bundle) planned() {
	b.Helper()
	_, err := run[BeginDayResult](b, b.activities.BeginDay, BeginDayInput{Day: day})
	require.NoError(b, err)
	_, err = run[CollectLateResult](b, b.activities.CollectLate, DayInput{Day: day})
	require.NoError(b, err)
	_, err = run[PlanResult](b, b.activities.PlanDay, PlanDayInput{Day: day, ChunkRows: 1000, MaxChunks: 10})
	require.NoError(b, err)
}

func (b *bundle) counted() {
	b.Helper()
	_, err := run[CountChunkResult](b, b.activities.CountChunk, ChunkInput{Day: day, Chunk: 1})
	require.NoError(b, err)
}

func (b *bundle) statistics() map[int64]settlement.Statistics {
	b.Helper()
	lines, err := b.DB.Statistics(b.Context(), day, settlement.Range{})
	require.NoError(b, err)
	byVideo := make(map[int64]settlement.Statistics)
	for _, line := range lines {
		byVideo[line.VideoID] = line.Statistics
	}
	return byVideo
}

func TestCountChunk_RefusesARowOfAnotherDay(t *testing.T) {
	b := setup(t)
	b.play(day, 7, viewer, 24*time.Hour+time.Millisecond)
	b.planned()
	_, err := run[CountChunkResult](b, b.activities.CountChunk, ChunkInput{Day: day, Chunk: 1})
	requireType(t, TypeBadData, err)
	require.ErrorContains(t, err, "video 7")
	require.ErrorContains(t, err, "2024-05-09T15:00:00.001Z")
}

func TestR10_CheckDayNamesUnknownVideosAndTheirRows(t *testing.T) {
	b := setup(t)
	b.play(day, 1, viewer, time.Hour)
	for video := int64(101); video <= 125; video++ {
		b.play(day, video, viewer, time.Hour)
		b.play(day, video, viewer, 2*time.Hour)
	}
	b.planned()
	b.counted()
	if !devtest.MySQL(t).IsTiDB() {
		check, err := run[CheckDayResult](b, b.activities.CheckDay, DayInput{Day: day})
		require.NoError(t, err)
		require.Equal(t, []int{1}, check.Again, "their rows were left out")
		b.counted()
	}
	_, err := run[CheckDayResult](b, b.activities.CheckDay, DayInput{Day: day})
	requireType(t, TypeUnknown, err)
	require.ErrorContains(t, err, "50 rows")
	require.ErrorContains(t, err, "101 (2 rows)")
	require.ErrorContains(t, err, "120 (2 rows)")
	require.NotContains(t, err.Error(), "121 (", "more than 20 are named")

	b.addVideos(101, 125)
	check, err := run[CheckDayResult](b, b.activities.CheckDay, DayInput{Day: day})
	require.NoError(t, err)
	require.Equal(t, []int{1}, check.Again, "the chunk is counted again when its videos are known")
	b.counted()
	check, err = run[CheckDayResult](b, b.activities.CheckDay, DayInput{Day: day})
	require.NoError(t, err)
	require.Empty(t, check.Again)
	require.Equal(t, int64(2), b.statistics()[101].Views)
}

// Whether the log still has them is looked up where nothing was counted of them.
func TestR10_LateRowsOfAnUnknownVideoAreForgottenOnceTheLogLacksThem(t *testing.T) {
	b := setup(t)
	b.CloseDay(day)
	b.AddDays(day+1, day+1)
	b.late(day, 101, 60)
	b.late(day, 102, 60)
	b.late(day, 1, 60)
	b.postOn(day + 1)
	count := func() {
		_, err := run[CountChunkResult](b, b.activities.CountChunk, ChunkInput{Day: day + 1, Chunk: 1})
		require.NoError(t, err)
	}
	count()
	_, err := run[CheckDayResult](b, b.activities.CheckDay, DayInput{Day: day + 1})
	requireType(t, TypeUnknown, err)
	require.ErrorContains(t, err, "101 (1 row that came late for 2024-05-09), 102 (")

	b.Exec(`DELETE FROM watch_log WHERE video_id = 101`)
	_, err = run[CheckDayResult](b, b.activities.CheckDay, DayInput{Day: day + 1})
	requireType(t, TypeUnknown, err)
	require.NotContains(t, err.Error(), "101 (")
	require.ErrorContains(t, err, "102 (1 row that came late for 2024-05-09)")
	b.Exec(`DELETE FROM watch_log WHERE video_id = 102`)
	check, err := run[CheckDayResult](b, b.activities.CheckDay, DayInput{Day: day + 1})
	require.NoError(t, err)
	require.Equal(t, []int{1}, check.Again)
	count()
	check, err = run[CheckDayResult](b, b.activities.CheckDay, DayInput{Day: day + 1})

	require.NoError(t, err)
	require.Empty(t, check.Again)
	posted, err := b.DB.Log.Posted(t.Context(), day+1, settlement.Range{})
	require.NoError(t, err)
	require.Len(t, posted, 1)
}

// Payments of unknown videos are noticed when a chunk is counted first, views may be left out then.
func TestR10_CheckDayNamesTheUnknownVideosOfAllChunks(t *testing.T) {
	if devtest.MySQL(t).IsTiDB() {
		t.Skip("TiDB always scans")
	}
	b := setup(t)
	b.Exec(`DELETE FROM videos WHERE video_id = 3`)
	for _, video := range []int64{1, 2, 3, 10, 20, 30} {
		b.play(day, video, viewer, time.Hour)
	}
	b.Pay(b.Payment(day, 101, 1, 1_000, time.Hour))
	b.begun()
	_, err := run[CollectLateResult](b, b.activities.CollectLate, DayInput{Day: day})
	require.NoError(t, err)
	plan, err := run[PlanResult](b, b.activities.PlanDay, PlanDayInput{Day: day, ChunkRows: 4, MaxChunks: 10})
	require.NoError(t, err)
	require.Len(t, plan.Chunks, 2)
	count := func(chunk int) {
		_, err := run[CountChunkResult](b, b.activities.CountChunk, ChunkInput{Day: day, Chunk: chunk})
		require.NoError(t, err)
	}
	count(1)
	count(2)

	check, err := run[CheckDayResult](b, b.activities.CheckDay, DayInput{Day: day})

	require.NoError(t, err, "the first chunk does not name its own yet")
	require.Equal(t, []int{1}, check.Again)
	count(1)
	_, err = run[CheckDayResult](b, b.activities.CheckDay, DayInput{Day: day})
	requireType(t, TypeUnknown, err)
	require.ErrorContains(t, err, "2 rows of videos that are not in the catalogue: 3 (1 row), 101 (1 payment row)")
}

// Whatever failed: it may have been rows that a server joins in no order.
func TestAChunkWhoseFirstAttemptFailedIsScanned(t *testing.T) {
	if devtest.MySQL(t).IsTiDB() {
		t.Skip("TiDB always scans")
	}
	b := setup(t)
	b.play(day, 1, viewer, time.Hour)
	b.play(day, 101, viewer, time.Hour) // a video that is not in the catalogue: no join would find it
	b.planned()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(time.Minute)
	count := func(ctx context.Context, input ChunkInput) (CountChunkResult, error) {
		if activity.GetInfo(ctx).Attempt == 1 {
			return CountChunkResult{}, errors.New("out of order")
		}
		return b.activities.CountChunk(ctx, input)
	}
	env.RegisterActivity(count)

	env.ExecuteWorkflow(func(ctx workflow.Context) (counted CountChunkResult, err error) {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Hour})
		err = workflow.ExecuteActivity(ctx, count, ChunkInput{Day: day, Chunk: 1}).Get(ctx, &counted)
		return counted, err
	})

	var counted CountChunkResult
	require.NoError(t, env.GetWorkflowResult(&counted))
	require.EqualValues(t, 2, counted.Rows)
}

func TestR10_CheckDayNamesChunksThatChanged(t *testing.T) {
	b := setup(t)
	b.play(day, 1, viewer, time.Hour)
	b.planned()
	b.counted()
	b.play(day, 2, viewer, time.Hour)
	check, err := run[CheckDayResult](b, b.activities.CheckDay, DayInput{Day: day})
	require.NoError(t, err)
	require.Equal(t, []int{1}, check.Again)
	b.counted()
	require.Len(t, b.statistics(), 2)
}

func TestR12_AChunkIsCountedAndSettledOnce(t *testing.T) {
	b := setup(t)
	b.play(day, 1, viewer, time.Hour)
	b.planned()
	for range 2 {
		b.counted()
	}
	for range 2 {
		amounts, err := run[SettleChunkResult](b, b.activities.SettleChunk, ChunkInput{Day: day, Chunk: 1})
		require.NoError(t, err)
		require.Equal(t, SettleChunkResult{Amounts: settlement.Amounts{VideoAmount: 1, AdAmount: 10}}, amounts)
	}
	chunk, err := b.DB.Chunk(t.Context(), settlement.DailyPeriod(day), 1)
	require.NoError(t, err)
	require.Equal(t, 1, chunk.Counts)
}

func TestR12_OnlyTheCurrentRunMayTakeOver(t *testing.T) {
	for _, test := range []struct {
		rule    string
		current string
		refused bool
	}{
		{"the run that Temporal calls current goes on under a new fence", "default-test-run-id", false},
		{"any other run is refused", "a newer run", true},
	} {
		t.Run(test.rule, func(t *testing.T) {
			b := setup(t)
			b.play(day, 1, viewer, time.Hour)
			b.planned()
			other := db.Holder{WorkflowID: "other", RunID: "other"}
			require.NoError(t, b.DB.TakeOver(t.Context(), settlement.DailyPeriod(day), other))
			b.activities.CurrentRun = func(context.Context, string) (string, error) { return test.current, nil }
			_, err := run[CountChunkResult](b, b.activities.CountChunk, ChunkInput{Day: day, Chunk: 1})
			if test.refused {
				requireType(t, TypeStale, err)
				require.Empty(t, b.statistics())
				return
			}
			require.NoError(t, err)
			run, err := b.DB.OpenRun(t.Context(), settlement.DailyPeriod(day))
			require.NoError(t, err)
			require.Equal(t, int64(3), run.Fence)
		})
	}
}

func TestR8_BeginDayWaitsOrRefuses(t *testing.T) {
	b := setup(t)
	b.planned() // the day before the next one has begun and is running
	running := &Waiting{Period: settlement.DailyPeriod(day), State: settlement.Running}
	result, err := run[BeginDayResult](b, b.activities.BeginDay, BeginDayInput{Day: day + 1})
	require.NoError(t, err)
	require.Equal(t, running, result.Waiting)
	_, err = run[BeginDayResult](b, b.activities.BeginDay, BeginDayInput{Day: day + 1, Shown: running})
	requireWaiting(t, shortWait, err)

	holder := db.Holder{WorkflowID: "default-test-workflow-id", RunID: "default-test-run-id"}
	require.NoError(t, b.DB.Fail(t.Context(), settlement.DailyPeriod(day), holder, "some cause"))
	_, err = run[BeginDayResult](b, b.activities.BeginDay, BeginDayInput{Day: day + 1})
	requireType(t, TypeRefused, err)
	failed := &Waiting{Period: settlement.DailyPeriod(day), State: settlement.Failed}
	result, err = run[BeginDayResult](b, b.activities.BeginDay, BeginDayInput{Day: day + 1, Wait: true, Shown: running})
	require.NoError(t, err, "what has changed is to be shown")
	require.Equal(t, failed, result.Waiting)
	_, err = run[BeginDayResult](b, b.activities.BeginDay, BeginDayInput{Day: day + 1, Wait: true, Shown: failed})
	requireWaiting(t, shortWait, err)
}

func TestAwait_LooksLessAndLessOftenWhileAPersonHasToAct(t *testing.T) {
	var a Activities
	look := func(attempt int32, state settlement.RunState) error {
		period := settlement.DailyPeriod(day)
		_, err := a.await(attempt, settlement.NotClosed(period, state), &Waiting{Period: period, State: state})
		return err
	}
	for attempt, want := range map[int32]time.Duration{1: 5 * time.Second, 2: 10 * time.Second, 4: 40 * time.Second, 5: time.Minute, 100_000: time.Minute} {
		requireWaiting(t, want, look(attempt, settlement.Failed))
	}
	requireWaiting(t, shortWait, look(100_000, settlement.Running))
}

// requireWaiting means that the activity is tried again after so long.
func requireWaiting(t *testing.T, delay time.Duration, err error) {
	t.Helper()
	requireType(t, TypeWaiting, err)
	var application *temporal.ApplicationError
	require.ErrorAs(t, err, &application)
	require.Equal(t, delay, application.NextRetryDelay())
}

func TestClassify_DecidesWhatIsFinal(t *testing.T) {
	next := func(error) string { return "type this" }
	for kind, errorType := range map[settlement.ErrorKind]string{
		settlement.ErrStale:         TypeStale,
		settlement.ErrBadRow:        TypeBadData,
		settlement.ErrPrices:        TypeBadData,
		settlement.ErrFees:          TypeBadData,
		settlement.ErrBadPayments:   TypeBadData,
		settlement.ErrNotTheSum:     TypeBadData,
		settlement.ErrLateRows:      TypeBadData,
		settlement.ErrUnknownVideos: TypeUnknown,
		settlement.ErrClosed:        TypeRefused,
		settlement.ErrNotOver:       TypeRefused,
		settlement.ErrNoPartition:   TypeRefused,
		settlement.ErrBeforeFirst:   TypeBeforeFirst,
		settlement.ErrNoFirstDay:    TypeBeforeFirst,
		settlement.ErrNotClosed:     TypeRefused,
		settlement.ErrLostRun:       TypeLost,
		settlement.ErrLostLate:      TypeLost,
		settlement.ErrUnsettled:     TypeLost,
		settlement.ErrTooManyDays:   TypeRefused,
		settlement.ErrNotBegun:      TypeRefused,
		settlement.ErrInvalid:       TypeRefused,
	} {
		err := fmt.Errorf("somewhere: %w", settlement.Errorf(kind, settlement.DailyPeriod(day), "a problem"))
		classified := classify(err, next)
		requireType(t, errorType, classified)
		var application *temporal.ApplicationError
		require.ErrorAs(t, classified, &application)
		require.True(t, application.NonRetryable(), "%s", kind)
		require.Equal(t, "somewhere: a problem; type this", application.Message())
	}
	requireType(t, TypeBadData, classify(fmt.Errorf("price: %w", settlement.ErrOutOfRange), next))
	for _, passing := range []error{errors.New("connection lost"), settlement.Errorf(settlement.ErrBusy, settlement.Period{}, "busy")} {
		require.Equal(t, passing, classify(passing, next), "what is not named is tried again")
	}
	require.NoError(t, classify(nil, next))
}

func requireType(t *testing.T, want string, err error) {
	t.Helper()
	var application *temporal.ApplicationError
	require.ErrorAs(t, err, &application)
	require.Equal(t, want, application.Type())
}

func TestCountChunk_TellsHowManyRowsOfBothLogsItRead(t *testing.T) {
	b := setup(t)
	b.Pay(b.Payment(day, 7, 1, 10_000, 0), b.Payment(day, 7, 2, 10_000, 0))
	b.play(day, 7, viewer, 0)
	b.planned()
	for range 2 { // the second time it is counted already
		found, err := run[CountChunkResult](b, b.activities.CountChunk, ChunkInput{Day: day, Chunk: 1})
		require.NoError(t, err)
		require.Equal(t, CountChunkResult{Rows: 3}, found)
	}
	plan, err := run[PlanResult](b, b.activities.PlanDay, PlanDayInput{Day: day})
	require.NoError(t, err)
	require.EqualValues(t, 3, plan.Chunks[0].Rows)
}
