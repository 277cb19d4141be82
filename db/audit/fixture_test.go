package audit

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/engine/counting"
	"creatorpay/internal/dbtest"
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

// me holds the runs of the tests.
var me = db.Holder{WorkflowID: "daily", RunID: "mine"}

// books are closed with figures that the tests choose: what is counted has its
// own tests.
type books struct{ *dbtest.Books }

// openClosed has every kind of closed period, as closeAllKinds says.
func openClosed(t *testing.T) books {
	t.Helper()
	b := books{dbtest.Open(t)}
	b.closeAllKinds()
	return b
}

// closeAllKinds closes every kind of period: seven days in two chunks each,
// their week with its mails, and a month of five of them. 2024-05-30 posts late
// views of video 2: three of 05-28, of which one is a repeat, and one of 05-29.
// What is sold says sell.
func (b books) closeAllKinds() {
	b.Helper()
	b.AddVideo(1, db.Video{ID: 1, Title: "one"})
	b.AddVideo(1, db.Video{ID: 2, Title: "two"})
	b.AddVideo(2, db.Video{ID: 3, Title: "three", OpeningViews: 99_990, OpeningAdViews: 499_990})
	b.AddVideo(2, db.Video{ID: 4, Title: "four"})
	b.AddVideo(3, db.Video{ID: 5, Title: "never counted"})
	b.AddVideo(2, db.Video{ID: 6, Title: "only sold"})
	require.NoError(b, b.DB.AddPaymentPartitions(b.Context(), monday, sunday))
	for day := monday; day <= sunday; day++ {
		b.sell(day)
		b.closeDay(day)
		if day == monday+2 {
			b.watch(day-1, 2, 0, time.Minute, 2*time.Minute)
			b.watch(day, 2, time.Hour)
			b.sellLate(day - 1)
		}
	}
	b.ClosePeriod(monday.Week())
	b.ClosePeriod(monday.Month())
	b.Exec(`UPDATE deliveries SET state = 'sent', attempts = 1, changed_at = '2100-01-01' WHERE creator_id = 1`)
}

// closeDay takes the day through all steps with as many rows as its lines stand
// for.
func (b books) closeDay(day settlement.Day) {
	b.Helper()
	ctx, period := b.Context(), settlement.DailyPeriod(day)
	lines := linesOf(day)
	for _, line := range lines {
		for i := range line.Rows() {
			b.watch(day, line.VideoID, time.Duration(i)*time.Minute)
		}
	}
	run, err := b.DB.BeginDay(ctx, day, me, settlement.DefaultRepeatWindow)
	require.NoError(b, err)
	require.NoError(b, b.DB.StorePlan(ctx, period, me, settlement.Split([]int64{3})))
	_, mismatches, err := b.DB.CollectLate(ctx, day, me)
	require.NoError(b, err)
	require.Empty(b, mismatches)
	onTime, err := b.DB.OnTime(ctx, day)
	require.NoError(b, err)
	rule, err := b.DB.Prices.Version(ctx, run.PriceRule)
	require.NoError(b, err)
	var chunks []db.Chunk
	for again := []int{1, 2}; len(again) > 0; {
		chunks, err = b.DB.Chunks(ctx, period)
		require.NoError(b, err)
		for _, chunk := range again {
			b.countChunk(run, onTime, chunks[chunk-1], lines)
		}
		again, err = b.DB.Recount(ctx, day, me) // a payment in two chunks
		require.NoError(b, err)
	}
	for _, chunk := range chunks {
		_, err := b.DB.SettleChunk(ctx, day, me, chunk.Number, rule)
		require.NoError(b, err)
	}
	require.NoError(b, b.DB.Rank(ctx, period, me))
	_, err = b.DB.CloseDay(ctx, day, me)
	require.NoError(b, err)
}

// countChunk stores the chunk's lines as what it counted, and what its payments
// come to.
func (b books) countChunk(run db.Run, onTime daylog.OnTime, chunk db.Chunk, lines []db.StatisticsLine) {
	b.Helper()
	ctx, day := b.Context(), run.StartsOn
	var count db.Count
	var err error
	for _, line := range lines {
		if (line.VideoID < 3) == (chunk.Number == 1) {
			count.Lines = append(count.Lines, line)
		}
	}
	count.Late, err = b.DB.Log.Posted(ctx, day, chunk.Range)
	require.NoError(b, err)
	count.Adjustments = judged(count.Late)
	_, count.Checksum, err = b.DB.Log.Sum(ctx, onTime, chunk.Range)
	require.NoError(b, err)
	owners, err := b.DB.Owners(ctx, chunk.Range)
	require.NoError(b, err)
	count.Payments, err = counting.Payments(ctx, b.DB, run, chunk.Range, owners)
	require.NoError(b, err)
	require.NoError(b, b.DB.StoreCount(ctx, day, me, chunk, count, 1))
}

// linesOf are what each video comes to on the day.
func linesOf(day settlement.Day) []db.StatisticsLine {
	if day%2 == 0 {
		return []db.StatisticsLine{counted(day, 1, 1, 3), counted(day, 2, 1, 3), counted(day, 3, 2, 4), counted(day, 4, 2, 2), leftOut(day, 2)}
	}
	return []db.StatisticsLine{counted(day, 1, 1, 9), counted(day, 3, 2, 8), leftOut(day, 1)}
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

// watch stores plays of the video of a minute and two ad views each, so long after
// the day's start.
func (b books) watch(day settlement.Day, video int64, afterStart ...time.Duration) {
	b.Helper()
	for _, after := range afterStart {
		added, refused, err := b.DB.AppendViews(b.Context(), []daylog.View{{
			Day: day, VideoID: video, ViewerID: dbtest.Viewer, WatchedAt: b.Calendar.Start(day).Add(after).UnixMilli(),
			ViewID: 1, PlayedSeconds: 60, AdViews: 2,
		}})
		require.NoError(b, err)
		require.Empty(b, refused)
		require.EqualValues(b, 1, added.Rows)
	}
}

// judged sets the verdicts on late views, in order: the first is a repeat.
func judged(late []daylog.LateView) (adjustments []db.Adjustment) {
	for i := range late {
		view, verdict := &late[i], settlement.Counts
		if i == 0 {
			verdict = settlement.Repeat
		}
		view.Verdict = daylog.LateVerdicts[verdict]
		if last := len(adjustments) - 1; last < 0 || adjustments[last].WatchedOn != view.WatchedOn {
			adjustments = append(adjustments, db.Adjustment{PostedOn: view.PostedOn, WatchedOn: view.WatchedOn, VideoID: view.VideoID, CreatorID: 1})
		}
		adjustments[len(adjustments)-1].Count(view.Play().Play, verdict)
	}
	return adjustments
}
