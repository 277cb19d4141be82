package operations

import (
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
	"creatorpay/workflows"
)

// insertPlay stores a play at noon of the day, as the platform does.
func insertPlay(s *rig.System, day string) error {
	s.T.Helper()
	_, err := s.SQL.ExecContext(s.T.Context(), `
		INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
		VALUES (?, 10, 77, ?, 9001, 60, 1)`, day, day+" 03:00:00.000")
	return err
}

// requireNoRoom means that the platform cannot store plays of the day.
func requireNoRoom(s *rig.System, day string) {
	s.T.Helper()
	var refused *mysql.MySQLError
	require.ErrorAs(s.T, insertPlay(s, day), &refused)
	require.EqualValues(s.T, 1526, refused.Number)
}

// A day that fails, the days that wait for it, and schedules that somebody paused
// are no reason for the platform's own inserts to fail.
func TestThePlatformFindsRoomDaysAfterADayHasFailedAndTheSchedulesWerePaused(t *testing.T) {
	t.Parallel()
	const daysLater = "2024-05-14"
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.AddDays(rig.Today, rig.Tomorrow)
	s.StartWorker("PARTITIONS_AHEAD=2")
	s.Exec(`DELETE FROM videos WHERE video_id = 10`)
	s.RunDay(rig.Today).RequireFailure("not in the catalogue")
	s.Starter("schedule", "apply").RequireSuccess()
	s.Starter("schedule", "pause", "--note", "the log is being repaired").RequireSuccess()
	requireNoRoom(s, daysLater)
	temporal := s.Dial()
	due := time.Date(2024, 5, 14, 4, 30, 0, 0, p.Zone)

	for _, schedule := range workflows.Schedules() {
		handle := temporal.ScheduleClient().GetHandle(t.Context(), schedule.ID)
		require.Equal(t, schedule.Launches(), describeSchedule(s, handle).Schedule.State.Paused, schedule.ID)
		if !schedule.Launches() {
			require.NoError(t, handle.Pause(t.Context(), client.SchedulePauseOptions{})) // it would make room by this machine's clock
			require.NoError(t, handle.Backfill(t.Context(), client.ScheduleBackfillOptions{Backfill: []client.ScheduleBackfill{{
				Start: due.Add(-time.Minute), End: due.Add(time.Minute),
			}}}))
		}
	}

	rig.WaitUntil(t, "the platform finds room", func() bool { return insertPlay(s, daysLater) == nil })
	s.WaitUntilState(rig.Today, "failed")
	requireNoRoom(s, "2024-05-17")
	rig.WaitUntil(t, "the list has it", func() bool {
		list := s.Starter("schedule", "list").RequireSuccess().Stdout
		return strings.Contains(list, "partitions "+daysLater)
	})
	require.Contains(t, s.Starter("status").RequireSuccess().Stdout, "WARNING: the watch log has no room for today, the platform's inserts fail with error 1526")
}

func TestRoomForAMistypedYearIsRefusedOrTakenAway(t *testing.T) {
	t.Parallel()
	s := rig.NewEmpty(t, oracle.NewPlatform("Asia/Seoul"))
	now := time.Now()
	day := func(ahead int) string { return now.AddDate(0, 0, ahead).Format(time.DateOnly) }
	s.Starter("partitions", "add", "--from", day(0), "--to", day(3000)).RequireFailure("is more than 366 days ahead", "is the date wrong?")
	s.Starter("generate", "--from", day(100), "--days", "1").RequireFailure("lies after tomorrow")
	s.Starter("partitions", "add", "--from", day(0), "--to", day(300)).RequireSuccess()
	s.Starter("partitions", "trim", "--after", day(-3)).RequireFailure("would leave the platform no room")

	dry := s.Starter("partitions", "trim", "--after", day(10)).RequireSuccess()
	require.Contains(t, dry.Stderr, "290 days, "+day(11)+" to "+day(300)+", would be removed if they are empty")
	require.NoError(t, insertPlay(s, day(12)))
	s.Starter("partitions", "trim", "--after", day(10), "--yes").RequireFailure("views are stored for " + day(12))
	if devtest.MySQL(t).IsTiDB() {
		s.Starter("partitions", "trim", "--after", day(12), "--yes").RequireFailure("TiDB cannot keep rows from coming", "the days stay")
		return
	}

	require.Contains(t, s.Starter("partitions", "trim", "--after", day(12), "--yes").RequireSuccess().Stdout, "288 days removed")
	require.NotContains(t, s.Starter("partitions").RequireSuccess().Stdout, day(13))
}

// A platform that writes its payments itself has no import that makes the first room.
func TestTheFirstRoomForPaymentsIsMadeByHand(t *testing.T) {
	t.Parallel()
	s := rig.NewEmpty(t, oracle.NewPlatform("Asia/Seoul"))
	pay := func() error {
		_, err := s.SQL.ExecContext(t.Context(), `
			INSERT INTO payments (paid_on, video_id, payment_id, paid_at, status, payer_id, amount, method, refund_of)
			VALUES ('2024-05-07', 10, 9, '2024-05-06 15:00:00.000', 'completed', 0, 10000, 'card', NULL)`)
		return err
	}
	s.Starter("partitions", "add", "--from", rig.Today, "--to", rig.Tomorrow).RequireSuccess()
	var refused *mysql.MySQLError
	require.ErrorAs(t, pay(), &refused)
	require.EqualValues(t, 1526, refused.Number)

	s.Starter("partitions", "add", "--from", rig.Today, "--to", rig.Tomorrow, "--payments").RequireSuccess()

	require.NoError(t, pay())
}

// The last minutes of the day before the first settled one are needed once, and
// must not keep old days for ever.
func TestDaysBeforeTheFirstSettledOneAreDroppedWhenSomebodyMeansThem(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	p.Play(10, 77, rig.Tomorrow+" 10:00:00", 60, 1)
	s := rig.New(t, p)
	s.AddDays("2024-05-01", rig.DayAfterTomorrow)
	require.NoError(t, insertPlay(s, "2024-05-05"))
	s.StartWorker()
	s.RunDay(rig.Today).RequireSuccess()
	s.RunDay(rig.Tomorrow).RequireSuccess()

	kept := s.Starter("partitions", "drop", "--older-than-days", "1", "--yes").RequireSuccess()

	require.Contains(t, kept.Stdout, "4 days dropped", "the empty ones")
	require.Contains(t, kept.Stderr, "2024-05-05 comes before the first day that was settled and has 1 row that nobody has counted")
	require.Contains(t, kept.Stderr, "--never-settled")
	dropped := s.Starter("partitions", "drop", "--older-than-days", "1", "--never-settled", "--yes").RequireSuccess()
	require.Contains(t, dropped.Stdout, "2 days dropped")
	require.Empty(t, dropped.Stderr)
	require.Contains(t, s.Starter("partitions").RequireSuccess().Stdout, rig.Tomorrow)
}
