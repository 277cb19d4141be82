package settlement

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestOnlyDaysWeeksAndMonthsCanBeSettled(t *testing.T) {
	for _, test := range []struct {
		rule    string
		period  Period
		problem string // empty if there is none
	}{
		{"a day", Period{Daily, day(t, "2024-05-09")}, ""},
		{"a week from its Monday", Period{Weekly, day(t, "2024-05-06")}, ""},
		{"a month from its first day", Period{Monthly, day(t, "2024-05-01")}, ""},
		{"the first day", Period{Daily, FirstDay}, ""},
		{"the last day", Period{Daily, LastDay}, ""},
		{"a week from a Thursday", Period{Weekly, day(t, "2011-10-06")}, "a week starts on a Monday, 2011-10-06 is a Thursday: write 2011-10-03"},
		{"a week from a Sunday", Period{Weekly, day(t, "2024-05-12")}, "a week starts on a Monday, 2024-05-12 is a Sunday: write 2024-05-06"},
		{"a month from a Monday that is not its first day", Period{Monthly, day(t, "2024-05-06")}, "a month starts on its first day, not on 2024-05-06: write 2024-05-01"},
		{"another kind", Period{"yearly", day(t, "2024-01-01")}, `"yearly" is not a kind of period: write daily, weekly or monthly`},
		{"no kind", Period{"", day(t, "2024-05-09")}, "the kind of period is missing: write daily, weekly or monthly"},
		{"no date", Period{Daily, 0}, "the date is missing (or 1970-01-01): write it as 2024-05-09"},
		{"nothing", Period{}, "the kind of period is missing: write daily, weekly or monthly\nthe date is missing (or 1970-01-01): write it as 2024-05-09"},
		{"the year 24", Period{Daily, day(t, "0024-05-09")}, "0024-05-09 does not lie between 1990-01-01 and 2099-12-31: is the year right?"},
		{"before the first day", Period{Daily, FirstDay - 1}, "1989-12-31 does not lie between 1990-01-01 and 2099-12-31: is the year right?"},
		{"after the last day", Period{Daily, LastDay + 1}, "2100-01-01 does not lie between 1990-01-01 and 2099-12-31: is the year right?"},
		{"the last number", Period{Daily, math.MaxInt32}, "does not lie between 1990-01-01 and 2099-12-31: is the year right?"},
		{"the first number", Period{Weekly, math.MinInt32}, "does not lie between 1990-01-01 and 2099-12-31: is the year right?"},
	} {
		t.Run(test.rule, func(t *testing.T) {
			err := test.period.Validate()
			if test.problem == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.problem)
			require.ErrorIs(t, err, ErrInvalid)
		})
	}
}

func TestAPeriodOfAnotherKindIsNamed(t *testing.T) {
	april := Period{Monthly, day(t, "2024-04-01")} // begins on a Monday
	require.NoError(t, april.ValidateAs(Monthly))
	require.EqualError(t, april.ValidateAs(Weekly), "2024-04 is a monthly period: give a weekly one")
	require.ErrorContains(t, Period{Weekly, day(t, "2024-05-09")}.ValidateAs(Weekly), "a week starts on a Monday")
}

// drawSettled is a day whose week and month can be settled, too.
func drawSettled(t *rapid.T) Day {
	return Day(rapid.Int32Range(int32(FirstDay)+7, int32(LastDay)).Draw(t, "day"))
}

// PeriodOf and Validate are the two sides of one rule.
func TestEveryPeriodThatHoldsADayCanBeSettled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		held := drawSettled(t)
		kind := rapid.SampledFrom([]Kind{Daily, Weekly, Monthly}).Draw(t, "kind")
		period, err := PeriodOf(kind, held)
		require.NoError(t, err)
		require.NoError(t, period.Validate())
		require.Equal(t, held == period.Start, Period{kind, held}.Validate() == nil)
	})
}
