package generate

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOptionsToldAllThatIsWrongWithThem(t *testing.T) {
	err := Options{From: -1}.Validate()
	for _, problem := range []string{"first day: 1969-12-31 does not lie between", "days is 0", "views per day is 0", "videos is 0", "creators is 0"} {
		require.ErrorContains(t, err, problem)
	}
}

func TestUsualOptionsAreValid(t *testing.T) {
	require.NoError(t, usual(t).Validate())
}
