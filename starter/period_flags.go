package main

import "creatorpay/settlement"

// dayFlag, weekFlag and monthFlag each name a period of one kind.
type dayFlag struct {
	Date settlement.Day `required:"" placeholder:"DATE" help:"Business day, as 2024-05-09."`
}

func (f dayFlag) period() settlement.Period { return settlement.DailyPeriod(f.Date) }

type weekFlag struct {
	Week week `required:"" placeholder:"WEEK" help:"ISO week, as 2024-W19."`
}

func (f weekFlag) period() settlement.Period { return f.Week.Period }

type monthFlag struct {
	Month month `required:"" placeholder:"MONTH" help:"Month, as 2024-05."`
}

func (f monthFlag) period() settlement.Period { return f.Month.Period }

type week struct{ settlement.Period }

// UnmarshalText reads a week by its name.
func (w *week) UnmarshalText(text []byte) (err error) {
	w.Period, err = settlement.ParseWeek(string(text))
	return err
}

type month struct{ settlement.Period }

// UnmarshalText reads a month by its name.
func (m *month) UnmarshalText(text []byte) (err error) {
	m.Period, err = settlement.ParseMonth(string(text))
	return err
}

// parsePeriod reads a period of the kind: its name, or any day in it.
func parsePeriod(kind settlement.Kind, text string) (settlement.Period, error) {
	day, err := settlement.ParseDay(text)
	switch {
	case err == nil:
		return settlement.PeriodOf(kind, day)
	case kind == settlement.Weekly:
		return settlement.ParseWeek(text)
	case kind == settlement.Monthly:
		return settlement.ParseMonth(text)
	default:
		return settlement.Period{}, err
	}
}
