package settlement

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// standard is the price rule of R4.
var standard = PriceRule{
	Version: 1,
	Views:   Tiers{{1, 10_000}, {100_000, 11_000}, {500_000, 13_000}, {1_000_000, 15_000}},
	AdViews: Tiers{{1, 100_000}, {100_000, 120_000}, {500_000, 150_000}, {1_000_000, 200_000}},
}

// amount fails the test where the amount is refused.
func amount(t require.TestingT, tiers Tiers, from, to int64) Won {
	won, err := tiers.Amount(Ordinals{From: from, To: to})
	require.NoError(t, err)
	return won
}

func TestR4_PriceByOrdinal(t *testing.T) {
	tests := []struct {
		ordinal      int64
		view, adView UnitPrice
	}{
		{1, 10_000, 100_000},
		{99_999, 10_000, 100_000},
		{100_000, 11_000, 120_000},
		{499_999, 11_000, 120_000},
		{500_000, 13_000, 150_000},
		{999_999, 13_000, 150_000},
		{1_000_000, 15_000, 200_000},
		{math.MaxInt64, 15_000, 200_000},
	}
	for _, test := range tests {
		only := Ordinals{From: test.ordinal - 1, To: test.ordinal}
		t.Run(fmt.Sprintf("view %d has the price of its tier", test.ordinal), func(t *testing.T) {
			require.Equal(t, uint128{low: uint64(test.view)}, standard.Views.units(only))
		})
		t.Run(fmt.Sprintf("ad view %d has the price of its tier", test.ordinal), func(t *testing.T) {
			require.Equal(t, uint128{low: uint64(test.adView)}, standard.AdViews.units(only))
		})
	}

	t.Run("a day may cross every border", func(t *testing.T) {
		const want = 99_999*1 + 400_000*11/10 + 500_000*13/10 + 15/10
		require.EqualValues(t, want, amount(t, standard.Views, 0, 1_000_000))
	})
	t.Run("no views earn nothing", func(t *testing.T) {
		require.Zero(t, amount(t, standard.Views, 100_000, 100_000))
	})
}

func TestR4_PriceRuleIsValidated(t *testing.T) {
	good := Tiers{{1, 10_000}}
	tests := []struct {
		rule     string
		views    Tiers
		adViews  Tiers
		problems []string
	}{
		{"a price may be 0", Tiers{{1, 0}}, good, nil},
		{"prices may fall", Tiers{{1, 2}, {2, 1}}, good, nil},
		{"views need a price", nil, good, []string{"the first price of views must hold from ordinal 1"}},
		{"ad views need a price", good, nil, []string{"the first price of ad views must hold from ordinal 1"}},
		{"the first price holds from ordinal 1", Tiers{{2, 1}}, good, []string{"the first price of views must hold from ordinal 1"}},
		{"ordinal 0 does not exist", good, Tiers{{0, 1}}, []string{"the first price of ad views must hold from ordinal 1"}},
		{"a negative price is refused", Tiers{{1, 1}, {5, -1}}, good, []string{"the price of views from ordinal 5 is negative"}},
		{"equal ordinals are refused", Tiers{{1, 1}, {5, 2}, {5, 3}}, good, []string{"5 does not come after 5"}},
		{"falling ordinals are refused", Tiers{{1, 1}, {5, 2}, {4, 3}}, good, []string{"4 does not come after 5"}},
		{
			"every problem is named", Tiers{{2, -1}, {2, 1}}, nil,
			[]string{
				"the first price of views must hold from ordinal 1", "the price of views from ordinal 2 is negative",
				"2 does not come after 2", "the first price of ad views must hold from ordinal 1",
			},
		},
	}
	for _, test := range tests {
		t.Run(test.rule, func(t *testing.T) {
			err := PriceRule{Views: test.views, AdViews: test.adViews}.Validate()
			if test.problems == nil {
				require.NoError(t, err)
			}
			for _, problem := range test.problems {
				require.ErrorContains(t, err, problem)
			}
		})
	}

	t.Run("the standard prices are valid", func(t *testing.T) {
		require.NoError(t, standard.Validate())
	})
}

func TestR5_Amount(t *testing.T) {
	t.Run("golden case", func(t *testing.T) {
		first, err := Ordinals{}.Next(550_000)
		require.NoError(t, err)
		second, err := first.Next(600_000)
		require.NoError(t, err)

		require.EqualValues(t, 605_000, amount(t, standard.Views, first.From, first.To))
		require.EqualValues(t, 810_000, amount(t, standard.Views, second.From, second.To))
	})
	t.Run("truncated, never rounded", func(t *testing.T) {
		require.EqualValues(t, 1, amount(t, Tiers{{1, 19_999}}, 0, 1))
	})
	t.Run("truncated once, not per tier", func(t *testing.T) {
		require.EqualValues(t, 1, amount(t, Tiers{{1, 5_000}, {2, 5_000}}, 0, 2))
	})
	t.Run("truncated once, not per view", func(t *testing.T) {
		require.EqualValues(t, 11, amount(t, Tiers{{1, 11_000}}, 0, 10))
	})
	t.Run("truncated for each day", func(t *testing.T) {
		halfWon := Tiers{{1, 5_000}}
		require.Zero(t, amount(t, halfWon, 0, 1))
		require.Zero(t, amount(t, halfWon, 1, 2))
	})
	t.Run("exact where floating point is not", func(t *testing.T) {
		const beyondFloat = 1<<53 + 1
		require.EqualValues(t, int64(beyondFloat), amount(t, Tiers{{1, UnitsPerWon}}, 0, beyondFloat))
	})
	t.Run("the greatest amount is exact", func(t *testing.T) {
		require.EqualValues(t, math.MaxInt64, amount(t, Tiers{{1, UnitsPerWon}}, 0, math.MaxInt64))
	})

	overflows := []struct {
		rule  string
		tiers Tiers
	}{
		{"an amount above 2^63-1 won is refused", Tiers{{1, 2 * UnitsPerWon}}},
		{"an amount of exactly 2^64 won is refused", Tiers{{1, 4 * UnitsPerWon}, {1<<62 + 1, 0}}},
		{"the greatest exact sum is refused", Tiers{{1, math.MaxInt64}}},
		{"a sum of tiers above 2^63-1 won is refused", Tiers{{1, UnitsPerWon}, {math.MaxInt64, 2 * UnitsPerWon}}},
	}
	for _, test := range overflows {
		t.Run(test.rule, func(t *testing.T) {
			_, err := test.tiers.Amount(Ordinals{To: math.MaxInt64})
			require.ErrorIs(t, err, ErrOutOfRange)
		})
	}
}

func TestR6_OpeningOrdinals(t *testing.T) {
	t.Run("the first view is number opening + 1", func(t *testing.T) {
		opening := Ordinals{To: 99_999}
		first, err := opening.Next(1)
		require.NoError(t, err)
		require.Equal(t, Ordinals{From: 99_999, To: 100_000}, first)
		require.EqualValues(t, 12, amount(t, standard.AdViews, first.From, first.To))
	})
	t.Run("opening views earn nothing", func(t *testing.T) {
		require.EqualValues(t, 1, amount(t, standard.Views, 42, 43))
	})
}

func TestR7_TierPosition(t *testing.T) {
	yesterday := Ordinals{From: 10, To: 25}
	t.Run("a day begins where the last settled day ended", func(t *testing.T) {
		today, err := yesterday.Next(5)
		require.NoError(t, err)
		require.Equal(t, Ordinals{From: 25, To: 30}, today)
		require.EqualValues(t, 5, today.Count())
	})
	t.Run("a day without views stays there", func(t *testing.T) {
		today, err := yesterday.Next(0)
		require.NoError(t, err)
		require.Equal(t, Ordinals{From: 25, To: 25}, today)
		require.Zero(t, today.Count())
	})
	t.Run("the last ordinal is 2^63-1", func(t *testing.T) {
		today, err := Ordinals{To: math.MaxInt64 - 1}.Next(1)
		require.NoError(t, err)
		require.EqualValues(t, math.MaxInt64, today.To)
	})
	t.Run("ordinals above 2^63-1 are refused", func(t *testing.T) {
		_, err := Ordinals{To: math.MaxInt64 - 1}.Next(2)
		require.ErrorIs(t, err, ErrOutOfRange)
	})
	t.Run("a negative count is refused", func(t *testing.T) {
		_, err := yesterday.Next(-1)
		require.ErrorIs(t, err, ErrOutOfRange)
	})
}

func TestR4_SharesAreTheOrdinalsByTier(t *testing.T) {
	tiers := Tiers{{From: 1, Price: 10_000}, {From: 10, Price: 11_000}, {From: 20, Price: 13_000}}
	for _, test := range []struct {
		ordinals Ordinals
		want     []Share
	}{
		{Ordinals{From: 0, To: 9}, []Share{{10_000, 9}}},
		{Ordinals{From: 8, To: 10}, []Share{{10_000, 1}, {11_000, 1}}},
		{Ordinals{From: 5, To: 25}, []Share{{10_000, 4}, {11_000, 10}, {13_000, 6}}},
		{Ordinals{From: 19, To: 21}, []Share{{13_000, 2}}},
		{Ordinals{From: 5, To: 5}, nil},
	} {
		require.Equal(t, test.want, slices.Collect(tiers.Shares(test.ordinals)), "%+v", test.ordinals)
	}
}
