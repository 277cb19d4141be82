package copies

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/require"

	"creatorpay/db"
)

// scrape is what Prometheus would read, without values that are 0.
func scrape(t *testing.T, copies *Copies) string {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(copies))
	response := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(response, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	var lines []string
	for line := range strings.Lines(response.Body.String()) {
		if !strings.HasPrefix(line, "#") && !strings.HasSuffix(line, " 0\n") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

func TestMetricsTellWhatBecameOfCallsOnEachCopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down, frozen, behind := &fake{err: errDown}, &fake{takes: defaults.BreakerDelay}, &fake{}
		copies := newFakes(&fake{closed: 1}, down, frozen, behind)
		for range 60 {
			_, err := copies.answeredBy(t.Context())
			require.NoError(t, err)
		}
		require.NoError(t, copies.Primary(t.Context(), func(context.Context, *db.DB) error {
			require.Contains(t, scrape(t, copies.Copies), "creatorpay_primary_calls 1\n")
			return nil
		}))
		const calls = `creatorpay_copy_calls_total{copy="primary",outcome="answered"} 61
creatorpay_copy_calls_total{copy="replica-1",outcome="failed"} 50
creatorpay_copy_calls_total{copy="replica-1",outcome="refused"} 10
creatorpay_copy_calls_total{copy="replica-2",outcome="refused"} 10
creatorpay_copy_calls_total{copy="replica-2",outcome="slow"} 50
creatorpay_copy_calls_total{copy="replica-3",outcome="passed_over"} 60
`
		state := func(state int) string {
			return fmt.Sprintf("creatorpay_copy_breaker_state{copy=\"replica-1\"} %d\ncreatorpay_copy_breaker_state{copy=\"replica-2\"} %d\n", state, state)
		}
		require.Equal(t, state(stateOpen)+calls, scrape(t, copies.Copies))
		pass(defaults.BreakerDelay)
		require.Equal(t, state(stateHalfOpen)+calls, scrape(t, copies.Copies), "the next call will be a trial")
	})
}
