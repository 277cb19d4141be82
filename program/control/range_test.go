package control_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/program/control"
	"creatorpay/settlement"
)

const thursday = settlement.Day(19852) // 2024-05-09

func days(first, last settlement.Day) control.Range {
	return control.Range{First: settlement.DailyPeriod(first), Last: settlement.DailyPeriod(last)}
}

func TestTheClosedPartsOfARangeAreWhatIsNotOpen(t *testing.T) {
	open := func(offsets ...settlement.Day) (open []db.OpenPeriod) {
		for _, offset := range offsets {
			open = append(open, db.OpenPeriod{Period: settlement.DailyPeriod(thursday + offset)})
		}
		return open
	}
	part := func(first, last settlement.Day) control.Range { return days(thursday+first, thursday+last) }
	for rule, test := range map[string]struct {
		open []db.OpenPeriod
		want []control.Range
	}{
		"all of it if nothing is open":      {nil, []control.Range{part(0, 4)}},
		"nothing if all is open":            {open(0, 1, 2, 3, 4), nil},
		"the parts around an open period":   {open(2), []control.Range{part(0, 1), part(3, 4)}},
		"what lies between open periods":    {open(0, 4), []control.Range{part(1, 3)}},
		"one period between two open ones":  {open(1, 3), []control.Range{part(0, 0), part(2, 2), part(4, 4)}},
		"the beginning if the end is open":  {open(3, 4), []control.Range{part(0, 2)}},
		"the end if the beginning is open ": {open(0), []control.Range{part(1, 4)}},
	} {
		t.Run(rule, func(t *testing.T) {
			closed, err := part(0, 4).Closed(test.open)
			require.NoError(t, err)
			require.Equal(t, test.want, closed)
		})
	}
}

func TestARangeThatIsNotOverIsRefusedWithTheLastPeriodThatIs(t *testing.T) {
	calendar, err := settlement.NewCalendar("Asia/Seoul")
	require.NoError(t, err)
	noon := calendar.Start(thursday).Add(12 * time.Hour)

	require.NoError(t, days(thursday-3, thursday-1).CheckOver(calendar, noon))
	require.EqualError(t, days(thursday-3, thursday).CheckOver(calendar, noon),
		"2024-05-09 is not over yet in Asia/Seoul: the last daily period that is, is 2024-05-08")
	require.EqualError(t, control.Range{First: thursday.Week(), Last: thursday.Week()}.CheckOver(calendar, noon),
		"2024-W19 is not over yet in Asia/Seoul: the last weekly period that is, is 2024-W18")
	require.NoError(t, control.Range{First: thursday.Week(), Last: thursday.Week()}.CheckOver(calendar, calendar.End(thursday.Week().End()-1)))
}
