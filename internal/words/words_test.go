package words

import (
	"testing"

	"github.com/stretchr/testify/require"
)

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
