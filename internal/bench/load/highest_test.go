package load

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const most = 100_000

func TestHighestIsFoundToATenth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		truth := rapid.IntRange(leastRate, most).Draw(t, "the highest rate that holds")
		holding := rapid.OneOf(rapid.Just(0), rapid.IntRange(leastRate, truth)).Draw(t, "known to hold")
		missing := rapid.OneOf(rapid.Just(0), rapid.IntRange(truth+1, 2*most)).Draw(t, "known to miss")
		tried := 0

		found := Highest(holding, missing, most, func(rate int) bool { tried++; return rate <= truth })

		require.LessOrEqual(t, found, truth)
		require.Greater(t, float64(found)*precision+1, float64(truth))
		require.LessOrEqual(t, tried, 25)
	})
}

func TestHighestIsNoneIfNothingHolds(t *testing.T) {
	require.Zero(t, Highest(0, 500, 1000, func(int) bool { return false }))
}
