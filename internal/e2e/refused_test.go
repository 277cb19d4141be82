package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDayThatMayNotRunIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	notOver := p.DayOf(time.Now().Add(24 * time.Hour))
	s.requireRefused(notOver, notOver+" is not over yet in Asia/Seoul")
	s.requireRefused("2024-05-07", "the watch log has no partition for 2024-05-07")
	s.requireRefused("2024-02-30", `"2024-02-30" is not a date`)
	s.requireRefused("today", `"today" is not a date`)

	s.startWorker()
	s.runDay(today).requireSuccess()
	s.addDays("2024-05-04", today)
	s.requireRefused(today, "2024-05-06 is closed and is never run again")
	s.requireRefused("2024-05-08", "2024-05-07 is not closed: it was never run")
	s.requireRefused("2024-05-05", "2024-05-05 lies before 2024-05-06, the first day that was settled")
	s.requireSettled(p.Settle(today, today)[0])
}

func TestDayAfterAFailedOneIsRefused(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker()
	s.runDay(today).requireSuccess()
	s.addDays(tomorrow, dayAfterTomorrow)
	s.exec(`INSERT INTO watch_log VALUES (?, 999, 1, '2024-05-06 20:00:00', 1, 1, 1)`, tomorrow)
	s.runDay(tomorrow).requireFailure("999 (1 row)")

	s.requireRefused(dayAfterTomorrow, "2024-05-07 is not closed: its run failed")
}

// requireRefused means that the day is refused in one line and nothing came of
// it, neither in the database nor in Temporal.
func (s *system) requireRefused(day, why string) {
	s.t.Helper()
	rows, run := s.rows(), s.latestRun("daily:"+day)

	s.runDay(day).requireRefusal(why)

	require.Equal(s.t, rows, s.rows())
	require.Equal(s.t, run, s.latestRun("daily:"+day))
}

// rows is how many rows each table of results has.
func (s *system) rows() map[string]int64 {
	s.t.Helper()
	rows := map[string]int64{}
	for _, table := range []string{"runs", "run_chunks", "daily_statistics", "daily_settlements", "top_videos"} {
		rows[table] = s.number(`SELECT COUNT(*) FROM ` + table)
	}
	return rows
}

// latestRun is the id of the workflow's latest run, empty if there is none.
func (s *system) latestRun(workflow string) string {
	s.t.Helper()
	description, err := s.dial().DescribeWorkflowExecution(s.t.Context(), workflow, "")
	if err != nil {
		require.ErrorContains(s.t, err, "not found")
	}
	return description.GetWorkflowExecutionInfo().GetExecution().GetRunId()
}
