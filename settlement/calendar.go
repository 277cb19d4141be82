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

// Day is the business day in which the instant lies.
func (c Calendar) Day(instant time.Time) Day { return dayOf(instant.In(c.location)) }

// Start is the day's first instant. A day ends where the next one starts, so
// adjacent days neither overlap nor leave a gap, whatever the clocks do.
func (c Calendar) Start(d Day) time.Time {
	year, month, day := d.midnight().Date()
	start := time.Date(year, month, day, 0, 0, 0, 0, c.location)
	zoneFrom, zoneTo := start.ZoneBounds()
	if c.Day(start) < d {
		// Clocks went forward over midnight: 00:00 never showed.
		return zoneTo
	}
	if zoneFrom.IsZero() {
		return start
	}
	if before := zoneFrom.Add(-1).In(c.location); c.Day(before) == d {
		// Clocks went back to before 00:01 or so: 00:00 showed twice, or this
		// is the hour after it did. The day starts with the first.
		_, offset := before.Zone()
		first := time.Date(year, month, day, 0, 0, 0, 0, time.FixedZone("", offset))
		if first.Before(start) {
			return first.In(c.location)
		}
	}
	return start
}

// End is the first instant after the day.
func (c Calendar) End(d Day) time.Time { return c.Start(d + 1) }
