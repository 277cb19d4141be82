package settlement

import (
	"fmt"
	"time"

	// The zone rules travel with the program: a slim machine may have none.
	_ "time/tzdata"
)

// DefaultTimeZone is the business time zone where nothing else is chosen.
const DefaultTimeZone = "Asia/Seoul"

// Calendar knows the business time zone. It is the only code that turns an
// instant into a business day and back.
type Calendar struct{ location *time.Location }

// NewCalendar takes an IANA zone name such as Asia/Seoul.
func NewCalendar(zone string) (Calendar, error) {
	// LoadLocation reads "" as UTC and "Local" as this machine's zone: neither
	// is a business time zone that two machines would agree on.
	if zone == "" || zone == "Local" {
		return Calendar{}, fmt.Errorf("%q is not a time zone: write a name such as %s", zone, DefaultTimeZone)
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return Calendar{}, fmt.Errorf("%q is not a time zone: write a name such as %s", zone, DefaultTimeZone)
	}
	return Calendar{location: location}, nil
}

// Zone is the IANA name of the business time zone.
func (c Calendar) Zone() string { return c.location.String() }

// In shows the instant by the clocks of the business time zone.
func (c Calendar) In(instant time.Time) time.Time { return instant.In(c.location) }

// Day is the business day in which the instant lies.
func (c Calendar) Day(instant time.Time) Day { return dayOf(instant.In(c.location)) }

// Start is the first instant at which the clocks show the day. A day ends where
// the next one starts, so adjacent days neither overlap nor leave a gap. A date
// that a zone left out, as Samoa did with 2011-12-30, is a day without length.
//
// Start and [Calendar.Day] disagree only where clocks went back from after to
// before midnight, last in Newfoundland at 00:01 in 2010: the hour that showed
// again lies after the new day's start, and Day still gives it the old date.
func (c Calendar) Start(d Day) time.Time {
	year, month, day := d.midnight().Date()
	start := time.Date(year, month, day, 0, 0, 0, 0, c.location)
	lastChange, nextChange := start.ZoneBounds()
	if c.Day(start) < d {
		// Clocks go forward over 00:00, which never shows.
		return nextChange
	}
	// Where clocks go back from 01:00 to 00:00, 00:00 shows twice and time.Date
	// may give either: the first is the one by the clocks before the change.
	_, offset := lastChange.Add(-1).In(c.location).Zone()
	first := d.midnight().Add(-time.Duration(offset) * time.Second).In(c.location)
	if first.Before(start) && c.Day(first) == d {
		return first
	}
	return start
}

// End is the first instant after the day.
func (c Calendar) End(d Day) time.Time { return c.Start(d + 1) }

// Starts are the first and the last instant at which a play may start whose row
// names the day. The last is the first of the next day: a server rounds what a
// platform measured in the day's last half millisecond up to it, and the row goes
// on naming the day. For the plays of the next day such a one is the viewer's
// previous play (R3), whatever its id, also for those that start with it.
func (c Calendar) Starts(d Day) (first, last time.Time) { return c.Start(d), c.End(d) }

// CheckNotAhead refuses a day that lies after the one that follows now: nothing
// can have happened on it. The day after now is none of those, since clocks of
// two machines may differ.
func (c Calendar) CheckNotAhead(d Day, now time.Time) error {
	if tomorrow := c.Day(now) + 1; d > tomorrow {
		return Invalid("%s lies after tomorrow (%s in %s, by this machine's clock): is the date wrong?", d, tomorrow, c.Zone())
	}
	return nil
}

// LastEnded is the period of the kind that ended last before the day in which
// the instant lies: for 04:00 on a Monday the Sunday, the week that ended with
// it, or the month before. It knows nothing of the time of day, so an hour that
// clocks show twice, or leave out, gives the same period or none, never another.
func (c Calendar) LastEnded(kind Kind, instant time.Time) (Period, error) {
	now, err := PeriodOf(kind, c.Day(instant))
	if err != nil {
		return Period{}, err
	}
	return PeriodOf(kind, now.Start-1)
}
