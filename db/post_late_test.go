package db

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

// openCrowded has Monday closed in five chunks, five late views of it and one late payment, of which two are posted at once.
func openCrowded(t *testing.T) *DB {
	t.Helper()
	db := openMigrated(t)
	db.postedAtOnce = 2
	putVideos(t, db, 1, 2, 3, 4, 5)
	addPartitions(t, db, monday, monday+1)
	require.NoError(t, db.AddPaymentPartitions(t.Context(), monday, monday+1))
	begin(t, db, monday)
	for _, chunk := range plan(t, db, monday, 2, 3, 4, 5) {
		require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, Count{}, 1))
		settle(t, db, monday, chunk)
	}
	_, err := db.CloseDay(t.Context(), monday, me)
	require.NoError(t, err)
	for video := range int64(5) {
		watch(t, db, view(monday, video+1, time.Hour))
	}
	pay(t, db, paidRow(monday, 1, 1))
	return db
}

func TestCollectLate_ManyLateRowsOfADayArePostedInParts(t *testing.T) {
	db := openCrowded(t)
	exec(t, db, `UPDATE watch_log SET watched_at = watched_at + INTERVAL 3 DAY WHERE video_id = 4`)
	begin(t, db, monday+1)

	_, _, err := db.CollectLate(t.Context(), monday+1, me)

	require.ErrorIs(t, err, settlement.ErrBadRow)
	posted := func() []int64 {
		var videos []int64
		require.NoError(t, db.pool.SelectContext(t.Context(), &videos, `SELECT video_id FROM late_views WHERE posted_on = ? ORDER BY video_id`, monday+1))
		return videos
	}
	require.Equal(t, []int64{1, 2}, posted(), "the part before the one that failed")
	exec(t, db, `UPDATE watch_log SET watched_at = watched_at - INTERVAL 3 DAY WHERE video_id = 4`)
	watch(t, db, view(monday, 1, 5*time.Hour))

	late, mismatches := collectLate(t, db, monday+1)

	require.EqualValues(t, 7, late)
	require.Empty(t, mismatches)
	require.Equal(t, []int64{1, 1, 2, 3, 4, 5}, posted())
	watch(t, db, view(monday, 2, 3*time.Hour))
	late, _ = collectLate(t, db, monday+1)
	require.EqualValues(t, 7, late, "what the day posts is fixed")
}

// Days that fit each by themselves need not fit together.
func TestCollectLate_LateRowsOfSeveralDaysArePostedInPartsToo(t *testing.T) {
	db := openClosed(t)
	closed(t, db, monday+1)
	db.postedAtOnce = 2
	watch(t, db, view(monday, 1, time.Hour), view(monday+1, 2, time.Hour), view(monday+1, 2, 30*time.Hour))
	begin(t, db, monday+2)

	_, _, err := db.CollectLate(t.Context(), monday+2, me)

	require.ErrorIs(t, err, settlement.ErrBadRow, "a view of Tuesday started on Wednesday")
	require.Equal(t, "2024-05-06", read[string](t, db, `SELECT GROUP_CONCAT(watched_on) FROM late_views`), "Monday had no room beside Tuesday")
}

func TestCollectLate_ALateRowOfAnotherDayIsRefused(t *testing.T) {
	db := openClosed(t)
	stray := view(monday, 2, 25*time.Hour) // Tuesday has it as well, and counts it
	watch(t, db, view(monday, 2, time.Hour), stray, view(monday+1, 2, time.Hour))
	begin(t, db, monday+1)

	_, _, err := db.CollectLate(t.Context(), monday+1, me)

	var bad *settlement.Error
	require.ErrorIs(t, err, settlement.ErrBadRow)
	require.ErrorAs(t, err, &bad)
	require.Equal(t, settlement.DailyPeriod(monday), bad.Period)
	require.ErrorContains(t, err, "started at 2024-05-06T16:00:00Z, outside of its partition's day")
	require.Zero(t, read[int64](t, db, `SELECT COUNT(*) FROM late_views`), "nothing is posted before it is repaired")
	exec(t, db, `DELETE FROM watch_log WHERE watched_on = ? AND watched_at = '2024-05-06 16:00:00'`, monday)
	late, mismatches := collectLate(t, db, monday+1)
	require.EqualValues(t, 1, late)
	require.Empty(t, mismatches)
}

func TestR12_OnlyTheHolderFixesWhatADayPosts(t *testing.T) {
	db := openClosed(t)
	watch(t, db, view(monday, 2, time.Hour))
	begin(t, db, monday+1)

	_, _, err := db.CollectLate(t.Context(), monday+1, stranger)

	require.ErrorIs(t, err, settlement.ErrStale)
	require.Zero(t, read[int64](t, db, `SELECT COUNT(*) FROM late_views`))
}

func TestCollectLate_ChunksOfADayOfWhichTheServerLostTheLateRowsAreCountedAgain(t *testing.T) {
	db := openClosed(t)
	watch(t, db, view(monday, 2, time.Hour))
	watch(t, db, views(monday+1, 1, 1)...)
	collectLate(t, db, monday+1)
	chunk := settle(t, db, monday+1, counted(t, db, monday+1, line(monday+1, 1, 1)))
	// What was posted was the last that the lost server had committed: the run went on without it.
	exec(t, db, `DELETE FROM late_views`)
	exec(t, db, `UPDATE runs SET late_collected_at = NULL WHERE starts_on = ?`, monday+1)

	_, err := db.CloseDay(t.Context(), monday+1, me)

	require.ErrorIs(t, err, settlement.ErrLostLate)
	late, _ := collectLate(t, db, monday+1)

	require.EqualValues(t, 1, late)
	again := chunksOf(t, db, monday+1)[0]
	require.Equal(t, settlement.ChunkPlanned, again.State)
	require.Equal(t, chunk.Counts+1, again.Counts, "a count that is under way lacks them, too")
}
