package readside

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"sync/atomic"
	"testing"
	"time"
)

// balancer shares requests out over the apis, as one does in front of them: who is
// not ready gets none, and what an api did not answer is asked of the next one.
type balancer struct {
	address string
	apis    []*api
	ready   []atomic.Bool
	turns   atomic.Uint64
	change  atomic.Pointer[changer] // of answers, for sabotage
	way     http.RoundTripper
}

// changer changes an answer.
type changer func(*http.Response) error

// checkInterval is how often each api is asked whether it is ready.
const checkInterval = 100 * time.Millisecond

func startBalancer(t testing.TB, apis ...*api) *balancer {
	t.Helper()
	b := &balancer{apis: apis, ready: make([]atomic.Bool, len(apis)), way: &http.Transport{
		MaxIdleConnsPerHost: 64, ResponseHeaderTimeout: longest, DisableCompression: true,
	}}
	for i, one := range apis {
		b.ready[i].Store(true)
		go func() {
			for t.Context().Err() == nil {
				b.ready[i].Store(one.isReady(t.Context()))
				pause(t.Context(), checkInterval)
			}
		}()
	}
	server := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:   func(*httputil.ProxyRequest) {},
		Transport: b,
		ModifyResponse: func(response *http.Response) error {
			if change := b.change.Load(); change != nil {
				return (*change)(response)
			}
			return nil
		},
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	})
	t.Cleanup(server.Close)
	b.address = server.Listener.Addr().String()
	return b
}

// RoundTrip asks one api after the other, beginning with those that are ready.
func (b *balancer) RoundTrip(request *http.Request) (*http.Response, error) {
	var ready, others []*api
	first := int(b.turns.Add(1))
	for i := range b.apis {
		if at := (first + i) % len(b.apis); b.ready[at].Load() {
			ready = append(ready, b.apis[at])
		} else {
			others = append(others, b.apis[at])
		}
	}
	var causes []error
	for _, one := range append(ready, others...) {
		to := request.Clone(request.Context())
		to.URL.Scheme, to.URL.Host = "http", one.address
		response, err := b.way.RoundTrip(to)
		if err == nil {
			return response, nil
		}
		causes = append(causes, err)
	}
	return nil, errors.Join(causes...)
}
