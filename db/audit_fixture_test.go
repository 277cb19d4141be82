package db

import (
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/db/watchlog"
	"creatorpay/settlement"
)

// auditedMonday is 2024-05-27. Its week reaches into June, and it is the first
// settled day, so that its month is closed with it.
const auditedMonday = monday + 21

// openAudited has every kind of closed period: seven days in two chunks each,
// their week with its mails, and a month of five of them. 2024-05-30 posts late
// views of video 2: three of 05-28, of which one is a repeat, and one of 05-29.
func openAudited(t *testing.T) *DB {
	t.Helper()
	db := openMigrated(t)
	closeAllKinds(t, db)
	return db
}

// closeAllKinds fills the books as openAudited says.
func closeAllKinds(t *testing.T, db *DB) {
	t.Helper()
	require.NoError(t, db.PutCreators(t.Context(), []Creator{
		{ID: 2, Name: "Lee", Email: "lee@example.com", Locale: "en"},
		{ID: 3, Name: "Park", Email: "park@example.com", Locale: "ko"},
	}))
	refused, err := db.PutVideos(t.Context(), []Video{
		{ID: 1, CreatorID: creator, Title: "one"},
		{ID: 2, CreatorID: creator, Title: "two"},
		{ID: 3, CreatorID: 2, Title: "three", OpeningViews: 99_990, OpeningAdViews: 499_990},
		{ID: 4, CreatorID: 2, Title: "four"},
		{ID: 5, CreatorID: 3, Title: "never counted"},
	})
	require.NoError(t, err)
	require.Empty(t, refused)
	for day := auditedMonday; day < auditedMonday+7; day++ {
		closeAudited(t, db, day)
		if day == auditedMonday+2 {
			watch(t, db, views(day-1, 2, 3)...)
			watch(t, db, view(day, 2, time.Hour))
		}
	}
	closedPeriod(t, db, auditedMonday.Week())
	closedPeriod(t, db, auditedMonday.Month())
	exec(t, db, `UPDATE deliveries SET state = 'sent', attempts = 1, changed_at = '2100-01-01' WHERE creator_id = 1`)
}

// closeAudited takes the day through all steps with as many rows as its lines
// stand for.
func closeAudited(t *testing.T, db *DB, day settlement.Day) {
	t.Helper()
	lines := []StatisticsLine{line(day, 1, 9), of(2, line(day, 3, 8)), of(3, leftOut(day, 5, 1))}
	if day%2 == 0 {
		lines = []StatisticsLine{line(day, 1, 3), line(day, 2, 3), of(2, line(day, 3, 4)), of(2, line(day, 4, 2)), of(3, leftOut(day, 5, 2))}
	}
	for _, line := range lines {
		watch(t, db, views(day, line.VideoID, int(line.Rows()))...)
	}
	chunks := plan(t, db, day, 3)
	_, mismatches, err := db.CollectLate(t.Context(), day, me, 7)
	require.NoError(t, err)
	require.Empty(t, mismatches)
	for _, chunk := range chunks {
		var count Count
		for _, line := range lines {
			if (line.VideoID < 3) == (chunk.Number == 1) {
				count.Lines = append(count.Lines, line)
			}
		}
		count.Late, err = db.Log.LateViews(t.Context(), day, chunk.Range)
		require.NoError(t, err)
		count.Adjustments = judged(count.Late)
		require.NoError(t, db.Log.Plays(t.Context(), onTime(t, db, day), chunk.Range, func(play settlement.Play) error {
			count.Checksum += watchlog.Checksum(play)
			return nil
		}))
		require.NoError(t, db.StoreCount(t.Context(), day, me, chunk, count, 1))
	}
	for _, chunk := range chunks {
		settle(t, db, day, chunk)
	}
	require.NoError(t, db.Rank(t.Context(), settlement.DailyPeriod(day), me))
	_, err = db.CloseDay(t.Context(), day, me)
	require.NoError(t, err)
}

// judged sets the verdicts on late views, in order: the first is a repeat.
func judged(late []watchlog.LateView) (adjustments []Adjustment) {
	for i := range late {
		view, verdict := &late[i], settlement.Counts
		if i == 0 {
			verdict = settlement.Repeat
		}
		view.Verdict = watchlog.LateVerdicts[verdict]
		if last := len(adjustments) - 1; last < 0 || adjustments[last].WatchedOn != view.WatchedOn {
			adjustments = append(adjustments, Adjustment{PostedOn: view.PostedOn, WatchedOn: view.WatchedOn, VideoID: view.VideoID, CreatorID: creator})
		}
		adjustments[len(adjustments)-1].Count(view.Play().Play, verdict)
	}
	return adjustments
}

// auditedTables are those that an audit reads, with their columns.
var auditedTables = map[string]string{
	"videos": "*", "price_tiers": "*", "runs": "*", "run_chunks": "*", "daily_statistics": "*", "daily_settlements": "*", "top_videos": "*",
	"period_videos": "*", "statements": "*", "deliveries": "*", "late_views": "*", "adjustments": "*",
	"watch_log": "watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views, epoch",
}

// save keeps copies of all tables; restore puts them back.
func save(t *testing.T, db *DB) (restore func()) {
	t.Helper()
	for table, columns := range auditedTables {
		exec(t, db, `CREATE TABLE saved_`+table+` AS SELECT `+columns+` FROM `+table)
	}
	return func() {
		for table, columns := range auditedTables {
			exec(t, db, `DELETE FROM `+table)
			exec(t, db, `INSERT INTO `+table+` `+strings.Replace("("+columns+")", "(*)", "", 1)+` SELECT * FROM saved_`+table)
		}
	}
}

// reseal makes the closed periods look as if they had closed with the rows that
// they have now.
func reseal(t *testing.T, db *DB) {
	t.Helper()
	for _, kind := range kinds {
		runs, err := db.Runs(t.Context(), kind)
		require.NoError(t, err)
		for _, run := range runs {
			require.NoError(t, db.pool.InTx(t.Context(), func(tx *sqlx.Tx) error { return seal(t.Context(), tx, run.Period()) }))
		}
	}
}

func audited(t *testing.T, db *DB, first, last settlement.Day) []Audited {
	t.Helper()
	results, err := db.Audit(t.Context(), first, last, true)
	require.NoError(t, err)
	return results
}

// findings audits the days and writes each finding as "invariant: where: problem",
// without checksums.
func findings(t *testing.T, db *DB, first, last settlement.Day) (found []string) {
	t.Helper()
	for _, result := range audited(t, db, first, last) {
		for _, finding := range result.Findings {
			problem, _, _ := strings.Cut(finding.Problem, ": checksum")
			found = append(found, result.Name+": "+finding.Where+": "+problem)
		}
	}
	return found
}
