package db

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestPaymentIDs_ThoseOfSeveralChunksAreFoundWhateverThePartsAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.OneOf(rapid.Int64Range(1, 40), rapid.Int64Range(math.MaxInt64-20, math.MaxInt64), rapid.Int64Range(1, math.MaxInt64))
		chunks := rapid.SliceOfN(rapid.SliceOfDistinct(id, func(id int64) int64 { return id }), 0, 5).Draw(t, "ids")
		size := rapid.IntRange(1, 7).Draw(t, "ids a part")

		var parts []idsPart
		counted := map[int64]int{}
		for i, ids := range chunks {
			slices.Sort(ids)
			parts = append(parts, idsParts(monday, i+1, ids, size)...)
			for _, id := range ids {
				counted[id]++
			}
		}
		slices.SortFunc(parts, func(a, b idsPart) int { return int(min(max(a.First-b.First, -1), 1)) })
		merge := idsMerge{firsts: map[int]int64{}}
		for _, part := range parts {
			require.NoError(t, merge.add(part))
		}
		require.NoError(t, merge.until(math.MaxInt64))

		var want []int64
		for id, chunks := range counted {
			if chunks > 1 {
				want = append(want, id)
			}
		}
		slices.Sort(want)
		require.Equal(t, want, merge.several)
	})
}

func TestPaymentIDs_ACutPartIsAnError(t *testing.T) {
	part := idsParts(monday, 1, []int64{1, 1000}, 2)[0]
	part.Steps = part.Steps[:1]
	merge := idsMerge{firsts: map[int]int64{}}
	require.NoError(t, merge.add(part))

	require.ErrorContains(t, merge.until(math.MaxInt64), "counted_payment_ids was changed by hand")
}

func TestPaymentIDs_AreThoseOfTheLastCountUntilTheDayIsClosed(t *testing.T) {
	db := openPaid(t, 1)
	count := func(ids ...int64) {
		chunk := chunksOf(t, db, monday)[0]
		rows := settledRows(monday, 1)
		rows.Payments.IDs = ids
		require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, rows, 1))
	}
	stored := func() int64 {
		return read[int64](t, db, `SELECT COALESCE(SUM(first_id), 0) FROM counted_payment_ids`)
	}
	plan(t, db, monday)
	count(1, 2)
	exec(t, db, `UPDATE run_chunks SET state = 'planned'`)
	count(5)
	require.EqualValues(t, 5, stored())
	require.Empty(t, recount(t, db, monday))

	settle(t, db, monday, chunksOf(t, db, monday)[0])
	_, err := db.CloseDay(t.Context(), monday, me)
	require.NoError(t, err)

	require.Zero(t, stored())
}

// Also a day that an older program has begun, or of which a backup has only a part.
func TestR13_AChunkWhosePaymentIDsAreNotThereIsCountedAgain(t *testing.T) {
	db := openPaid(t, 1, 2)
	for i, chunk := range plan(t, db, monday, 2) {
		require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, settledRows(monday, int64(i+1)), 1))
	}
	require.Empty(t, recount(t, db, monday))
	exec(t, db, `DELETE FROM counted_payment_ids WHERE chunk = 2`)

	require.Equal(t, []int{2}, recount(t, db, monday))
}
