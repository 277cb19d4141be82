package audit

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/db/server"
	"creatorpay/db/watchlog"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestMain(m *testing.M) { devtest.Main(m) }

// monday is 2024-05-27. Its week reaches into June, and it is the first settled
// day, so that its month is closed with it.
const (
	monday = settlement.Day(19870)
	sunday = monday + 6
)

const viewer = 10

// me holds the runs of the tests.
var me = db.Holder{WorkflowID: "daily", RunID: "mine"}

// fixture is a database of this test's own, with a second way to it that changes
// rows behind the books' back.
type fixture struct {
	*db.DB
	server *server.Pool
	dsn    string
}

// open is the database that the DSN names, as it is.
func open(t *testing.T, dsn string) fixture {
	t.Helper()
	books, err := db.Open(t.Context(), dsn, 8)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, books.Close()) })
	pool, err := server.Open(t.Context(), dsn, 8)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	return fixture{books, pool, dsn}
}

// openMigrated has the schema and nothing else.
func openMigrated(t *testing.T) fixture {
	t.Helper()
	f := open(t, devtest.Database(t))
	f.migrate(t)
	return f
}

// openClosed has every kind of closed period, as closeAllKinds says.
func openClosed(t *testing.T) fixture {
	t.Helper()
	f := openMigrated(t)
	f.closeAllKinds(t)
	return f
}

func (f fixture) migrate(t *testing.T) {
	t.Helper()
	_, err := f.Migrate(t.Context(), seoul(t))
	require.NoError(t, err)
}

func seoul(t *testing.T) settlement.Calendar {
	t.Helper()
	calendar, err := settlement.NewCalendar(settlement.DefaultTimeZone)
	require.NoError(t, err)
	return calendar
}

func (f fixture) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	_, err := f.server.ExecContext(t.Context(), statement, args...)
	require.NoError(t, err)
}

// closeAllKinds closes every kind of period: seven days in two chunks each,
// their week with its mails, and a month of five of them. 2024-05-30 posts late
// views of video 2: three of 05-28, of which one is a repeat, and one of 05-29.
func (f fixture) closeAllKinds(t *testing.T) {
	t.Helper()
	require.NoError(t, f.PutCreators(t.Context(), []db.Creator{
		{ID: 1, Name: "Kim", Email: "kim@example.com", Locale: "ko"},
		{ID: 2, Name: "Lee", Email: "lee@example.com", Locale: "en"},
		{ID: 3, Name: "Park", Email: "park@example.com", Locale: "ko"},
	}))
	refused, err := f.PutVideos(t.Context(), []db.Video{
		{ID: 1, CreatorID: 1, Title: "one"},
		{ID: 2, CreatorID: 1, Title: "two"},
		{ID: 3, CreatorID: 2, Title: "three", OpeningViews: 99_990, OpeningAdViews: 499_990},
		{ID: 4, CreatorID: 2, Title: "four"},
		{ID: 5, CreatorID: 3, Title: "never counted"},
	})
	require.NoError(t, err)
	require.Empty(t, refused)
	for day := monday; day <= sunday; day++ {
		f.closeDay(t, day)
		if day == monday+2 {
			f.watch(t, plays(t, day-1, 2, 3)...)
			f.watch(t, playAt(t, day, 2, time.Hour))
		}
	}
	f.closePeriod(t, monday.Week())
	f.closePeriod(t, monday.Month())
	f.exec(t, `UPDATE deliveries SET state = 'sent', attempts = 1, changed_at = '2100-01-01' WHERE creator_id = 1`)
}

// closeDay takes the day through all steps with as many rows as its lines stand
// for.
func (f fixture) closeDay(t *testing.T, day settlement.Day) {
	t.Helper()
	ctx, period := t.Context(), settlement.DailyPeriod(day)
	lines := linesOf(day)
	for _, line := range lines {
		f.watch(t, plays(t, day, line.VideoID, int(line.Rows()))...)
	}
	run, err := f.BeginDay(ctx, day, me, settlement.DefaultRepeatWindow)
	require.NoError(t, err)
	require.NoError(t, f.StorePlan(ctx, period, me, settlement.Split([]int64{3})))
	_, mismatches, err := f.CollectLate(ctx, day, me, 7)
	require.NoError(t, err)
	require.Empty(t, mismatches)
	chunks, err := f.Chunks(ctx, period)
	require.NoError(t, err)
	onTime, err := f.OnTime(ctx, day)
	require.NoError(t, err)
	for _, chunk := range chunks {
		var count db.Count
		for _, line := range lines {
			if (line.VideoID < 3) == (chunk.Number == 1) {
				count.Lines = append(count.Lines, line)
			}
		}
		count.Late, err = f.Log.LateViews(ctx, day, chunk.Range)
		require.NoError(t, err)
		count.Adjustments = judged(count.Late)
		_, count.Checksum, err = f.Log.Sum(ctx, onTime, chunk.Range)
		require.NoError(t, err)
		require.NoError(t, f.StoreCount(ctx, day, me, chunk, count, 1))
	}
	rule, err := f.PriceRule(ctx, run.PriceRule)
	require.NoError(t, err)
	for _, chunk := range chunks {
		_, err := f.SettleChunk(ctx, day, me, chunk.Number, rule)
		require.NoError(t, err)
	}
	require.NoError(t, f.Rank(ctx, period, me))
	_, err = f.CloseDay(ctx, day, me)
	require.NoError(t, err)
}

// linesOf are what each video comes to on the day.
func linesOf(day settlement.Day) []db.StatisticsLine {
	if day%2 == 0 {
		return []db.StatisticsLine{counted(day, 1, 1, 3), counted(day, 2, 1, 3), counted(day, 3, 2, 4), counted(day, 4, 2, 2), leftOut(day, 2)}
	}
	return []db.StatisticsLine{counted(day, 1, 1, 9), counted(day, 3, 2, 8), leftOut(day, 1)}
}

func (f fixture) closePeriod(t *testing.T, period settlement.Period) {
	t.Helper()
	ctx := t.Context()
	require.NoError(t, f.BeginPeriod(ctx, period, me))
	require.NoError(t, f.StorePlan(ctx, period, me, settlement.Split(nil)))
	_, err := f.RollUpChunk(ctx, period, me, 1)
	require.NoError(t, err)
	require.NoError(t, f.Rank(ctx, period, me))
	require.NoError(t, f.WriteStatements(ctx, period, me))
	_, err = f.ClosePeriod(ctx, period, me)
	require.NoError(t, err)
}

// counted is a video's line with so many counted views of a minute and two ad
// views each.
func counted(day settlement.Day, video, creator, views int64) db.StatisticsLine {
	return db.StatisticsLine{
		Day: day, VideoID: video, CreatorID: creator,
		Statistics: settlement.Statistics{Views: views, PlayedSeconds: 60 * views, AdViews: 2 * views},
	}
}

// leftOut is video 5's line of so many repeat views, of which none counted.
func leftOut(day settlement.Day, repeats int64) db.StatisticsLine {
	return db.StatisticsLine{Day: day, VideoID: 5, CreatorID: 3, Statistics: settlement.Statistics{RepeatViews: repeats}}
}

// playAt is the viewer's play of the video, so long after the day's start.
func playAt(t *testing.T, day settlement.Day, video int64, afterStart time.Duration) watchlog.View {
	t.Helper()
	at := seoul(t).Start(day).Add(afterStart).UnixMilli()
	return watchlog.View{Day: day, VideoID: video, ViewerID: viewer, WatchedAt: at, ViewID: 1, PlayedSeconds: 60, AdViews: 2}
}

// plays are n plays of the video, a minute apart.
func plays(t *testing.T, day settlement.Day, video int64, n int) []watchlog.View {
	t.Helper()
	all := make([]watchlog.View, n)
	for i := range all {
		all[i] = playAt(t, day, video, time.Duration(i)*time.Minute)
	}
	return all
}

// watch makes room for the days of the views and stores them.
func (f fixture) watch(t *testing.T, views ...watchlog.View) {
	t.Helper()
	for _, view := range views {
		_, err := f.AddPartitions(t.Context(), view.Day, view.Day)
		require.NoError(t, err)
	}
	added, refused, err := f.AppendViews(t.Context(), views)
	require.NoError(t, err)
	require.Empty(t, refused)
	require.EqualValues(t, len(views), added.Views)
}

// judged sets the verdicts on late views, in order: the first is a repeat.
func judged(late []watchlog.LateView) (adjustments []db.Adjustment) {
	for i := range late {
		view, verdict := &late[i], settlement.Counts
		if i == 0 {
			verdict = settlement.Repeat
		}
		view.Verdict = watchlog.LateVerdicts[verdict]
		if last := len(adjustments) - 1; last < 0 || adjustments[last].WatchedOn != view.WatchedOn {
			adjustments = append(adjustments, db.Adjustment{PostedOn: view.PostedOn, WatchedOn: view.WatchedOn, VideoID: view.VideoID, CreatorID: 1})
		}
		adjustments[len(adjustments)-1].Count(view.Play().Play, verdict)
	}
	return adjustments
}
