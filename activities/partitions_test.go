package activities

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

func (b *bundle) days() (days []settlement.Day) {
	b.Helper()
	partitions, err := b.DB.Partitions(b.Context())
	require.NoError(b, err)
	for _, partition := range partitions {
		days = append(days, partition.Day)
	}
	return days
}

func TestMakeRoom_ForTheDayAndThoseAfterIt(t *testing.T) {
	for _, test := range []struct {
		rule  string
		today settlement.Day
		want  MakeRoomResult
		first settlement.Day
		last  settlement.Day
	}{
		{"for those that are missing", day, MakeRoomResult{Added: 2, Until: day + 3}, day - 1, day + 3},
		{"for those in the gap, too: they are settled as well", day + 10, MakeRoomResult{Added: 12, Until: day + 13}, day - 1, day + 13},
		{"for none that lie before the log", day - 100, MakeRoomResult{Until: day + 1}, day - 1, day + 1},
	} {
		t.Run(test.rule, func(t *testing.T) {
			b := setup(t) // with room from the day before to the day after
			b.activities.PartitionsAhead = 3

			room, err := run[MakeRoomResult](b, b.activities.MakeRoom, DayInput{Day: test.today})

			require.NoError(t, err)
			require.Equal(t, test.want, room)
			require.Equal(t, test.first, b.days()[0])
			require.Equal(t, test.last, b.days()[len(b.days())-1])
		})
	}
}

func TestMakeRoomAfter_ADayWithoutPartitionGetsNone(t *testing.T) {
	b := setup(t)
	b.activities.PartitionsAhead = 3
	for _, today := range []settlement.Day{day + 2, day - 2} {
		_, err := run[MakeRoomResult](b, b.activities.MakeRoomAfter, DayInput{Day: today})
		require.NoError(t, err)
		require.Equal(t, []settlement.Day{day - 1, day, day + 1}, b.days())
	}

	_, err := run[MakeRoomResult](b, b.activities.MakeRoomAfter, DayInput{Day: day + 1})

	require.NoError(t, err)
	require.Equal(t, day+4, b.days()[len(b.days())-1])
}

func TestDropOldDays_DropsWhatIsPastKeeping(t *testing.T) {
	for _, test := range []struct {
		rule     string
		keepDays int
		first    settlement.Day
	}{
		{"nothing by default", 0, day - 1},
		{"the closed days before those that are kept", leastKept, day + 1},
		{"nothing that is kept", leastKept + 2, day - 1},
		{"nothing that a week may have to read again", 1, day + 1},
	} {
		t.Run(test.rule, func(t *testing.T) {
			b := setup(t)
			_, err := b.DB.AddPartitions(t.Context(), day, day+3)
			require.NoError(t, err)
			b.Exec(`
				INSERT INTO runs (kind, starts_on, version, state, fence, workflow_id, holder, price_rule, repeat_window_ms, failure, began_at)
				VALUES
					('daily', '2024-05-08', 1, 'closed', 1, '', '', 1, 0, '', NOW()),
					('daily', '2024-05-09', 1, 'closed', 1, '', '', 1, 0, '', NOW()),
					('daily', '2024-05-10', 1, 'closed', 1, '', '', 1, 0, '', NOW())`)
			b.activities.KeepDays = test.keepDays

			done, err := run[DropOldDaysResult](b, b.activities.DropOldDays, DayInput{Day: day + 1 + leastKept})

			require.NoError(t, err)
			require.Equal(t, DropOldDaysResult{Dropped: int(test.first - (day - 1))}, done)
			require.Equal(t, test.first, b.days()[0])
		})
	}
}

func TestDropOldDays_KeepsLateRowsThatNoDayHasPostedAndSaysSo(t *testing.T) {
	b := setup(t)
	b.AddDays(saturday, sunday)
	for on := day - 1; on <= sunday; on++ {
		b.CloseDay(on)
	}
	b.Watch(friday, 1, 3)
	var said bytes.Buffer
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.NewTextHandler(&said, nil))))
	b.env = newEnvironment(&suite)
	b.env.RegisterActivity(b.activities)
	b.activities.KeepDays = leastKept

	done, err := run[DropOldDaysResult](b, b.activities.DropOldDays, DayInput{Day: saturday + leastKept})

	require.NoError(t, err)
	require.Equal(t, thursday, b.days()[0], "the days before are dropped, but for the last of them")
	require.Equal(t, 1, done.Dropped)
	require.Contains(t, done.Kept, "2024-05-10 has 3 rows that came late")
	require.Contains(t, done.Kept, "2024-05-10 has 3 rows that came late and that no day has posted", "the next run is that of Monday")
	require.Contains(t, said.String(), "level=WARN")
	require.Contains(t, said.String(), "2024-05-10 has 3 rows")
}

// What a day posted late is judged by the plays of its own day, which must not
// have been dropped meanwhile: without them a repeat would be paid.
func TestR3_ALateRepeatWhoseDayWasDroppedBeforeItWasJudgedIsNotPaid(t *testing.T) {
	b := setup(t)
	b.AddDays(saturday, sunday)
	b.Watch(thursday, 1, 1)
	for on := day - 1; on <= saturday; on++ {
		b.CloseDay(on)
	}
	b.late(thursday, 1, 10)
	b.postOn(sunday)
	b.activities.KeepDays = leastKept

	done, err := run[DropOldDaysResult](b, b.activities.DropOldDays, DayInput{Day: saturday + leastKept})
	require.NoError(t, err)
	require.Contains(t, done.Kept, "until 2024-05-12 is closed")
	b.countOn(sunday)

	views, err := b.DB.Log.Posted(t.Context(), sunday, settlement.Range{})
	require.NoError(t, err)
	require.Len(t, views, 1)
	require.Equal(t, daylog.LateRepeat, views[0].Verdict)
}

// late stores the viewer's play of the video, so many seconds after the day's
// start.
func (b *bundle) late(on settlement.Day, video, second int64) {
	b.Helper()
	b.play(on, video, viewer, time.Duration(on-day)*24*time.Hour+time.Duration(second)*time.Second)
}

// postOn begins the day, fixes what it posts and plans it.
func (b *bundle) postOn(on settlement.Day) {
	b.Helper()
	for _, step := range []struct{ activity, input any }{
		{b.activities.BeginDay, BeginDayInput{Day: on}},
		{b.activities.CollectLate, DayInput{Day: on}},
		{b.activities.PlanDay, PlanDayInput{Day: on, ChunkRows: 1000, MaxChunks: 1}},
	} {
		_, err := run[any](b, step.activity, step.input)
		require.NoError(b, err)
	}
}

func (b *bundle) countOn(on settlement.Day) {
	b.Helper()
	_, err := run[CountChunkResult](b, b.activities.CountChunk, ChunkInput{Day: on, Chunk: 1})
	require.NoError(b, err)
}
