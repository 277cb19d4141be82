package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/db/replication"
)

// answerTimeout bounds what a probe or a scrape may ask of the database.
const answerTimeout = 2 * time.Second

// durations are the borders of the histograms' buckets in seconds, from a quick
// request to the longest chunk. The library's own are made for milliseconds.
var durations = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600}

// telemetry holds the metrics of the SDK and of the project.
type telemetry struct {
	handler  client.MetricsHandler
	registry *prometheus.Registry
}

func newTelemetry(ctx context.Context, database *db.DB, replicas *replication.Scans) (*telemetry, error) {
	registry := prometheus.NewRegistry()
	exporter, err := otelprometheus.New(otelprometheus.WithRegisterer(registry), otelprometheus.WithoutScopeInfo())
	if err != nil {
		return nil, fmt.Errorf("export metrics: %w", err)
	}
	inSeconds := metric.NewView(
		metric.Instrument{Kind: metric.InstrumentKindHistogram},
		metric.Stream{Aggregation: metric.AggregationExplicitBucketHistogram{Boundaries: durations}},
	)
	meter := metric.NewMeterProvider(metric.WithReader(exporter), metric.WithView(inSeconds)).Meter("creatorpay")
	registry.MustRegister(
		replicas,
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "creatorpay_last_closed_day_timestamp_seconds",
			Help: "Midnight UTC of the newest closed day's date; 0 before any day is closed, -1 if the database does not answer.",
		}, lastClosedDay(ctx, database)),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "creatorpay_watch_log_days_ahead",
			Help: "Days after today for which the watch log has room; -1 if it has none for today, or the database does not answer.",
		}, daysAhead(ctx, database, database.Log.Log, -1)),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "creatorpay_payments_log_days_ahead",
			Help: "The same of the payments log; +Inf if it has no day, since the platform has no payments.",
		}, daysAhead(ctx, database, database.Payments.Log, math.Inf(1))),
	)
	return &telemetry{
		handler:  opentelemetry.NewMetricsHandler(opentelemetry.MetricsHandlerOptions{Meter: meter, UseMonotonicCounters: true}),
		registry: registry,
	}, nil
}

// lastClosedDay asks the database, not this worker's memory: another worker may
// have closed the day.
func lastClosedDay(ctx context.Context, database *db.DB) func() float64 {
	return func() float64 {
		ctx, cancel := context.WithTimeout(ctx, answerTimeout)
		defer cancel()
		day, found, err := database.LastClosedDay(ctx)
		switch {
		case err != nil:
			return -1
		case !found:
			return 0
		default:
			return float64(day) * (24 * time.Hour).Seconds()
		}
	}
}

// daysAhead asks the database and the clock: it is right also when no workflow
// runs. A log without any day gives the last value.
func daysAhead(ctx context.Context, database *db.DB, log *daylog.Log, withoutDays float64) func() float64 {
	return func() float64 {
		ctx, cancel := context.WithTimeout(ctx, answerTimeout)
		defer cancel()
		ahead, found, err := database.DaysAhead(ctx, log, time.Now())
		switch {
		case err != nil:
			return -1
		case !found:
			return withoutDays
		default:
			return float64(max(ahead, -1))
		}
	}
}

// serve answers /metrics, /healthz (the process lives) and /readyz (it can
// reach what it needs) until ctx ends.
func (t *telemetry) serve(ctx context.Context, address string, database *db.DB, temporal client.Client, logger *slog.Logger) error {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), answerTimeout)
		defer cancel()
		_, temporalErr := temporal.CheckHealth(ctx, &client.CheckHealthRequest{})
		// Anybody may ask, and errors name hosts and users: they go into the log.
		var away []string
		for _, part := range []struct {
			name string
			err  error
		}{{"the database", database.Ping(ctx)}, {"Temporal", temporalErr}} {
			if part.err != nil {
				logger.Warn("not ready", "part", part.name, "error", part.err)
				away = append(away, part.name)
			}
		}
		if len(away) > 0 {
			http.Error(w, "not ready: "+strings.Join(away, ", ")+"; the log says why", http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprintln(w, "ok")
	})
	server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: answerTimeout}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	logger.Info("serving metrics and health", "address", address)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve metrics: %w", err)
	}
	return nil
}
