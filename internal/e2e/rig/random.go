package rig

import (
	"cmp"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// seedVariable holds the seed that repeats what a test did at random.
const seedVariable = "CREATORPAY_TEST_SEED"

// NewRandom logs the seed of what a test does at random.
func NewRandom(t testing.TB) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv(seedVariable); text != "" {
		var err error
		seed, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("%s=%d", seedVariable, seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// Pick is one of the values.
func Pick[T cmp.Ordered](random *rand.Rand, values ...T) T { return values[random.IntN(len(values))] }

// WaitRandomly waits for a random moment, so that what is killed is killed anywhere.
func WaitRandomly(t testing.TB, random *rand.Rand) {
	t.Helper()
	select {
	case <-time.After(time.Duration(random.IntN(50)) * time.Millisecond):
	case <-t.Context().Done():
	}
}
