package rig

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"
)

// regionsADay is how many regions a day of a log has at least, if it has as many videos.
const regionsADay = 4

// splitDays is how many days of a log are cut at most, since each takes TiDB a second or more.
const splitDays = 7

// SplitRegions cuts the first days of the logs into regions where the server is TiDB, which
// then reads them at once, as it does of itself once they are big. The tests of a killed
// server do without: what that one stores in several regions at once it may lose by halves.
func (s *System) SplitRegions() {
	s.T.Helper()
	if !s.isTiDB() {
		return
	}
	database := sqlx.NewDb(s.SQL, "mysql")
	for _, log := range []struct{ table, day, behindVideo string }{
		{"watch_log", "watched_on", "0, '%s', 0"},
		{"payments", "paid_on", "0, '%s', ''"},
	} {
		var days []string
		require.NoError(s.T, database.SelectContext(s.T.Context(), &days, `SELECT DISTINCT DATE_FORMAT(`+log.day+`, '%Y-%m-%d') FROM `+log.table+` ORDER BY 1 LIMIT ?`, splitDays))
		for _, day := range days {
			var videos []int64
			require.NoError(s.T, database.SelectContext(s.T.Context(), &videos, `
				SELECT DISTINCT video_id
				FROM `+log.table+`
				WHERE `+log.day+` = ?
				ORDER BY video_id`, day))
			var borders []string
			for some := range slices.Chunk(videos[1:], max(1, len(videos)/regionsADay)) {
				borders = append(borders, fmt.Sprintf("('%s', %d, "+log.behindVideo+")", day, some[0], day))
			}
			if len(borders) > 0 {
				s.Exec(`SPLIT TABLE ` + log.table + ` PARTITION (p` + strings.ReplaceAll(day, "-", "") + `) BY ` + strings.Join(borders, ", "))
			}
		}
	}
}
