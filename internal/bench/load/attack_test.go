package load

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAttackAsksAtTheRateAndCountsByStatus(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1)%10 == 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = w.Write([]byte(r.Header.Get("Accept")))
	}))
	defer server.Close()

	result := Attack(t.Context(), 200, 500*time.Millisecond, func() Request {
		return Request{URL: server.URL, Header: http.Header{"Accept": {"text/plain"}}}
	})

	require.EqualValues(t, asked.Load(), result.Requests)
	require.LessOrEqual(t, result.Requests, 102)
	require.Positive(t, result.Requests, "what was due while the machine had much else to do may be left out at the end")
	require.Equal(t, map[string]int{"200": result.Requests - result.Requests/10, "503": result.Requests / 10}, result.Statuses)
	require.False(t, result.Within(time.Hour), "a request was not answered")
}

func TestAttackEndsWithItsContext(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var asked atomic.Int64

	result := Attack(ctx, 1000, 0, func() Request {
		if asked.Add(1) == 20 {
			cancel()
		}
		return Request{URL: server.URL}
	})

	require.GreaterOrEqual(t, result.Requests, 20)
	require.True(t, result.Within(time.Hour))
}

func TestNoAnswerIsCounted(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()

	result := Attack(t.Context(), 10, 200*time.Millisecond, func() Request { return Request{URL: server.URL} })

	require.Positive(t, result.Requests)
	require.Equal(t, map[string]int{NoAnswer: result.Requests}, result.Statuses)
}

// Ten requests a second, each answered within a millisecond, but sent only after
// the second one held up the sender for a second.
func TestRequestsThatWaitToBeSentCountFromWhenTheyWereDue(t *testing.T) {

	start := time.Now()
	var answers []answer
	for i := range 5 {
		began := start.Add(time.Duration(i) * 100 * time.Millisecond)
		if i >= 2 {
			began = start.Add(time.Second)
		}
		answers = append(answers, answer{number: uint64(i), status: "200", began: began, took: time.Millisecond})
	}

	result := summarise(10, answers)

	require.Equal(t, 601*time.Millisecond, result.Median)
	require.Equal(t, 801*time.Millisecond, result.P99)
}

func TestShareIsNotExceededBySoManyInAThousand(t *testing.T) {
	var times []time.Duration
	for i := range 1000 {
		times = append(times, time.Duration(i+1))
	}
	require.EqualValues(t, 500, share(times, 500))
	require.EqualValues(t, 990, share(times, 990))
	require.EqualValues(t, 999, share(times, 999))
	require.EqualValues(t, 1, share(times[:1], 500))
}
