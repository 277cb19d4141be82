package daily

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
)

func TestEachDayIsPricedByTheRuleThatHoldsOnIt(t *testing.T) {
	t.Parallel()
	p := oracle.NewPlatform("Asia/Seoul")
	p.Prices = append(p.Prices, oracle.Prices{ // amounts that are cut to whole won, and tiers that a few views jump over
		From:  "2024-01-01",
		Views: []oracle.Tier{{From: 1, Won: "0.3333"}, {From: 3, Won: "1.7777"}, {From: 7, Won: "2.5"}, {From: 1_000_000, Won: "0"}},
		Ads:   []oracle.Tier{{From: 1, Won: "0.0001"}, {From: 10, Won: "99.9999"}, {From: 12, Won: "0.25"}},
	})
	for id := range int64(12) {
		p.AddVideo(oracle.Video{ID: id + 1, Creator: id%3 + 1, OpeningViews: id / 4 * 2, OpeningAdViews: id % 4 * 3})
		for _, today := range []string{"2023-12-31", "2024-01-01", "2024-01-02"} {
			for viewer := range id + 1 {
				p.Play(id+1, 100+viewer, today+" 12:00:00", 30, uint32(viewer%3))
			}
		}
	}
	s := rig.New(t, p)
	s.StartWorker()

	for i, want := range p.Settle("2023-12-31", "2024-01-02") {
		s.RunDay(want.Start).RequireSuccess()
		s.RequireSettled(want)
		require.EqualValues(t, []int{1, 2, 2}[i], s.Number(`SELECT price_rule FROM runs WHERE starts_on = ?`, want.Start))
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
			p := oracle.NewPlatform(c.zone)
			playEveryHour(p, c.first, c.last)
			s := rig.New(t, p)
			s.StartWorker()
			for _, want := range p.Settle(c.first, c.last) {
				s.RunDay(want.Start).RequireSuccess()
				s.RequireSettled(want)
			}
		})
	}
}

// playEveryHour adds plays around each full hour, so around each midnight too,
// from a day before the first to a day after the last.
func playEveryHour(p *oracle.Platform, first, last string) {
	p.AddVideo(oracle.Video{ID: 1, Creator: 1, OpeningViews: 99_950})
	p.AddVideo(oracle.Video{ID: 2, Creator: 1})
	from, _ := time.Parse(time.DateOnly, first)
	to, _ := time.Parse(time.DateOnly, last)
	for hour := from.AddDate(0, 0, -1); hour.Before(to.AddDate(0, 0, 2)); hour = hour.Add(time.Hour) {
		for viewer, around := range [][]time.Duration{
			{-time.Millisecond, 0, 29_999 * time.Millisecond},
			{-15 * time.Second, 15 * time.Second},
			{-30 * time.Second, 0},
		} {
			for _, offset := range around {
				p.Play(int64(1+viewer%2), int64(100+viewer), hour.Add(offset).Format(time.RFC3339Nano), 60, 2)
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
			p.Window = window
			s := rig.New(t, p)
			s.StartWorker("REPEAT_WINDOW=" + window.String())
			for _, want := range p.Settle("2024-02-28", "2024-02-29") {
				s.RunDay(want.Start, "--chunk-rows", "500").RequireSuccess()
				s.RequireSettled(want)
				s.Starter("verify", "--date", want.Start).RequireSuccess()
			}
		})
	}
}

func TestWrongEstimateMakesUnevenChunksAndRightFigures(t *testing.T) {
	t.Parallel()
	p := nastyPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	// The plan of a day is an estimate by the lines of the day before; these
	// have nothing to do with its rows.
	for _, id := range []int64{3, 8, 1000, math.MaxInt64} {
		s.Exec(`INSERT INTO daily_statistics (starts_on, video_id, creator_id, views, self_views, repeat_views, played_seconds, ad_views)
			VALUES ('2024-02-27', ?, 1, 700000, 0, 0, 0, 0)`, id)
	}
	want := p.Settle(nastyFirst, nastyFirst)[0]

	s.RunDay(want.Start, "--chunk-rows", "10").RequireSuccess()

	s.RequireSettled(want)
}
