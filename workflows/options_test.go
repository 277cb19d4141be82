package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
)

func TestRetriesGoOnForAsLongAsTheirCommentsSay(t *testing.T) {
	require.Equal(t, 91*time.Second, waits(retryMinutes))
	require.Equal(t, 5*time.Hour+54*time.Minute+3*time.Second, waits(retryHours))
	require.Equal(t, 13*time.Hour+21*time.Minute+10*time.Second, waits(retryHalfADay))
	require.Zero(t, retryForever.MaximumAttempts)
}

// waits is the sum of the waits between all tries.
func waits(retry *temporal.RetryPolicy) (sum time.Duration) {
	wait := retry.InitialInterval
	for range retry.MaximumAttempts - 1 {
		sum += wait
		wait = min(time.Duration(float64(wait)*retry.BackoffCoefficient), retry.MaximumInterval)
	}
	return sum
}
