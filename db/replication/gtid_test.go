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

func TestPositionsOfMariaDBAreComparedByDomainAndServer(t *testing.T) {
	for name, test := range map[string]struct {
		primary, origins, replica, itsOrigins string
		missing, stray                        int64
	}{
		"all":                           {"0-1-10", "0-1-10", "0-1-10", "0-1-10", 0, 0},
		"some":                          {"0-1-10,2-1-7", "0-1-10,2-1-7", "0-1-8,2-1-7", "0-1-8,2-1-7", 2, 0},
		"nothing":                       {"0-1-10,2-1-7", "0-1-10,2-1-7", "", "", 17, 0},
		"written by the primary before": {"0-2-10", "0-1-8,0-2-10", "0-1-7", "0-1-7", 3, 0},
		"its own":                       {"0-1-10", "0-1-10", "0-3-12", "0-1-10,0-3-12", 0, 2},
		"of the old primary alone":      {"0-2-9", "0-1-8,0-2-9", "0-1-9", "0-1-9", 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			missing, stray, err := compareMariaDB(position{GTIDs: test.primary, Origins: test.origins}, position{GTIDs: test.replica, Origins: test.itsOrigins})
			require.NoError(t, err)
			require.Equal(t, [2]int64{test.missing, test.stray}, [2]int64{missing, stray})
		})
	}

	_, _, err := compareMariaDB(position{GTIDs: "0-1-10"}, position{GTIDs: "0-1"})
	require.Error(t, err)
}
