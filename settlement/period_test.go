package settlement

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestWeek_IsMondayToSunday(t *testing.T) {
	tests := []struct{ rule, day, name, first, last string }{
		{"a Monday begins a week", "2024-05-06", "2024-W19", "2024-05-06", "2024-05-12"},
		{"a Sunday ends a week", "2024-05-12", "2024-W19", "2024-05-06", "2024-05-12"},
		{"the days after a Sunday are in the next week", "2024-05-13", "2024-W20", "2024-05-13", "2024-05-19"},
		{"a week holds the leap day", "2024-02-29", "2024-W09", "2024-02-26", "2024-03-03"},
		{"the last days of a year may be in week 1", "2024-12-30", "2025-W01", "2024-12-30", "2025-01-05"},
		{"the first days of a year may be in week 53", "2021-01-03", "2020-W53", "2020-12-28", "2021-01-03"},
		{"the first days of a year may be in week 52", "2023-01-01", "2022-W52", "2022-12-26", "2023-01-01"},
		{"a week may lie before 1970", "1970-01-01", "1970-W01", "1969-12-29", "1970-01-04"},
	}
	for _, test := range tests {
		t.Run(test.rule, func(t *testing.T) {
			week := day(t, test.day).Week()
			require.Equal(t, test.name, week.String())
			require.Equal(t, test.first, week.Start.String())
			require.Equal(t, test.last, (week.End() - 1).String())
			require.Len(t, week.Days(), 7)
		})
	}
}

func TestMonth_IsFirstToLastDay(t *testing.T) {
	tests := []struct {
		rule, day, name, first, last string
		days                         int
	}{
		{"the first day is in it", "2024-05-01", "2024-05", "2024-05-01", "2024-05-31", 31},
		{"the last day is in it", "2024-05-31", "2024-05", "2024-05-01", "2024-05-31", 31},
		{"a leap year's February has 29 days", "2024-02-29", "2024-02", "2024-02-01", "2024-02-29", 29},
		{"another year's February has 28 days", "2023-02-28", "2023-02", "2023-02-01", "2023-02-28", 28},
		{"December ends with the year", "2024-12-31", "2024-12", "2024-12-01", "2024-12-31", 31},
	}
	for _, test := range tests {
		t.Run(test.rule, func(t *testing.T) {
			month := day(t, test.day).Month()
			require.Equal(t, test.name, month.String())
			require.Equal(t, test.first, month.Start.String())
			require.Equal(t, test.last, (month.End() - 1).String())
			require.Len(t, month.Days(), test.days)
		})
	}
}

func TestPeriod_IsTheOneThatHoldsTheDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		held := drawDay(t)
		kind := rapid.SampledFrom([]Kind{Daily, Weekly, Monthly}).Draw(t, "kind")
		period, err := PeriodOf(kind, held)
		require.NoError(t, err)
		require.Equal(t, kind, period.Kind)
		require.Contains(t, period.Days(), held)

		// All its days name it, and the days around it name others.
		for _, d := range period.Days() {
			same, err := PeriodOf(kind, d)
			require.NoError(t, err)
			require.Equal(t, period, same)
		}
		for _, d := range []Day{period.Start - 1, period.End()} {
			other, err := PeriodOf(kind, d)
			require.NoError(t, err)
			require.NotEqual(t, period, other)
		}
	})
}

func TestPeriod_RefusesOtherKinds(t *testing.T) {
	_, err := PeriodOf("yearly", 0)
	require.ErrorContains(t, err, `"yearly" is not a kind of period`)
}

func TestPeriod_SurvivesJSON(t *testing.T) {
	want := day(t, "2024-05-09").Week()
	text, err := json.Marshal(want)
	require.NoError(t, err)
	require.JSONEq(t, `{"kind":"weekly","start":"2024-05-06"}`, string(text))

	var got Period
	require.NoError(t, json.Unmarshal(text, &got))
	require.Equal(t, want, got)
}

func TestParseWeek(t *testing.T) {
	t.Run("reads every week's own name", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			want := drawSettled(t).Week()
			got, err := ParseWeek(want.String())
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	})
	t.Run("agrees with the ISO calendar", func(t *testing.T) {
		week, err := ParseWeek("2020-W53")
		require.NoError(t, err)
		year, number := week.Start.midnight().ISOWeek()
		require.Equal(t, []int{2020, 53}, []int{year, number})
		require.Equal(t, time.Monday, week.Start.midnight().Weekday())
	})
	for _, text := range []string{
		"", "2024-W53", "2024-W54", "2024-W00", "2024-W99", "2024-W-1", "2024-W1", "2024-W019", "24-W19", "2024-19", "2024-w19",
		"2024W19", "2024-W19x", "2024-W19 ", " 2024-W19", "2024-W", "2024-05-09", "2024-05", "-001-W05", "+024-W05", "12024-W05",
	} {
		t.Run("refuses "+text, func(t *testing.T) {
			_, err := ParseWeek(text)
			require.ErrorContains(t, err, "write it as 2024-W19")
		})
	}
}

func TestParseMonth(t *testing.T) {
	t.Run("reads every month's own name", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			want := drawSettled(t).Month()
			got, err := ParseMonth(want.String())
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	})
	for _, text := range []string{
		"", "2024-13", "2024-00", "2024-5", "24-05", "2024-05x", "2024-05-09", " 2024-05", "2024-W19", "2024/05", "May 2024",
	} {
		t.Run("refuses "+text, func(t *testing.T) {
			_, err := ParseMonth(text)
			require.ErrorContains(t, err, "write it as 2024-05")
		})
	}
}

func TestParse_RefusesWhatCannotBeSettled(t *testing.T) {
	_, err := ParseWeek("0024-W19")
	require.ErrorContains(t, err, "0024-05-06 does not lie between")
	_, err = ParseMonth("2204-05")
	require.ErrorContains(t, err, "2204-05-01 does not lie between")
}
