package settlement

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
)

// Day is a business day: a date without a time zone, counted in days since
// 1970-01-01. Days compare with ==, < and >, and can be map keys. Its text form
// is 2024-05-09, in JSON, on the command line and in the database (DATE).
type Day int32

const (
	dayLayout = "2006-01-02"
	dayLength = 24 * time.Hour
)

// ParseDay reads a date such as 2024-05-09. Anything else is an error that says
// what was expected.
func ParseDay(text string) (Day, error) {
	t, err := time.Parse(dayLayout, text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a date: write it as 2024-05-09", text)
	}
	return dayOf(t), nil
}

// dayOf takes the date that t shows in its own location.
func dayOf(t time.Time) Day {
	year, month, day := t.Date()
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / int64(dayLength/time.Second))
}

// midnight is the day's first instant as if the business time zone were UTC.
func (d Day) midnight() time.Time {
	return time.Unix(int64(d)*int64(dayLength/time.Second), 0).UTC()
}

// String gives the date as 2024-05-09.
func (d Day) String() string { return d.midnight().Format(dayLayout) }

// Week is the ISO week, Monday to Sunday, that holds the day.
func (d Day) Week() Period {
	sinceMonday := (int(d.midnight().Weekday()) + 6) % 7
	return Period{Kind: Weekly, Start: d - Day(sinceMonday)}
}

// Month is the calendar month that holds the day.
func (d Day) Month() Period {
	return Period{Kind: Monthly, Start: d - Day(d.midnight().Day()-1)}
}

// MarshalText writes the date as 2024-05-09.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what [ParseDay] reads.
func (d *Day) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDay(string(text))
	return err
}

// Value stores the day as a DATE.
func (d Day) Value() (driver.Value, error) { return d.String(), nil }

var errNotDate = errors.New("not a DATE")

// Scan reads a DATE, as a time in any zone or as text.
func (d *Day) Scan(source any) error {
	switch value := source.(type) {
	case time.Time:
		*d = dayOf(value)
		return nil
	case []byte:
		return d.UnmarshalText(value)
	case string:
		return d.UnmarshalText([]byte(value))
	default:
		return fmt.Errorf("read %T as a day: %w", source, errNotDate)
	}
}
