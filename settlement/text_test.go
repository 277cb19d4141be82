package settlement

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNumber_SeparatesThousands(t *testing.T) {
	for want, n := range map[string]int64{
		"0": 0, "-1": -1, "999": 999, "-999": -999, "1,000": 1_000, "-1,000": -1_000,
		"12,345": 12_345, "-123,456": -123_456, "1,234,567": 1_234_567,
		"9,223,372,036,854,775,807": math.MaxInt64, "-9,223,372,036,854,775,808": math.MinInt64,
	} {
		require.Equal(t, want, Number(n))
	}
}

func TestCount_TakesTheNounAsItIsForOneOnly(t *testing.T) {
	require.Equal(t, "0 rows", Count(0, "row"))
	require.Equal(t, "1 row", Count(1, "row"))
	require.Equal(t, "2 rows", Count(int64(2), "row"))
	require.Equal(t, "3,000,000 views", Count(int64(3_000_000), "view"))
	require.Equal(t, "1 batch", Count(1, "batch"))
	require.Equal(t, "2 batches", Count(2, "batch"))
	require.Equal(t, "1 history", Count(1, "history"))
	require.Equal(t, "2 histories", Count(2, "history"))
	require.Equal(t, "2 days", Count(2, "day"))
	require.Equal(t, "1,000 late views", Count(1000, "late view"))
}
