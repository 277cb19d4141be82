package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"creatorpay/db/copies"
)

const (
	lookTimeout   = 2 * time.Second // for a look at all copies
	lookInterval  = time.Second     // between two looks, until one copy can be used
	laterInterval = time.Minute     // and from then on, until all can
)

// health says how the process is: its metrics, and whether it wants requests.
type health struct {
	ask      func(context.Context) []copies.Health // of all copies
	logger   *slog.Logger
	registry *prometheus.Registry
	usable   atomic.Bool // a copy could be used once
}

func newHealth(from *copies.Copies, logger *slog.Logger) *health {
	h := &health{ask: from.Health, logger: logger, registry: prometheus.NewRegistry()}
	h.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		from,
	)
	return h
}

// look looks at the copies until all of them can be used or ctx ends: one that is
// away at first may come back as one that nobody is to read from.
func (h *health) look(ctx context.Context) {
	said := make(map[string]string) // of each copy
	for {
		left, interval := false, lookInterval
		for _, of := range h.lookOnce(ctx) {
			left = left || of.Err != nil
			if state := fmt.Sprint(of.Err, of.Beyond); said[of.Copy] != state {
				said[of.Copy] = state
				h.heed(ctx, of)
			}
		}
		if !left {
			return
		}
		if h.usable.Load() {
			interval = laterInterval
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(interval):
		}
	}
}

// heed takes note that the copy can be used, or logs why not. It also logs that its
// user may do more than read.
func (h *health) heed(ctx context.Context, of copies.Health) {
	if of.Err != nil {
		h.logger.WarnContext(ctx, "a copy of the books cannot be used", "copy", of.Copy, "error", of.Err)
		return
	}
	h.usable.Store(true)
	if len(of.Beyond) > 0 {
		h.logger.WarnContext(ctx, "the database's user may do more than read: give the api one that has only SELECT",
			"copy", of.Copy, "beyond", strings.Join(of.Beyond, ", "))
	}
}

func (h *health) lookOnce(ctx context.Context) []copies.Health {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	return h.ask(ctx)
}

// handler answers /metrics, /healthz (the process lives) and /readyz (it wants
// requests).
//
// It wants requests from when it could use a copy for the first time until it is
// told to stop, also while all copies are away: it still has answers that it has
// kept, and to take every api out of the balancer would bring no copy back.
func (h *health) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(h.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if !h.usable.Load() {
			http.Error(w, "not ready: no copy of the books could be used yet; the log says why", http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprintln(w, "ok")
	})
	return mux
}

// serve answers operators at the address until ctx ends.
func (h *health) serve(ctx context.Context, address string) error {
	server := &http.Server{Addr: address, Handler: h.handler(), ReadHeaderTimeout: readHeaderTimeout}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	h.logger.InfoContext(ctx, "serving metrics and health", "address", address)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve metrics and health: %w", err)
	}
	return nil
}
