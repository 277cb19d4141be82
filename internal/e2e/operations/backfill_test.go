package operations

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
	"creatorpay/workflows"
)

// backfilled are the days of the test, over a change of clocks.
const (
	firstBackfilled = "2024-02-20"
	daysBackfilled  = 60
)

// manyDays has a play a day, and on the days with the given numbers one more,
// of a video that is not in the catalogue.
func manyDays(unknown map[int]int64) *oracle.Platform {
	p := oracle.NewPlatform("Europe/Berlin")
	p.AddVideo(oracle.Video{ID: 1, Creator: 1, Title: "Video"})
	for number := range daysBackfilled {
		p.Play(1, 1000, oracle.DaysAfter(firstBackfilled, number)+" 12:00:00", 60, 1)
		if id := unknown[number]; id != 0 {
			p.Play(id, 1000, oracle.DaysAfter(firstBackfilled, number)+" 13:00:00", 60, 1)
		}
	}
	return p
}

func TestBackfillWithFailingDaysEndsClosedAfterRepair(t *testing.T) {
	t.Parallel()
	unknown := map[int]int64{20: 2, 40: 3}
	p := manyDays(unknown)
	s := rig.New(t, p)
	s.Starter("schedule", "apply").RequireSuccess()
	s.Starter("schedule", "pause", "--note", "a backfill does not need the schedule").RequireSuccess()
	for _, schedule := range workflows.Schedules() {
		if !schedule.Launches() { // nor room for today
			require.NoError(t, s.Dial().ScheduleClient().GetHandle(t.Context(), schedule.ID).Pause(t.Context(), client.SchedulePauseOptions{}))
		}
	}
	s.StartWorker()
	last := oracle.DaysAfter(firstBackfilled, daysBackfilled-1)

	backfill := s.BeginStarter("schedule", "backfill", "--kind", "daily", "--from", firstBackfilled, "--to", last)
	for _, number := range []int{20, 40} {
		day, id := oracle.DaysAfter(firstBackfilled, number), unknown[number]
		backfill.WaitUntilSaid(fmt.Sprintf("%s failed: %s has 1 row of videos that are not in the catalogue: %d (1 row)", day, day, id))
		s.WaitUntilWaiting(oracle.DaysAfter(day, 1), day+" is not closed: its run failed")
		require.Equal(t, "failed", s.StateOf(day))
		require.EqualValues(t, number, s.Number(`SELECT COUNT(*) FROM runs WHERE state = 'closed'`), "those before, and none after")

		p.AddVideo(oracle.Video{ID: id, Creator: 1, Title: "Late"})
		s.PutVideos(p.Videos...)
		s.RunDay(day).RequireSuccess()
	}

	backfilled := backfill.Wait().RequireSuccess()
	require.Contains(t, backfilled.Stdout, fmt.Sprintf("%s to %s closed, no gap", firstBackfilled, last))
	require.EqualValues(t, daysBackfilled, s.Number(`SELECT COUNT(*) FROM runs WHERE state = 'closed'`))
	days := p.Settle(firstBackfilled, last)
	for _, number := range []int{0, 20, 21, 40, 41, daysBackfilled - 1} {
		s.RequireSettled(days[number])
	}
}

func TestBackfillPassesOverWhatIsClosedAndReportsGaps(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	p.Play(10, 1, rig.Tomorrow+" 12:00:00", 60, 1)
	p.Play(404, 1, rig.DayAfterTomorrow+" 12:00:00", 60, 1) // unknown
	s := rig.New(t, p)
	s.StartWorker()
	s.RunDay(rig.Today).RequireSuccess()

	backfill := s.Starter("schedule", "backfill", "--kind", "daily", "--from", rig.Today, "--to", rig.DayAfterTomorrow)

	backfill.RequireFailure("launch:daily:2024-05-06..2024-05-08: 2024-05-08: 2024-05-08 has 1 row of videos")
	require.Equal(t, `2024-05-06 closed already
daily: 1 period not closed
  2024-05-08: failed
  run them in order: starter schedule backfill --kind daily --from 2024-05-08 --to 2024-05-08
`, backfill.Stdout)
	require.Equal(t, "closed", s.StateOf(rig.Tomorrow))
	list := s.Starter("schedule", "list").RequireSuccess().Stdout
	require.Contains(t, list, "launch:daily:2024-05-06..2024-05-08: 2024-05-08: 2024-05-08 has 1 row", "what failed")
}
