package db

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func TestCloseDay_SealsTheDayWithTheSumsOfItsChunks(t *testing.T) {
	db := openWatched(t)
	putVideos(t, db, 10)
	watch(t, db, views(monday, 10, 9)...)
	now := time.Date(2024, time.May, 8, 1, 2, 3, 0, time.UTC)
	db.now = func() time.Time { return now }
	chunks := plan(t, db, monday, 10)
	one, ten := line(monday, 1, 1), line(monday, 10, 4)
	ten.SelfViews, ten.RepeatViews = 2, 3
	store(t, db, monday, chunks[0], one)
	store(t, db, monday, chunks[1], ten)
	settle(t, db, monday, chunks[0])
	settle(t, db, monday, chunks[1])

	totals, err := db.CloseDay(t.Context(), monday, me)

	require.NoError(t, err)
	require.Equal(t, settlement.Totals{
		Statistics: settlement.Statistics{Views: 5, SelfViews: 2, RepeatViews: 3, PlayedSeconds: 300, AdViews: 10},
		Amounts:    settlement.Amounts{VideoAmount: 5, AdAmount: 100},
	}, totals)
	run, err := db.ClosedRun(t.Context(), settlement.DailyPeriod(monday))
	require.NoError(t, err)
	require.Equal(t, totals, run.Totals)
	require.Equal(t, &now, run.EndedAt)
}

func TestR12_ClosingAgainGivesTheSameSums(t *testing.T) {
	db := openWatched(t)
	first := closed(t, db, monday)
	before := results(t, db)

	again, err := db.CloseDay(t.Context(), monday, me)

	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, before, results(t, db))
}

func TestR10_ADayThatGotRowsDoesNotClose(t *testing.T) {
	db := openWatched(t)
	settled(t, db, monday, line(monday, 1, 1))
	watch(t, db, view(monday, 2, 0))
	before := results(t, db)

	_, err := db.CloseDay(t.Context(), monday, me)

	var arrived *settlement.Error
	require.ErrorIs(t, err, settlement.ErrRowsArrived)
	require.ErrorAs(t, err, &arrived)
	require.Equal(t, "2024-05-06 has 2 rows, 1 counted", arrived.Text)
	require.Equal(t, before, results(t, db))
}

func TestCloseDay_ADayWithAChunkThatIsNotSettledDoesNotClose(t *testing.T) {
	db := openWatched(t)
	chunks := plan(t, db, monday, 10)
	store(t, db, monday, chunks[0], line(monday, 1, 1))
	store(t, db, monday, chunks[1])
	settle(t, db, monday, chunks[0])

	_, err := db.CloseDay(t.Context(), monday, me)

	require.ErrorContains(t, err, "chunk 2 is counted, not done")
}

func TestCloseDay_ADayWithoutAPlanDoesNotClose(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	begin(t, db, monday)

	_, err := db.CloseDay(t.Context(), monday, me)

	require.ErrorIs(t, err, settlement.ErrLostRun)
}

func TestCloseDay_ADayWithoutViewsCloses(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)

	require.Zero(t, closed(t, db, monday))
}
