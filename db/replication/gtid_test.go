package replication

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAllIntervalsOfASetCount(t *testing.T) {
	for set, want := range map[string]int64{
		"":                                       0,
		"3e11fa47-71ca-11e1-9e33-c80aa9429562:1": 1,
		"3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:9:11-12,\n4350f323-7565-4e59-8763-4b1b83a0ce0e:7-8": 10,
		"3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:tag:1-3:_2:4":                                       9,
	} {
		transactions, err := countMySQL(set)
		require.NoError(t, err)
		require.Equal(t, want, transactions, set)
	}
	_, err := countMySQL("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-x")
	require.Error(t, err)
}

func TestDomainsAreComparedOneByOne(t *testing.T) {
	missing, stray, err := compareMariaDB("0-1-10,1-1-5,2-1-7", "0-2-12,1-1-2")
	require.NoError(t, err)
	require.EqualValues(t, 3+7, missing)
	require.EqualValues(t, 2, stray)
	_, _, err = compareMariaDB("0-1-10", "0-1")
	require.Error(t, err)
}
