package verify

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func TestVideo_ComparesOneVideoAndTheRowsOfItsChunk(t *testing.T) {
	b := openPosted(t)
	chunk, err := b.DB.ChunkOf(t.Context(), settlement.DailyPeriod(monday), 1)
	require.NoError(t, err)
	found := func() (settlement.Mismatch, []Difference) {
		rows, differences, err := Video(t.Context(), b.DB, monday, chunk, 1)
		require.NoError(t, err)
		return rows, differences
	}
	rows, differences := found()
	require.True(t, rows.None())
	require.Empty(t, differences)

	b.Exec(`DELETE FROM watch_log WHERE video_id = 1 AND watched_at = '2024-05-05 15:02:00'`)
	rows, differences = found()
	require.False(t, rows.None())
	require.Contains(t, differences, Difference{"video 1", "views", "3", "2"})
	for _, difference := range differences {
		require.Equal(t, "video 1", difference.Of)
	}

	b.Exec(`ALTER TABLE watch_log DROP PARTITION p20240506`)
	_, _, err = Video(t.Context(), b.DB, monday, chunk, 1)
	require.ErrorIs(t, err, settlement.ErrMissing)
}
