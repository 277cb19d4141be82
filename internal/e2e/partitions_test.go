package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/workflows"
)

// insertPlay stores a play at noon of the day, as the platform does.
func (s *system) insertPlay(day string) error {
	s.t.Helper()
	_, err := s.sql.ExecContext(s.t.Context(), `
		INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
		VALUES (?, 10, 77, ?, 9001, 60, 1)`, day, day+" 03:00:00.000")
	return err
}

// requireNoRoom means that the platform cannot store plays of the day.
func (s *system) requireNoRoom(day string) {
	s.t.Helper()
	var refused *mysql.MySQLError
	require.ErrorAs(s.t, s.insertPlay(day), &refused)
	require.EqualValues(s.t, 1526, refused.Number)
}

// A day that fails, the days that wait for it, and schedules that somebody paused
// are no reason for the platform's own inserts to fail.
func TestThePlatformFindsRoomDaysAfterADayHasFailedAndTheSchedulesWerePaused(t *testing.T) {
	t.Parallel()
	const daysLater = "2024-05-14"
	p := plainPlatform()
	s := newSystem(t, p)
	s.addDays(today, tomorrow)
	s.startWorker("PARTITIONS_AHEAD=2")
	s.starter("schedule", "apply").requireSuccess()
	s.starter("schedule", "pause", "--note", "the log is being mended").requireSuccess()
	s.exec(`DELETE FROM videos WHERE video_id = 10`)
	s.runDay(today).requireFailure("not in the catalogue")
	s.requireNoRoom(daysLater)
	temporal := s.dial()
	due := time.Date(2024, 5, 14, 4, 30, 0, 0, p.Zone)

	for _, schedule := range workflows.Schedules() {
		handle := temporal.ScheduleClient().GetHandle(t.Context(), schedule.ID)
		require.Equal(t, schedule.Launches(), s.describe(handle).Schedule.State.Paused, schedule.ID)
		if !schedule.Launches() {
			require.NoError(t, handle.Backfill(t.Context(), client.ScheduleBackfillOptions{Backfill: []client.ScheduleBackfill{{
				Start: due.Add(-time.Minute), End: due.Add(time.Minute),
			}}}))
		}
	}

	waitUntil(t, "the platform finds room", func() bool { return s.insertPlay(daysLater) == nil })
	s.waitUntilState(today, "failed")
	s.requireNoRoom("2024-05-17")
	waitUntil(t, "the list has it", func() bool {
		list := s.starter("schedule", "list").requireSuccess().stdout
		return strings.Contains(list, "partitions "+daysLater)
	})
	require.Contains(t, s.starter("status").requireSuccess().stdout, "WARNING: the watch log has no room for today, the platform's inserts fail with error 1526")
}

func TestRoomForAMistypedYearIsRefusedOrTakenAway(t *testing.T) {
	t.Parallel()
	s := newEmptySystem(t, oracle.NewPlatform("Asia/Seoul"))
	day := func(ahead int) string { return time.Now().AddDate(0, 0, ahead).Format(time.DateOnly) }
	s.starter("partitions", "add", "--from", day(0), "--to", day(3000)).requireFailure("is more than 366 days ahead", "is the date wrong?")
	s.starter("generate", "--from", day(100), "--days", "1").requireFailure("lies after tomorrow")
	s.starter("partitions", "add", "--from", day(0), "--to", day(300)).requireSuccess()
	s.starter("partitions", "trim", "--after", day(-3)).requireFailure("would leave the platform no room")

	dry := s.starter("partitions", "trim", "--after", day(10)).requireSuccess()
	require.Contains(t, dry.stderr, "290 days, "+day(11)+" to "+day(300)+", would be removed if they are empty")
	require.NoError(t, s.insertPlay(day(12)))
	s.starter("partitions", "trim", "--after", day(10), "--yes").requireFailure("views are stored for " + day(12))

	require.Contains(t, s.starter("partitions", "trim", "--after", day(12), "--yes").requireSuccess().stdout, "288 days removed")
	require.NotContains(t, s.starter("partitions").requireSuccess().stdout, day(13))
}

// The last minutes of the day before the first settled one are needed once, and
// must not keep old days for ever.
func TestDaysBeforeTheFirstSettledOneAreDroppedWhenSomebodyMeansThem(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	p.Play(10, 77, tomorrow+" 10:00:00", 60, 1)
	s := newSystem(t, p)
	s.addDays("2024-05-01", dayAfterTomorrow)
	require.NoError(t, s.insertPlay("2024-05-05"))
	s.startWorker()
	s.runDay(today).requireSuccess()
	s.runDay(tomorrow).requireSuccess()

	kept := s.starter("partitions", "drop", "--older-than-days", "1", "--yes").requireSuccess()

	require.Contains(t, kept.stdout, "4 days dropped", "the empty ones")
	require.Contains(t, kept.stderr, "2024-05-05 comes before the first day that was settled and has 1 row that nobody has counted")
	require.Contains(t, kept.stderr, "--never-settled")
	dropped := s.starter("partitions", "drop", "--older-than-days", "1", "--never-settled", "--yes").requireSuccess()
	require.Contains(t, dropped.stdout, "2 days dropped")
	require.Empty(t, dropped.stderr)
	require.Contains(t, s.starter("partitions").requireSuccess().stdout, tomorrow)
}
