package e2e

import (
	"fmt"
	"testing"

	"creatorpay/internal/e2e/oracle"

	"github.com/stretchr/testify/require"
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
	s := newSystem(t, p)
	s.starter("schedule", "apply").requireSuccess()
	s.starter("schedule", "pause", "--note", "a backfill does not need the schedule").requireSuccess()
	s.startWorker()
	last := oracle.DaysAfter(firstBackfilled, daysBackfilled-1)

	backfill := s.beginStarter("schedule", "backfill", "--kind", "daily", "--from", firstBackfilled, "--to", last)
	for _, number := range []int{20, 40} {
		day, id := oracle.DaysAfter(firstBackfilled, number), unknown[number]
		backfill.waitUntilSaid(fmt.Sprintf("%s failed: %s has 1 row of videos that are not in the catalogue: %d (1 row)", day, day, id))
		s.waitUntilWaiting(oracle.DaysAfter(day, 1), day+" is not closed: its run failed")
		require.Equal(t, "failed", s.stateOf(day))
		require.EqualValues(t, number, s.number(`SELECT COUNT(*) FROM runs WHERE state = 'closed'`), "those before, and none after")

		p.AddVideo(oracle.Video{ID: id, Creator: 1, Title: "Late"})
		s.putVideos(p.Videos...)
		s.runDay(day).requireSuccess()
	}

	backfilled := backfill.wait().requireSuccess()
	require.Contains(t, backfilled.stdout, fmt.Sprintf("%s to %s closed, no gap", firstBackfilled, last))
	require.EqualValues(t, daysBackfilled, s.number(`SELECT COUNT(*) FROM runs WHERE state = 'closed'`))
	days := p.Settle(firstBackfilled, last)
	for _, number := range []int{0, 20, 21, 40, 41, daysBackfilled - 1} {
		s.requireSettled(days[number])
	}
}

func TestBackfillPassesOverWhatIsClosedAndReportsGaps(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	p.Play(10, 1, tomorrow+" 12:00:00", 60, 1)
	p.Play(404, 1, dayAfterTomorrow+" 12:00:00", 60, 1) // unknown
	s := newSystem(t, p)
	s.startWorker()
	s.runDay(today).requireSuccess()

	backfill := s.starter("schedule", "backfill", "--kind", "daily", "--from", today, "--to", dayAfterTomorrow)

	backfill.requireFailure("launch:daily:2024-05-06..2024-05-08: 2024-05-08: 2024-05-08 has 1 row of videos")
	require.Equal(t, `2024-05-06 closed already
daily: 1 period not closed
  2024-05-08: failed
  run them in order: starter schedule backfill --kind daily --from 2024-05-08 --to 2024-05-08
`, backfill.stdout)
	require.Equal(t, "closed", s.stateOf(tomorrow))
	list := s.starter("schedule", "list").requireSuccess().stdout
	require.Contains(t, list, "launch:daily:2024-05-06..2024-05-08: 2024-05-08: 2024-05-08 has 1 row", "what failed")
}
