package readside

import (
	"context"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/rig"
)

// secondsVariable makes a longer run of TestReadSideUnderFaults; `make chaos-api` sets it.
const secondsVariable = "CREATORPAY_CHAOS_SECONDS"

// Without it a run is short. The first days have closed before it begins; the
// month ends with the sixth day of the run.
const (
	fewSeconds = 25
	daysBefore = 24
	rate       = 50 // requests a second
)

func TestReadSideUnderFaults(t *testing.T) {
	random := rig.NewRandom(t)
	s := newStack(t, random, daysBefore)
	seen := &presence{spans: map[replicaPeriod][]span{}}
	in := newInjector(s, seconds(t), seen.lost)
	asking := newReaders(s, another(random))
	ctx, stop := context.WithTimeout(t.Context(), seconds(t))
	defer stop()

	var background sync.WaitGroup
	watching, endWatch := context.WithCancel(t.Context())
	for i, replica := range s.replicas {
		background.Go(func() { seen.watch(watching, i, replica) })
	}
	closing := make(chan error, 1)
	go func() {
		var err error
		for err == nil && ctx.Err() == nil {
			if err = s.books.closeDays(t.Context(), 1); err == nil {
				pause(ctx, 500*time.Millisecond)
			}
		}
		closing <- err
	}()
	failing := make(chan error, 1)
	faults := another(random)
	go func() { failing <- in.inject(ctx, faults) }()
	asking.read(ctx, rate, asking.anything)

	require.NoError(t, <-failing)
	require.NoError(t, <-closing)
	afterwards(t, s, asking)
	endWatch()
	background.Wait()
	testSecrets(t, s)
	found, err := newJudge(s, seen).findings(t.Context(), asking.answers)
	require.NoError(t, err)
	t.Logf("%s", tally{s.books, asking, s.troubles})
	require.Empty(t, found[:min(1, len(found))], "the first of %d wrong answers\n\nfaults:\n%s", len(found), s.troubles)
}

// afterwards asks when all is mended, after the time that the last faults may still be
// felt: nothing but a slow machine explains then that a question is not answered.
func afterwards(t *testing.T, s *stack, asking *readers) {
	t.Helper()
	require.NoError(t, s.cluster.CatchUp(t.Context()))
	pause(t.Context(), recovery)
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Second)
	defer stop()
	asking.read(ctx, rate, asking.anything)
}

// seconds is how long the run is.
func seconds(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv(secondsVariable)
	if text == "" {
		return fewSeconds * time.Second
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, secondsVariable)
	return time.Duration(n) * time.Second
}
