package db

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

// A platform without payments pays for them with these statements of a run, and with
// one more that Recount reads the run by. What else knows of them is part of
// statements that are there anyway.
func TestARunWithoutPaymentsHardlyAsksForThem(t *testing.T) {
	server := devtest.NewMySQL(t)
	if server.IsTiDB() {
		t.Skip("TiDB logs statements into no table, and the statements are those of MySQL")
	}
	require.NoError(t, server.CreateDatabase(t.Context(), "quiet"))
	db, err := Open(t.Context(), server.DSN("quiet"), 4)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	migrate(t, db)
	addPartitions(t, db, monday, monday+2)
	closed(t, db, monday)
	putVideos(t, db, 1)
	watch(t, db, views(monday+1, 1, 2)...)
	exec(t, db, `SET GLOBAL log_output = 'TABLE'`)
	exec(t, db, `SET GLOBAL general_log = ON`)

	addPartitions(t, db, monday+1, monday+3)
	rowsToPlan(t, db, monday+1)
	closed(t, db, monday+1)
	_, err = db.EachDroppable(t.Context(), monday, false, func(Droppable) error { return nil })
	require.NoError(t, err)

	exec(t, db, `SET GLOBAL general_log = OFF`)
	var statements []string
	require.NoError(t, db.pool.SelectContext(t.Context(), &statements, `
		SELECT CONVERT(argument USING utf8mb4)
		FROM mysql.general_log
		WHERE command_type IN ('Query', 'Execute')`))
	var ofPayments []string
	for _, statement := range statements {
		text := strings.Join(strings.Fields(statement), " ")
		if strings.Contains(text, "payment") && !strings.Contains(text, "run_chunks") && !strings.Contains(text, "runs") && !strings.Contains(text, "late_views") && !strings.Contains(text, "daily_statistics") {
			ofPayments = append(ofPayments, text)
		}
	}
	room := "TABLE_NAME = 'payments'"
	require.Len(t, ofPayments, 4, "%s", strings.Join(ofPayments, "\n"))
	require.Contains(t, ofPayments[0], room, "make room")
	require.Contains(t, ofPayments[1], "GROUP BY video_id", "plan a small day")
	require.Contains(t, ofPayments[2], room, "collect late rows")
	require.Contains(t, ofPayments[3], room, "drop old days")
	run, err := db.ClosedRun(t.Context(), settlement.DailyPeriod(monday+1))
	require.NoError(t, err)
	require.False(t, run.HasPayments())
}
