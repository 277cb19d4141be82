package settlement

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// zones change their clocks in every way there is.
var zones = []string{
	"Asia/Seoul", "UTC", "America/New_York", "Europe/Berlin",
	"America/Sao_Paulo",   // forward at midnight, back at midnight
	"America/Havana",      // forward at midnight, back from 01:00 to 00:00
	"Asia/Amman",          // forward at midnight, back from 01:00 to 00:00
	"Asia/Beirut",         // forward at midnight, back at midnight
	"Africa/Cairo",        // forward at midnight, back at midnight
	"Atlantic/Azores",     // forward at midnight, back from 01:00 to 00:00
	"Pacific/Apia",        // left out 2011-12-30
	"Pacific/Kwajalein",   // left out 1993-08-21
	"Australia/Lord_Howe", // by half an hour
	"Antarctica/Troll",    // by two hours
}

func calendar(t require.TestingT, zone string) Calendar {
	c, err := NewCalendar(zone)
	require.NoError(t, err)
	return c
}

// firstMinute finds a day's start the slow way: the first minute whose clock
// shows the day or, where there is no such day, a later one.
func firstMinute(c Calendar, d Day) time.Time {
	// No zone is more than 14 hours ahead of UTC.
	minute := d.midnight().Add(-14 * time.Hour)
	for dayOf(minute.In(c.location)) < d {
		minute = minute.Add(time.Minute)
	}
	return minute.In(c.location)
}

// requireDay checks that the day holds its first and last instant and not the
// ones around it.
func requireDay(t require.TestingT, c Calendar, d Day) {
	start, end := c.Start(d), c.End(d)
	require.Equal(t, firstMinute(c, d).String(), start.String())
	require.Equal(t, c.Start(d+1), end)
	require.False(t, end.Before(start))
	require.Less(t, c.Day(start.Add(-1)), d)
	if start.Equal(end) {
		require.Greater(t, c.Day(start), d)
		return
	}
	require.Equal(t, d, c.Day(start))
	require.Equal(t, d, c.Day(end.Add(-1)))
	require.Greater(t, c.Day(end), d)
}

func TestCalendar_DaysAroundEveryChangeOfClocks(t *testing.T) {
	for _, zone := range zones {
		t.Run(zone, func(t *testing.T) {
			c := calendar(t, zone)
			offset := func(d Day) int {
				_, seconds := d.midnight().In(c.location).Zone()
				return seconds
			}
			for d := day(t, "1990-01-01"); d < day(t, "2030-12-31"); d++ {
				if offset(d) != offset(d+1) {
					requireDay(t, c, d-1)
					requireDay(t, c, d)
					requireDay(t, c, d+1)
				}
			}
		})
	}
}

func TestCalendar_AnyDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := calendar(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		d := Day(rapid.Int32Range(int32(day(t, "1990-01-01")), int32(day(t, "2030-12-31"))).Draw(t, "day"))
		requireDay(t, c, d)
	})
}

func TestCalendar_AnyInstantLiesInItsDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := calendar(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		from, before := c.Start(day(t, "1990-01-01")), c.Start(day(t, "2031-01-01"))
		instant := time.UnixMilli(rapid.Int64Range(from.UnixMilli(), before.UnixMilli()-1).Draw(t, "ms"))
		d := c.Day(instant)
		require.False(t, instant.Before(c.Start(d)))
		require.True(t, instant.Before(c.End(d)))
	})
}

func TestCalendar_LengthOfDays(t *testing.T) {
	tests := []struct{ rule, zone, day, start, length string }{
		{"Seoul is nine hours ahead of UTC", "Asia/Seoul", "2024-05-09", "2024-05-08T15:00:00Z", "24h"},
		{"a day may have 23 hours", "America/New_York", "2024-03-10", "2024-03-10T05:00:00Z", "23h"},
		{"a day may have 25 hours", "Europe/Berlin", "2024-10-27", "2024-10-26T22:00:00Z", "25h"},
		{"a day may have 23.5 hours", "Australia/Lord_Howe", "2024-10-06", "2024-10-05T13:30:00Z", "23h30m"},
		{"a day may have 24.5 hours", "Australia/Lord_Howe", "2024-04-07", "2024-04-06T13:00:00Z", "24h30m"},
		{"a day may begin at 01:00", "America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "23h"},
		{"a day may begin at 01:00 in summer too", "Africa/Cairo", "2024-04-26", "2024-04-25T22:00:00Z", "23h"},
		{"the hour before midnight may show twice", "America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", "25h"},
		{"the hour after midnight may show twice", "America/Havana", "2024-11-03", "2024-11-03T04:00:00Z", "25h"},
		{"the hour after midnight may show twice in the east", "Asia/Amman", "2021-10-29", "2021-10-28T21:00:00Z", "25h"},
		{"the day before a missing day is whole", "Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", "24h"},
		{"a missing day has no length", "Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", "0h"},
		{"the day after a missing day is whole", "Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", "24h"},
	}
	for _, test := range tests {
		t.Run(test.rule, func(t *testing.T) {
			c, d := calendar(t, test.zone), day(t, test.day)
			length, err := time.ParseDuration(test.length)
			require.NoError(t, err)
			require.Equal(t, test.start, c.Start(d).UTC().Format(time.RFC3339))
			require.Equal(t, length, c.End(d).Sub(c.Start(d)))
		})
	}
}

func TestCalendar_Zone(t *testing.T) {
	t.Run("keeps its name", func(t *testing.T) {
		require.Equal(t, DefaultTimeZone, calendar(t, DefaultTimeZone).Zone())
	})
	for _, zone := range []string{"", "Local", "KST", "Asia/Soul", "+09:00", "../Asia/Seoul"} {
		t.Run("refuses "+zone, func(t *testing.T) {
			_, err := NewCalendar(zone)
			require.ErrorContains(t, err, "is not a time zone: write a name such as Asia/Seoul")
		})
	}
}

func TestCheckNotAhead_RefusesDaysAfterTomorrow(t *testing.T) {
	calendar, err := NewCalendar("Asia/Seoul")
	require.NoError(t, err)
	now := time.Date(2024, 5, 8, 14, 59, 59, 999_000_000, time.UTC) // the last moment of 2024-05-08 there
	today := calendar.Day(now)

	require.NoError(t, calendar.CheckNotAhead(today-4000, now))
	require.NoError(t, calendar.CheckNotAhead(today+1, now))
	require.EqualError(t, calendar.CheckNotAhead(today+2, now),
		"2024-05-10 lies after tomorrow (2024-05-09 in Asia/Seoul, by this machine's clock): is the date wrong?")
	require.NoError(t, calendar.CheckNotAhead(today+2, now.Add(time.Millisecond)))
}
