package uitest

import (
	"fmt"

	"github.com/stretchr/testify/require"
)

// The last chapters' day and week.
const (
	strayDay    = "2024-05-12" // has rows in its partition that started on another day
	changedDay  = "2024-05-07" // has a row that changes after its close
	changedWeek = "2024-W19"
)

// chunksFail has two chunks of a day fail for good, each by a row that cannot be right.
func (s *story) chunksFail() {
	s.execute(`INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
		VALUES (?, 1, 7, '2024-05-13 12:00:00', 91, 60, 1), (?, 99, 7, '2024-05-13 12:00:00', 92, 60, 1)`, strayDay, strayDay)
	require.Contains(s.t, s.starterFails("run", "daily", "--date", strayDay, "--chunk-rows", chunkRows), "2 of ")

	s.openDay(strayDay)
	s.see(status("Failed"))
	s.openTab("User Metadata")
	s.see(`//iframe[contains(@src, "failed")]`)
	s.picture("failed-chunks")
}

// strayRowsGo mends the day by the command that its failure names.
func (s *story) strayRowsGo() {
	s.execute(`DELETE FROM watch_log WHERE watched_on = ? AND view_id IN (91, 92)`, strayDay)
	require.Contains(s.t, s.starter("retry", "daily", "--date", strayDay), strayDay+" closed")
}

// rowChanges has a row of a closed day change in place, which its week's run tells.
func (s *story) rowChanges() {
	s.execute(`UPDATE watch_log SET played_seconds = played_seconds + 1 WHERE watched_on = ? LIMIT 1`, changedDay)
	require.Contains(s.t, s.starter("run", "weekly", "--week", changedWeek, "--no-mail"), "ALARM: "+changedDay)

	s.open(s.ui + "/namespaces/default/workflows/weekly:" + changedWeek)
	s.seeAnew(status("Completed"))
	s.openTab("User Metadata")
	s.see(fmt.Sprintf(`//iframe[contains(@src, "ALARM") and contains(@src, "%s")]`, changedDay))
	s.picture("alarm")
}

func (s *story) execute(statement string, args ...any) {
	s.t.Helper()
	_, err := s.sql.ExecContext(s.t.Context(), statement, args...)
	require.NoError(s.t, err, statement)
}
