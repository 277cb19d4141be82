package settlement

import (
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawTiers draws a valid price list whose borders and prices are small, huge
// or both.
func drawTiers(t *rapid.T) Tiers {
	borders := rapid.SliceOfNDistinct(rapid.OneOf(
		rapid.Int64Range(2, 40),
		rapid.Int64Range(2, math.MaxInt64),
		rapid.SampledFrom([]int64{1 << 62, math.MaxInt64}),
	), 0, 4, rapid.ID).Draw(t, "borders")
	slices.Sort(borders)
	price := rapid.OneOf(
		rapid.Int64Range(0, 30_000),
		rapid.Int64Range(0, 1_000_000),
		rapid.Int64Range(0, math.MaxInt64),
	)
	tiers := make(Tiers, 0, len(borders)+1)
	for _, from := range append([]int64{1}, borders...) {
		tiers = append(tiers, Tier{From: from, Price: UnitPrice(price.Draw(t, "price"))})
	}
	return tiers
}

// drawAscending draws n positions in a video's life, in order.
func drawAscending(t *rapid.T, n int) []int64 {
	positions := rapid.SliceOfN(rapid.OneOf(
		rapid.Int64Range(0, 60),
		rapid.Int64Range(0, math.MaxInt64),
		rapid.SampledFrom([]int64{1 << 62, 1<<62 + 1, math.MaxInt64 - 1, math.MaxInt64}),
	), n, n).Draw(t, "positions")
	slices.Sort(positions)
	return positions
}

// lifetimeUnits is what a video earns from its first view to the ordinal, in
// integers of any size.
func lifetimeUnits(tiers Tiers, ordinal int64) *big.Int {
	total := new(big.Int)
	for i, tier := range tiers {
		last := ordinal
		if i+1 < len(tiers) && tiers[i+1].From <= ordinal {
			last = tiers[i+1].From - 1
		}
		if last < tier.From {
			continue
		}
		views := new(big.Int).Sub(big.NewInt(last), big.NewInt(tier.From-1))
		total.Add(total, views.Mul(views, big.NewInt(int64(tier.Price))))
	}
	return total
}

func exactUnits(tiers Tiers, ordinals Ordinals) *big.Int {
	return new(big.Int).Sub(lifetimeUnits(tiers, ordinals.To), lifetimeUnits(tiers, ordinals.From))
}

func toBig(u uint128) *big.Int {
	sum := new(big.Int).SetUint64(u.high)
	return sum.Add(sum.Lsh(sum, 64), new(big.Int).SetUint64(u.low))
}

func TestR5_AmountsOfAnySizeAreExactOrRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tiers, at := drawTiers(t), drawAscending(t, 2)
		ordinals := Ordinals{From: at[0], To: at[1]}
		want := exactUnits(tiers, ordinals)
		want.Quo(want, big.NewInt(UnitsPerWon))

		got, err := tiers.Amount(ordinals)
		if !want.IsInt64() {
			require.ErrorIs(t, err, ErrOutOfRange)
			return
		}
		require.NoError(t, err)
		require.EqualValues(t, want.Int64(), got)
	})
}

func TestR4_AmountIsTheSumOfItsViews(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tiers := drawTiers(t)
		from := rapid.Int64Range(0, 60).Draw(t, "from")
		to := from + rapid.Int64Range(0, 60).Draw(t, "views")
		want := new(big.Int)
		for ordinal := from + 1; ordinal <= to; ordinal++ {
			var price UnitPrice
			for _, tier := range tiers {
				if tier.From <= ordinal {
					price = tier.Price
				}
			}
			want.Add(want, big.NewInt(int64(price)))
		}
		got := tiers.units(Ordinals{From: from, To: to})
		require.Equal(t, want.String(), toBig(got).String())
	})
}

func TestR5_SplittingViewsKeepsTheExactAmount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tiers, at := drawTiers(t), drawAscending(t, 3)
		whole := tiers.units(Ordinals{From: at[0], To: at[2]})
		first := tiers.units(Ordinals{From: at[0], To: at[1]})
		second := tiers.units(Ordinals{From: at[1], To: at[2]})
		sum := new(big.Int).Add(toBig(first), toBig(second))
		require.Equal(t, toBig(whole).String(), sum.String())
	})
}

// A day's amount is truncated, so two days may earn a won less than the same
// views would on one day, but never more and never less than that.
func TestR5_SplittingViewsOverTwoDaysCostsAtMostOneWon(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tiers := standard.Views
		at := rapid.SliceOfN(rapid.Int64Range(0, 2_000_000), 3, 3).Draw(t, "positions")
		slices.Sort(at)
		lost := amount(t, tiers, at[0], at[2]) - amount(t, tiers, at[0], at[1]) - amount(t, tiers, at[1], at[2])
		require.Contains(t, []Won{0, 1}, lost)
	})
}

func TestR5_SplittingViewsAtWholeWonPricesCostsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tiers := standard.AdViews
		at := rapid.SliceOfN(rapid.Int64Range(0, 2_000_000), 3, 3).Draw(t, "positions")
		slices.Sort(at)
		split := amount(t, tiers, at[0], at[1]) + amount(t, tiers, at[1], at[2])
		require.Equal(t, amount(t, tiers, at[0], at[2]), split)
	})
}

func TestR7_OrdinalsOfDaysAreContiguous(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		position := Ordinals{To: drawAscending(t, 1)[0]}
		exact := big.NewInt(position.To)
		for _, views := range rapid.SliceOf(rapid.Int64Range(0, math.MaxInt64)).Draw(t, "days") {
			next, err := position.Next(views)
			if exact.Add(exact, big.NewInt(views)); !exact.IsInt64() {
				require.ErrorIs(t, err, ErrOutOfRange)
				return
			}
			require.NoError(t, err)
			require.Equal(t, Ordinals{From: position.To, To: exact.Int64()}, next)
			require.Equal(t, views, next.Count())
			position = next
		}
	})
}
