package settlement

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestR16_NegativeWeeksAreCarried(t *testing.T) {
	tests := []struct {
		rule   string
		totals []Won
		want   []Payout
	}{
		{"no week", nil, []Payout{}},
		{"weeks that earn are paid as they are", []Won{5, 0, 7}, []Payout{{}, {}, {}}},
		{"of a negative week nothing is paid", []Won{-5}, []Payout{{0, 0, -5}}},
		{"the next week pays for it", []Won{-5, 7}, []Payout{{0, 0, -5}, {-5, 2, 0}}},
		{"to the last won", []Won{-5, 5, 3}, []Payout{{0, 0, -5}, {-5, 0, 0}, {}}},
		{"over as many weeks as it takes", []Won{-5, 2, 2, 2}, []Payout{{0, 0, -5}, {-5, 0, -3}, {-3, 0, -1}, {-1, 1, 0}}},
		{"negative weeks add up", []Won{-5, -6, 12}, []Payout{{0, 0, -5}, {-5, 0, -11}, {-11, 1, 0}}},
		{"a week without anything leaves it as it is", []Won{-5, 0}, []Payout{{0, 0, -5}, {-5, 0, -5}}},
		{"what was paid before is paid", []Won{100, -5, 1}, []Payout{{}, {0, 0, -5}, {-5, 0, -4}}},
	}
	for _, test := range tests {
		t.Run(test.rule, func(t *testing.T) {
			payouts, err := Payouts(test.totals)
			require.NoError(t, err)
			require.Equal(t, test.want, payouts)
		})
	}

	t.Run("beyond what can be counted is refused", func(t *testing.T) {
		_, err := Payouts([]Won{math.MinInt64, -1})
		require.ErrorIs(t, err, ErrOutOfRange)
	})
}

func TestR16_WhatIsPaidAndCarriedIsWhatAllWeeksComeTo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		totals := rapid.SliceOf(rapid.Custom(func(t *rapid.T) Won { return Won(rapid.Int64Range(-1_000, 1_000).Draw(t, "won")) })).Draw(t, "totals")
		payouts, err := Payouts(totals)
		require.NoError(t, err)
		var all, paid, owed Won
		for i, payout := range payouts {
			require.NoError(t, payout.Check(totals[i]))
			require.Equal(t, owed, payout.BroughtForward)
			all, owed = all+totals[i], payout.CarriedForward
			if payout == (Payout{}) {
				paid += totals[i]
			}
			paid += payout.Payable
		}
		require.Equal(t, all, paid+owed)
	})
}

func TestAPayoutIsCheckedAgainstItsWeek(t *testing.T) {
	require.NoError(t, Payout{}.Check(7))
	require.NoError(t, Payout{-5, 2, 0}.Check(7))
	for _, payout := range []Payout{{-5, 2, 0}, {-5, 0, 3}, {5, 13, 0}, {-5, 4, -1}, {0, -5, 0}, {math.MinInt64, 0, 0}} {
		require.Error(t, payout.Check(8), payout)
	}
	require.ErrorIs(t, Payout{-1, 0, 0}.Check(math.MinInt64), ErrOutOfRange)
}
