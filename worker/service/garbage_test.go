package service

import (
	"os"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAWorkerCollectsGarbageLessOftenUnlessItIsToldHowOften(t *testing.T) {
	const own = 100
	before := debug.SetGCPercent(own)
	defer debug.SetGCPercent(before)
	t.Setenv("GOGC", "100")

	CollectLess()
	require.Equal(t, own, debug.SetGCPercent(own))

	require.NoError(t, os.Unsetenv("GOGC")) // t.Setenv puts back what was there
	CollectLess()
	require.Equal(t, garbagePercent, debug.SetGCPercent(own))
}
