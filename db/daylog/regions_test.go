package daylog_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

// TiDB reads the regions of a day at once, and hands over what comes first.
func TestScan_OfADayInManyRegionsIsInTheOrderOfItsKey(t *testing.T) {
	if !devtest.MySQL(t).IsTiDB() {
		t.Skip("it has no regions")
	}
	const videos, viewers = 40, 250
	logs := open(t)
	_, err := logs.views.Add(t.Context(), monday, monday, func([]daylog.Partition) error { return nil })
	require.NoError(t, err)
	for video := range int64(videos) {
		_, err := logs.pool.ExecContext(t.Context(), `
			INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
			WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < ?)
			SELECT '2024-05-06', ?, i, '2024-05-06 00:00:00' + INTERVAL i SECOND, i, 60, 1
			FROM n`, viewers, video+1)
		require.NoError(t, err)
	}
	_, err = logs.pool.ExecContext(t.Context(), `
		SPLIT TABLE watch_log PARTITION (p20240506)
		BETWEEN ('2024-05-06', 1, 0, '2024-05-06', 0) AND ('2024-05-06', ?, 0, '2024-05-06', 0)
		REGIONS 20`, videos+1)
	require.NoError(t, err)

	shuffled := func() bool {
		var ids []int64
		require.NoError(t, logs.pool.SelectContext(t.Context(), &ids, `SELECT video_id FROM watch_log FORCE INDEX (PRIMARY) WHERE watched_on = '2024-05-06'`))
		require.Len(t, ids, videos*viewers)
		return !slices.IsSorted(ids)
	}
	tries := 0
	for tries < 100 && !shuffled() {
		tries++
	}
	require.Less(t, tries, 100, "the server gives them in order without being asked to")
	for range 10 {
		var rows int
		require.NoError(t, logs.views.Scan(t.Context(), daylog.OnTime{Day: monday}, allVideos, func() func(settlement.Play) error {
			rows = 0
			return func(settlement.Play) error {
				rows++
				return nil
			}
		}))
		require.Equal(t, videos*viewers, rows)
	}
}
