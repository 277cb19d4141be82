package settlement

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawFigure draws a figure that is small, huge or both, of any sign.
func drawFigure(t *rapid.T) int64 {
	return rapid.OneOf(
		rapid.Int64Range(-3, 3),
		rapid.Int64(),
		rapid.SampledFrom([]int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64 - 1, math.MaxInt64}),
	).Draw(t, "figure")
}

func TestR5_ASumIsExactOrRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sum := Won(drawFigure(t))
		exact := big.NewInt(int64(sum))
		for range rapid.IntRange(1, 5).Draw(t, "terms") {
			term, before := Won(drawFigure(t)), sum
			next := new(big.Int).Add(exact, big.NewInt(int64(term)))

			err := AddTo(&sum, term)

			if !next.IsInt64() {
				require.ErrorIs(t, err, ErrOutOfRange)
				require.Equal(t, before, sum, "it is left as it was")
				continue
			}
			require.NoError(t, err)
			require.Equal(t, next.Int64(), int64(sum))
			exact = next
		}
	})
}

func TestR5_FiguresThatDoNotFitAreRefused(t *testing.T) {
	for _, figures := range []Statistics{{Views: 1}, {SelfViews: 1}, {RepeatViews: 1}, {PlayedSeconds: 1}, {AdViews: 1}} {
		sum := Statistics{
			Views: math.MaxInt64, SelfViews: math.MaxInt64, RepeatViews: math.MaxInt64, PlayedSeconds: math.MaxInt64, AdViews: math.MaxInt64,
		}
		require.ErrorIs(t, sum.Add(figures), ErrOutOfRange)
	}
}
