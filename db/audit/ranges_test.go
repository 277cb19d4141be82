package audit

import (
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func TestR8_AWeekIsHeldAgainstItsDaysRangeByRange(t *testing.T) {
	b := openClosed(t)
	held := func() (result Result) {
		closed, err := readBooks(t.Context(), b.DB, monday, sunday)
		require.NoError(t, err)
		require.NoError(t, b.DB.InSnapshot(t.Context(), func(tx *sqlx.Tx) error {
			a := &audit{closedBooks: closed, tx: tx, result: &result}
			for _, videos := range settlement.Split([]int64{2, 3, 4, 5, 6}) {
				require.NoError(t, checkVideosOf(t.Context(), a, monday.Week(), videos))
				require.NoError(t, checkOrdinalsOf(t.Context(), a, monday.Week(), videos))
			}
			return nil
		}))
		return result
	}
	require.Empty(t, held().Findings)

	b.Exec(`UPDATE period_videos SET views_to = views_to + 1, views = views + 1 WHERE kind = 'weekly' AND video_id = 3`)

	require.Len(t, held().Findings, 2, "its sum and its ordinals, each in one of the ranges")
}
