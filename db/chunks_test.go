package db

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func TestRangesOfChunksHaveEveryVideoOnceWhateverTheirOrderAndGaps(t *testing.T) {
	at := func(video int64) *int64 { return &video }
	chunk := func(from, to *int64) (c Chunk) {
		c.From, c.Before = from, to
		return c
	}

	require.Equal(t, settlement.Split([]int64{10, 20, 30}), RangesOf([]Chunk{
		chunk(at(30), nil),
		chunk(nil, at(10)),
		chunk(at(10), at(15)),
		chunk(at(20), at(30)),
		chunk(at(20), at(30)),
	}))
	require.Equal(t, settlement.Split(nil), RangesOf(nil))
}

func TestChunk_OfAPlanThatTheServerLostSaysSo(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	begin(t, db, monday)

	_, chunkErr := db.Chunk(t.Context(), settlement.DailyPeriod(monday), 1)
	_, checkErr := db.Recount(t.Context(), monday, me)

	for _, err := range []error{chunkErr, checkErr} {
		require.ErrorIs(t, err, settlement.ErrLostRun)
		require.ErrorContains(t, err, "the book of runs has no plan of 2024-05-06")
	}
}
