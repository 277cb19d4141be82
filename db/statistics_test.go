package db

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

func statisticsOf(t *testing.T, db *DB, day settlement.Day) []StatisticsLine {
	t.Helper()
	lines, err := db.Statistics(t.Context(), day, allVideos)
	require.NoError(t, err)
	return lines
}

func TestStoreCount_KeepsLinesAndSums(t *testing.T) {
	db := openWatched(t)
	putVideos(t, db, 1, 2)
	now := time.Date(2024, time.May, 8, 1, 2, 3, 0, time.UTC)
	db.now = func() time.Time { return now }
	chunk := plan(t, db, monday)[0]
	lines := []StatisticsLine{
		{Day: monday, VideoID: 1, CreatorID: creator, Statistics: settlement.Statistics{Views: 1, SelfViews: 2, RepeatViews: 3, PlayedSeconds: 4, AdViews: 5}},
		{Day: monday, VideoID: 2, CreatorID: creator, Statistics: settlement.Statistics{Views: 10, SelfViews: 20, RepeatViews: 30, PlayedSeconds: 40, AdViews: 50}},
	}

	require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, Count{Lines: lines, Checksum: 1<<64 - 1}, 7))

	require.Equal(t, lines, statisticsOf(t, db, monday))
	stored, err := db.Chunk(t.Context(), settlement.DailyPeriod(monday), 1)
	require.NoError(t, err)
	require.Equal(t, Chunk{
		Number: 1, State: settlement.ChunkCounted, Counts: 1, Checksum: 1<<64 - 1,
		Totals: settlement.Totals{Statistics: settlement.Statistics{Views: 11, SelfViews: 22, RepeatViews: 33, PlayedSeconds: 44, AdViews: 55}},
	}, stored)
	require.Equal(t, now, read[time.Time](t, db, `SELECT counted_at FROM run_chunks WHERE attempt = 7 AND fence = 1`))
}

func TestStoreCount_AnyNumberOfLines(t *testing.T) {
	db := openWatched(t)
	chunk := plan(t, db, monday)[0]
	var lines []StatisticsLine
	var ids []int64
	for video := int64(1); video <= 2*server.RowsPerInsert+1; video++ {
		lines = append(lines, line(monday, video, 1))
		ids = append(ids, video)
	}
	putVideos(t, db, ids...)

	store(t, db, monday, chunk, lines...)

	require.Equal(t, lines, statisticsOf(t, db, monday))
}

func TestStoreCount_ReplacesWhatTheChunkCountedBefore(t *testing.T) {
	db := openWatched(t)
	putVideos(t, db, 1, 2, 9, 10)
	chunks := plan(t, db, monday, 10)
	store(t, db, monday, chunks[0], line(monday, 1, 1), line(monday, 9, 1))
	store(t, db, monday, chunks[1], line(monday, 10, 1))
	require.NoError(t, db.replan(t.Context(), settlement.DailyPeriod(monday), me, []int{1}, nil))

	store(t, db, monday, chunks[0], line(monday, 2, 5))

	require.Equal(t, []StatisticsLine{line(monday, 2, 5), line(monday, 10, 1)}, statisticsOf(t, db, monday))
	again := chunksOf(t, db, monday)[0]
	require.Equal(t, 2, again.Counts)
	require.EqualValues(t, 5, again.Views)
}

func TestR12_ACountedChunkIsNotStoredAgain(t *testing.T) {
	db := openWatched(t)
	chunk := plan(t, db, monday)[0]
	store(t, db, monday, chunk, line(monday, 1, 1))
	before := results(t, db)

	store(t, db, monday, chunk, line(monday, 1, 99))

	require.Equal(t, before, results(t, db))
}

func TestStoreCount_IsAllOrNothing(t *testing.T) {
	db := openWatched(t)
	chunks := plan(t, db, monday)
	store(t, db, monday, chunks[0], line(monday, 1, 1))
	require.NoError(t, db.replan(t.Context(), settlement.DailyPeriod(monday), me, []int{1}, nil))
	chunks = chunksOf(t, db, monday)
	before := results(t, db)
	var lines []StatisticsLine
	for video := int64(1); video <= server.RowsPerInsert; video++ {
		lines = append(lines, line(monday, video, 1))
	}
	twice := line(monday, 1, 1) // in the second statement

	err := db.StoreCount(t.Context(), monday, me, chunks[0], Count{Lines: append(lines, twice)}, 1)

	require.ErrorContains(t, err, "store count of chunk 1 of 2024-05-06")
	require.Equal(t, before, results(t, db), "what the chunk counted before is still there")
}

func TestR10_AChunkWithRowsOfUnknownVideosStaysPlanned(t *testing.T) {
	db := openWatched(t)
	putVideos(t, db, 1, 2)
	chunk := plan(t, db, monday)[0]

	require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, Count{Lines: []StatisticsLine{line(monday, 1, 1)}, UnknownRows: 3}, 1))

	stored := chunksOf(t, db, monday)[0]
	require.Equal(t, settlement.ChunkPlanned, stored.State)
	require.EqualValues(t, 3, stored.UnknownRows)
	require.EqualValues(t, 1, stored.Statistics.Rows())

	store(t, db, monday, chunk, line(monday, 1, 1), line(monday, 2, 3))
	stored = chunksOf(t, db, monday)[0]
	require.Equal(t, settlement.ChunkCounted, stored.State)
	require.Zero(t, stored.UnknownRows)
}

func recount(t *testing.T, db *DB, day settlement.Day) []int {
	t.Helper()
	again, err := db.Recount(t.Context(), day, me)
	require.NoError(t, err)
	return again
}

func TestR10_ChunksThatGotRowsAreCountedAgain(t *testing.T) {
	db := openWatched(t)
	chunks := plan(t, db, monday, 10, 20)
	store(t, db, monday, chunks[0], line(monday, 1, 1))
	store(t, db, monday, chunks[1])
	store(t, db, monday, chunks[2])
	require.Empty(t, recount(t, db, monday))

	watch(t, db, view(monday, 2, 0), view(monday, 25, 0))

	require.Equal(t, []int{1, 3}, recount(t, db, monday))
	states := []settlement.ChunkState{}
	for _, chunk := range chunksOf(t, db, monday) {
		states = append(states, chunk.State)
	}
	require.Equal(t, []settlement.ChunkState{settlement.ChunkPlanned, settlement.ChunkCounted, settlement.ChunkPlanned}, states)
}

func TestR10_ASettledChunkThatGotRowsIsCountedAgain(t *testing.T) {
	db := openWatched(t)
	settle(t, db, monday, counted(t, db, monday, line(monday, 1, 1)))
	watch(t, db, view(monday, 2, 0))

	require.Equal(t, []int{1}, recount(t, db, monday))
}

func TestR10_RowsOfUnknownVideosAreNotMissing(t *testing.T) {
	db := openWatched(t)
	chunk := plan(t, db, monday)[0]
	require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, Count{UnknownRows: 1}, 1))

	require.Empty(t, recount(t, db, monday))
}
