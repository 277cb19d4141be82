package settlement

import (
	"errors"
	"fmt"
)

// The first and the last day that can be settled. What lies outside is a slip:
// a year of two digits, or a date that was left out, which is 1970-01-01.
const (
	FirstDay = Day(7305)  // 1990-01-01
	LastDay  = Day(47481) // 2099-12-31
)

// Invalid says why something given by hand is no day or period that could be
// settled: an [ErrInvalid].
func Invalid(format string, args ...any) error {
	return Errorf(ErrInvalid, Period{}, format, args...)
}

// In says which field of an input has the problem, if there is one.
func In(field string, problem error) error {
	if problem == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", field, problem)
}

// Validate fails with an [ErrInvalid] for a day that cannot be settled.
func (d Day) Validate() error {
	switch {
	case d == 0:
		return Invalid("the date is missing (or %s): write it as 2024-05-09", d)
	case d < FirstDay || d > LastDay:
		return Invalid("%s does not lie between %s and %s: is the year right?", d, FirstDay, LastDay)
	default:
		return nil
	}
}

// Validate fails with an [ErrInvalid] for anything but a kind of period.
func (k Kind) Validate() error {
	switch k {
	case Daily, Weekly, Monthly:
		return nil
	case "":
		return Invalid("the kind of period is missing: write daily, weekly or monthly")
	default:
		return Invalid("%q is not a kind of period: write daily, weekly or monthly", string(k))
	}
}

// Validate fails with an [ErrInvalid] unless the period can be settled: a day,
// a week that starts on a Monday or a month that starts on its first day.
func (p Period) Validate() error {
	if err := errors.Join(p.Kind.Validate(), p.Start.Validate()); err != nil {
		return err
	}
	holding, err := PeriodOf(p.Kind, p.Start)
	if err != nil || holding == p {
		return err
	}
	if p.Kind == Weekly {
		return Invalid("a week starts on a Monday, %s is a %s: write %s", p.Start, p.Start.midnight().Weekday(), holding.Start)
	}
	return Invalid("a month starts on its first day, not on %s: write %s", p.Start, holding.Start)
}

// ValidateAs fails with an [ErrInvalid] unless the period can be settled and
// is of the kind.
func (p Period) ValidateAs(kind Kind) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if p.Kind != kind {
		return Invalid("%s is a %s period: give a %s one", p, p.Kind, kind)
	}
	return nil
}
