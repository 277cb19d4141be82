package settlement

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// dueTimes are all instants of the years at which the zone's clocks show the
// time of day, in order: none on a day on which they leave it out, two on a day
// on which they show it twice.
func dueTimes(c Calendar, fromYear, toYear, hour, minute int) (due []time.Time) {
	for at := time.Date(fromYear, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() <= toYear; at = at.Add(30 * time.Minute) {
		if local := c.In(at); local.Hour() == hour && local.Minute() == minute {
			due = append(due, at)
		}
	}
	return due
}

var scheduledZones = []string{"Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Asia/Seoul"}

func TestLastEnded_EachPeriodOnceAtAnHourThatEveryDayHas(t *testing.T) {
	for _, zone := range scheduledZones {
		c := calendar(t, zone)
		for kind, isDue := range map[Kind]func(time.Time) bool{
			Daily:   func(time.Time) bool { return true },
			Weekly:  func(local time.Time) bool { return local.Weekday() == time.Monday },
			Monthly: func(local time.Time) bool { return local.Day() == 1 },
		} {
			var last Period
			for _, at := range dueTimes(c, 2019, 2027, 4, 0) {
				if !isDue(c.In(at)) {
					continue
				}
				period, err := c.LastEnded(kind, at)
				require.NoError(t, err)
				require.Equal(t, c.Day(at), period.End(), "%s %s ends where the day of its launch begins", zone, period)
				if last.Kind != "" {
					require.Equal(t, last.End(), period.Start, "%s: %s follows %s", zone, period, last)
				}
				last = period
			}
			require.GreaterOrEqual(t, last.Start, dayOf(time.Date(2027, 11, 1, 0, 0, 0, 0, time.UTC)))
		}
	}
}

func TestLastEnded_HoursThatShowTwiceOrNeverGiveNoOtherPeriod(t *testing.T) {
	for _, of := range []struct {
		zone         string
		hour, minute int
	}{
		{"Europe/Berlin", 2, 30}, {"America/Santiago", 0, 0}, {"America/Santiago", 23, 30}, {"Australia/Lord_Howe", 1, 30}, {"Australia/Lord_Howe", 2, 0},
	} {
		c := calendar(t, of.zone)
		times := make(map[Day]int)
		for _, at := range dueTimes(c, 2023, 2026, of.hour, of.minute) {
			period, err := c.LastEnded(Daily, at)
			require.NoError(t, err)
			require.Equal(t, dayOf(c.In(at))-1, period.Start, "%v at %s", of, at)
			times[period.Start]++
		}
		twiceOrNever := 0
		for day := dayOf(time.Date(2023, 2, 1, 0, 0, 0, 0, time.UTC)); day < dayOf(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)); day++ {
			if times[day] != 1 {
				twiceOrNever++
			}
		}
		require.GreaterOrEqual(t, twiceOrNever, 4, "%v: in each year a change hits the time", of)
	}
}

func TestLastEnded_IsOverAndTheNextIsNot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := calendar(t, rapid.SampledFrom(scheduledZones).Draw(t, "zone"))
		kind := rapid.SampledFrom([]Kind{Daily, Weekly, Monthly}).Draw(t, "kind")
		at := time.Unix(rapid.Int64Range(1.6e9, 2e9).Draw(t, "at"), 0)

		period, err := c.LastEnded(kind, at)

		require.NoError(t, err)
		require.False(t, at.Before(c.Start(period.End())))
		next, err := PeriodOf(kind, period.End())
		require.NoError(t, err)
		require.True(t, at.Before(c.Start(next.End())))
	})
}
