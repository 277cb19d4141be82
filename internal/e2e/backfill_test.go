package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// backfilled are the days of the test, over a change of clocks.
const (
	firstBackfilled = "2024-02-20"
	daysBackfilled  = 60
)

// manyDays has a play a day, and on the days with the given numbers one more,
// of a video that is not in the catalogue.
func manyDays(unknown map[int]int64) *platform {
	p := newPlatform("Europe/Berlin")
	p.addVideo(video{id: 1, creator: 1, title: "Video"})
	for number := range daysBackfilled {
		p.play(1, 1000, daysAfter(firstBackfilled, number)+" 12:00:00", 60, 1)
		if id := unknown[number]; id != 0 {
			p.play(id, 1000, daysAfter(firstBackfilled, number)+" 13:00:00", 60, 1)
		}
	}
	return p
}

func daysAfter(first string, days int) string {
	day, err := time.Parse(time.DateOnly, first)
	if err != nil {
		panic(err)
	}
	return day.AddDate(0, 0, days).Format(time.DateOnly)
}

func TestBackfillWithFailingDaysEndsClosedAfterRepair(t *testing.T) {
	t.Parallel()
	unknown := map[int]int64{20: 2, 40: 3}
	p := manyDays(unknown)
	s := newSystem(t, p)
	s.starter("schedule", "apply").requireSuccess()
	s.starter("schedule", "pause", "--note", "a backfill does not need the schedule").requireSuccess()
	s.startWorker()
	last := daysAfter(firstBackfilled, daysBackfilled-1)

	backfill := s.beginStarter("schedule", "backfill", "--kind", "daily", "--from", firstBackfilled, "--to", last)
	for _, number := range []int{20, 40} {
		day, id := daysAfter(firstBackfilled, number), unknown[number]
		backfill.waitUntilSaid(fmt.Sprintf("%s failed: %s has 1 row of videos that are not in the catalogue: %d (1 row)", day, day, id))
		s.waitUntilWaiting(daysAfter(day, 1), day+" is not closed: its run failed")
		require.Equal(t, "failed", s.stateOf(day))
		require.EqualValues(t, number, s.number(`SELECT COUNT(*) FROM runs WHERE state = 'closed'`), "those before, and none after")

		p.addVideo(video{id: id, creator: 1, title: "Late"})
		s.putVideos(p.videos...)
		s.runDay(day).requireSuccess()
	}

	backfilled := backfill.wait().requireSuccess()
	require.Contains(t, backfilled.stdout, fmt.Sprintf("%s to %s closed, no gap", firstBackfilled, last))
	require.EqualValues(t, daysBackfilled, s.number(`SELECT COUNT(*) FROM runs WHERE state = 'closed'`))
	days := p.settle(firstBackfilled, last)
	for _, number := range []int{0, 20, 21, 40, 41, daysBackfilled - 1} {
		s.requireSettled(days[number])
	}
}

func TestBackfillPassesOverWhatIsClosedAndReportsGaps(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	p.play(10, 1, tomorrow+" 12:00:00", 60, 1)
	p.play(404, 1, dayAfterTomorrow+" 12:00:00", 60, 1) // unknown
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
