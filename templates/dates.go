package templates

import (
	"time"

	"creatorpay/settlement"
)

// Dates write days as people of one language do.
type Dates struct {
	full, dayMonth string    // layouts
	weekdays       [7]string // Sunday first
}

// DatesOf are those of the locale: Korean or English; any other has English ones.
func DatesOf(locale string) Dates { return labelsOf(locale).Dates }

// At is the date that the instant has in its own location: 9 May 2024.
func (d Dates) At(instant time.Time) string { return instant.Format(d.full) }

// Day is a business day: 9 May 2024.
func (d Dates) Day(day settlement.Day) string { return d.At(midnight(day)) }

// Period is the first and the last day: 6 May 2024 – 12 May 2024.
func (d Dates) Period(period settlement.Period) string {
	first, last := period.Start, period.End()-1
	if first == last {
		return d.Day(first)
	}
	return d.Day(first) + " – " + d.Day(last)
}

// Weekday is the day's short name: Thu.
func (d Dates) Weekday(day settlement.Day) string { return d.weekdays[midnight(day).Weekday()] }

// Short is the day without its year: 9 May.
func (d Dates) Short(day settlement.Day) string { return midnight(day).Format(d.dayMonth) }

// midnight gives a business day to package time.
func midnight(day settlement.Day) time.Time {
	return time.Unix(int64(day)*24*60*60, 0).UTC()
}
