package settlement

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWon_IsWrittenForPeople(t *testing.T) {
	for want, won := range map[string]Won{
		"₩0":                         0,
		"₩999":                       999,
		"₩605,000":                   605_000,
		"-₩1,000":                    -1_000,
		"₩9,223,372,036,854,775,807": math.MaxInt64,
		// The smallest amount has no positive counterpart.
		"-₩9,223,372,036,854,775,808": math.MinInt64,
	} {
		t.Run(want, func(t *testing.T) {
			require.Equal(t, want, won.String())
		})
	}
}
