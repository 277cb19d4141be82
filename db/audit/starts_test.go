package audit

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A dump may be restored where such rows were not refused.
func TestAudit_NamesWeeksAndMonthsThatStartOnAnotherDay(t *testing.T) {
	b := openClosed(t)
	for _, table := range []string{"runs", "run_chunks", "top_videos", "period_videos", "statements"} {
		b.Exec(`ALTER TABLE ` + table + ` DROP CONSTRAINT ` + table + `_starts_on_chk`)
		b.Exec(`UPDATE ` + table + ` SET starts_on = '2024-05-30' WHERE kind = 'weekly'`)
	}
	b.Exec(`UPDATE runs SET starts_on = '2024-05-06' WHERE kind = 'monthly'`)
	b.Exec(`ALTER TABLE deliveries DROP CONSTRAINT deliveries_starts_on_chk`)
	b.Exec(`UPDATE deliveries SET starts_on = '2024-05-28' WHERE creator_id = 2`)

	var starts []string
	for _, found := range b.findings(monday, sunday) {
		if strings.HasPrefix(found, startsInvariant.Name+": ") {
			starts = append(starts, found)
		}
	}

	const week = "starts: weekly from 2024-05-30: %s in %s: a week starts on a Monday, 2024-05-30 is a Thursday: write 2024-05-27"
	require.Equal(t, []string{
		"starts: monthly from 2024-05-06: 1 row in runs: a month starts on its first day, not on 2024-05-06: write 2024-05-01",
		fmt.Sprintf(week, "1 row", "runs"), fmt.Sprintf(week, "1 row", "run_chunks"), fmt.Sprintf(week, "8 rows", "top_videos"),
		fmt.Sprintf(week, "6 rows", "period_videos"), fmt.Sprintf(week, "2 rows", "statements"),
		"starts: weekly from 2024-05-28: 1 row in deliveries: a week starts on a Monday, 2024-05-28 is a Tuesday: write 2024-05-27",
	}, starts)
}
