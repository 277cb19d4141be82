package e2e

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestEachDayIsPricedByTheRuleThatHoldsOnIt(t *testing.T) {
	t.Parallel()
	p := newPlatform("Asia/Seoul")
	p.prices = append(p.prices, prices{ // amounts that are cut to whole won, and tiers that a few views jump over
		from:  "2024-01-01",
		views: []tier{{1, "0.3333"}, {3, "1.7777"}, {7, "2.5"}, {1_000_000, "0"}},
		ads:   []tier{{1, "0.0001"}, {10, "99.9999"}, {12, "0.25"}},
	})
	for id := range int64(12) {
		p.addVideo(video{id: id + 1, creator: id%3 + 1, openingViews: id / 4 * 2, openingAdViews: id % 4 * 3})
		for _, today := range []string{"2023-12-31", "2024-01-01", "2024-01-02"} {
			for viewer := range id + 1 {
				p.play(id+1, 100+viewer, today+" 12:00:00", 30, uint32(viewer%3))
			}
		}
	}
	s := newSystem(t, p)
	s.startWorker()

	for i, want := range p.settle("2023-12-31", "2024-01-02") {
		s.runDay(want.day).requireSuccess()
		s.requireSettled(want)
		require.EqualValues(t, []int{1, 2, 2}[i], s.number(`SELECT price_rule FROM runs WHERE starts_on = ?`, want.day))
	}
}

func TestDaysAreCutInTheBusinessTimeZoneWhateverItsClocksDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, zone, first, last string }{
		{"year end", "Asia/Seoul", "2023-12-31", "2024-01-01"},
		{"an hour is skipped", "America/New_York", "2024-03-09", "2024-03-11"},
		{"an hour comes twice", "America/New_York", "2024-11-02", "2024-11-04"},
		{"midnight is skipped", "America/Sao_Paulo", "2018-11-03", "2018-11-05"},
		{"the hour before midnight comes twice", "America/Sao_Paulo", "2018-02-16", "2018-02-18"},
		{"the hour after midnight comes twice", "America/Havana", "2024-11-02", "2024-11-04"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlatform(c.zone)
			playEveryHour(p, c.first, c.last)
			s := newSystem(t, p)
			s.startWorker()
			for _, want := range p.settle(c.first, c.last) {
				s.runDay(want.day).requireSuccess()
				s.requireSettled(want)
			}
		})
	}
}

// playEveryHour adds plays around each full hour, so around each midnight too,
// from a day before the first to a day after the last.
func playEveryHour(p *platform, first, last string) {
	p.addVideo(video{id: 1, creator: 1, openingViews: 99_950})
	p.addVideo(video{id: 2, creator: 1})
	from, _ := time.Parse(time.DateOnly, first)
	to, _ := time.Parse(time.DateOnly, last)
	for hour := from.AddDate(0, 0, -1); hour.Before(to.AddDate(0, 0, 2)); hour = hour.Add(time.Hour) {
		for viewer, around := range [][]time.Duration{
			{-time.Millisecond, 0, 29_999 * time.Millisecond},
			{-15 * time.Second, 15 * time.Second},
			{-30 * time.Second, 0},
		} {
			for _, offset := range around {
				p.play(int64(1+viewer%2), int64(100+viewer), hour.Add(offset).Format(time.RFC3339Nano), 60, 2)
			}
		}
	}
}

func TestRepeatWindowIsTheWorkersSetting(t *testing.T) {
	t.Parallel()
	for _, window := range []time.Duration{0, time.Millisecond, 12 * time.Hour} {
		t.Run(window.String(), func(t *testing.T) {
			t.Parallel()
			p := nastyPlatform()
			p.window = window
			s := newSystem(t, p)
			s.startWorker("REPEAT_WINDOW=" + window.String())
			for _, want := range p.settle("2024-02-28", "2024-02-29") {
				s.runDay(want.day, "--chunk-rows", "500").requireSuccess()
				s.requireSettled(want)
				s.starter("verify", "--date", want.day).requireSuccess()
			}
		})
	}
}

func TestWrongEstimateMakesUnevenChunksAndRightFigures(t *testing.T) {
	t.Parallel()
	p := nastyPlatform()
	s := newSystem(t, p)
	s.startWorker()
	// The plan of a day is an estimate by the lines of the day before; these
	// have nothing to do with its rows.
	for _, id := range []int64{3, 8, 1000, math.MaxInt64} {
		s.exec(`INSERT INTO daily_statistics (day, video_id, creator_id, views, self_views, repeat_views, played_seconds, ad_views)
			VALUES ('2024-02-27', ?, 1, 700000, 0, 0, 0, 0)`, id)
	}
	want := p.settle(nastyFirst, nastyFirst)[0]

	s.runDay(want.day, "--chunk-rows", "10").requireSuccess()

	s.requireSettled(want)
}
