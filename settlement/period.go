package settlement

import (
	"fmt"
	"time"
)

// Kind says how long a period is. Its text is what commands, tables and
// workflow IDs use.
type Kind string

// The kinds of period.
const (
	Daily   Kind = "daily"
	Weekly  Kind = "weekly"
	Monthly Kind = "monthly"
)

// Period is a business day, an ISO week or a calendar month.
type Period struct {
	Kind  Kind `json:"kind"`
	Start Day  `json:"start"`
}

// DailyPeriod is the period of one day.
func DailyPeriod(day Day) Period { return Period{Kind: Daily, Start: day} }

// PeriodOf is the period of the given kind that holds the day.
func PeriodOf(kind Kind, day Day) (Period, error) {
	switch kind {
	case Daily:
		return DailyPeriod(day), nil
	case Weekly:
		return day.Week(), nil
	case Monthly:
		return day.Month(), nil
	default:
		return Period{}, kind.Validate()
	}
}

// Periods are the periods of the kind in order, from the one that holds the
// first day to the one that holds the last.
func Periods(kind Kind, first, last Day) ([]Period, error) {
	period, err := PeriodOf(kind, first)
	if err != nil {
		return nil, err
	}
	var periods []Period
	for ; period.Start <= last; period.Start = period.End() {
		periods = append(periods, period)
	}
	return periods, nil
}

// End is the first day after the period.
func (p Period) End() Day {
	switch p.Kind {
	case Weekly:
		return p.Start + 7
	case Monthly:
		return dayOf(p.Start.midnight().AddDate(0, 1, 0))
	default:
		return p.Start + 1
	}
}

// Span names a range of periods.
func Span(first, last Period) string {
	if first == last {
		return first.String()
	}
	return first.String() + " to " + last.String()
}

// Days are the period's days in order.
func (p Period) Days() []Day {
	days := make([]Day, 0, p.End()-p.Start)
	for day := p.Start; day < p.End(); day++ {
		days = append(days, day)
	}
	return days
}

// String is the period's name: 2024-05-09, 2024-W19 or 2024-05.
func (p Period) String() string {
	switch p.Kind {
	case Weekly:
		year, week := p.Start.midnight().ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	case Monthly:
		return p.Start.midnight().Format("2006-01")
	default:
		return p.Start.String()
	}
}

// ParseWeek reads an ISO week that can be settled, such as 2024-W19.
func ParseWeek(text string) (Period, error) {
	var year, week int
	// %4d also reads the sign of a year such as -001.
	if _, err := fmt.Sscanf(text, "%4d-W%2d", &year, &week); err == nil && year >= 0 {
		// 4 January always lies in week 1.
		first := dayOf(time.Date(year, time.January, 4, 0, 0, 0, 0, time.UTC)).Week().Start
		// Weeks 0, 53 of a short year and the like come back under another name.
		if p := (Period{Kind: Weekly, Start: first + Day(7*(week-1))}); p.String() == text {
			return p, p.Validate()
		}
	}
	return Period{}, fmt.Errorf("%q is not an ISO week: write it as 2024-W19", text)
}

// ParseMonth reads a month that can be settled, such as 2024-05.
func ParseMonth(text string) (Period, error) {
	first, err := time.Parse("2006-01", text)
	if err != nil {
		return Period{}, fmt.Errorf("%q is not a month: write it as 2024-05", text)
	}
	month := Period{Kind: Monthly, Start: dayOf(first)}
	return month, month.Validate()
}
