package audit

import (
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/settlement"
)

func TestR8_AWeekOfManyChunksIsTheSumOfItsDaysInEachOfThem(t *testing.T) {
	b := openClosed(t)
	check := func() (result Result) {
		closed, err := readBooks(t.Context(), b.DB, monday, sunday)
		require.NoError(t, err)
		var chunks []db.Chunk
		for _, videos := range settlement.Split([]int64{2, 3, 4, 5, 6}) {
			chunks = append(chunks, db.Chunk{Range: videos})
		}
		closed.chunks[monday.Week()] = chunks
		require.NoError(t, b.DB.InSnapshot(t.Context(), func(tx *sqlx.Tx) error {
			return periodsInvariant.check(t.Context(), &audit{closedBooks: closed, tx: tx, result: &result})
		}))
		return result
	}
	require.Empty(t, check().Findings)

	b.Exec(`UPDATE period_videos SET views_to = views_to + 1, views = views + 1 WHERE kind = 'weekly' AND video_id = 3`)

	require.Len(t, check().Findings, 2, "its sum and its ordinals, each in one of the chunks")
}

func TestR7_OrdinalsAreCheckedInRangesOfAnySize(t *testing.T) {
	for _, videosAtATime := range []int{1, 2, 1000} {
		b := openClosed(t)
		check := func() (result Result) {
			closed, err := readBooks(t.Context(), b.DB, monday, sunday)
			require.NoError(t, err)
			require.NoError(t, b.DB.InSnapshot(t.Context(), func(tx *sqlx.Tx) error {
				return (&audit{closedBooks: closed, tx: tx, result: &result}).checkOrdinals(t.Context(), videosAtATime)
			}))
			return result
		}
		require.Empty(t, check().Findings)

		b.Exec(`UPDATE daily_settlements SET views_to = views_to + 1 WHERE starts_on = ? AND video_id IN (1, 3)`, monday)

		require.Len(t, check().Findings, 2, "the next day of each begins elsewhere")
	}
}
