package uitest

import (
	"fmt"

	"github.com/stretchr/testify/require"
)

// The days and the week of alarms.
const (
	strayDay    = "2024-05-12" // has rows in its partition that started on another day
	changedDay  = "2024-05-07" // has a row that changes after its close
	changedWeek = "2024-W19"
)

// failChunks makes two chunks of a day fail for good, each by a row that cannot be right.
func (o *operator) failChunks() {
	o.execute(`INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
		VALUES (?, 1, 7, '2024-05-13 12:00:00', 91, 60, 1), (?, 99, 7, '2024-05-13 12:00:00', 92, 60, 1)`, strayDay, strayDay)
	require.Contains(o.t, o.starterFails("run", "daily", "--date", strayDay, "--chunk-rows", chunkRows), "2 of ")

	o.openDay(strayDay)
	o.see(status("Failed"))
	o.openTab("User Metadata")
	o.see(`//iframe[contains(@src, "failed")]`)
	o.picture("failed-chunks")
}

// deleteStrayRows repairs the day by the command that its failure names.
func (o *operator) deleteStrayRows() {
	o.execute(`DELETE FROM watch_log WHERE watched_on = ? AND view_id IN (91, 92)`, strayDay)
	require.Contains(o.t, o.starter("retry", "daily", "--date", strayDay), strayDay+" closed")
}

// changeRow changes a row of a closed day in place, which its week's run reports.
func (o *operator) changeRow() {
	o.execute(`UPDATE watch_log SET played_seconds = played_seconds + 1 WHERE watched_on = ? LIMIT 1`, changedDay)
	require.Contains(o.t, o.starter("run", "weekly", "--week", changedWeek, "--no-mail"), "ALARM: "+changedDay)

	o.open(o.ui + "/namespaces/default/workflows/weekly:" + changedWeek)
	o.seeAnew(status("Completed"))
	o.openTab("User Metadata")
	o.see(fmt.Sprintf(`//iframe[contains(@src, "ALARM") and contains(@src, "%s")]`, changedDay))
	o.picture("alarm")
}

func (o *operator) execute(statement string, args ...any) {
	o.t.Helper()
	_, err := o.sql.ExecContext(o.t.Context(), statement, args...)
	require.NoError(o.t, err, statement)
}
