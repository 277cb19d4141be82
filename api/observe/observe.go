// Package observe sees what becomes of requests: it gives each an id, measures it,
// logs it, and catches its panic.
package observe

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// durations are the borders of the histogram's buckets in seconds, from a kept
// answer to the longest request.
var durations = []float64{.0005, .001, .0025, .005, .01, .02, .05, .1, .25, .5, 1, 2.5, 10}

// Requests see what becomes of requests. They are the [prometheus.Collector] of
// what they measure, and safe for concurrent use.
type Requests struct {
	*prometheus.HistogramVec
	logger *slog.Logger
}

// New sees no request yet.
func New(logger *slog.Logger) *Requests {
	return &Requests{
		HistogramVec: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "creatorpay_api_requests_seconds",
			Help:    "How long requests took, by the pattern of their path and the status of their answer.",
			Buckets: durations,
		}, []string{"route", "status"}),
		logger: logger,
	}
}

// Handler is next, seen. A request whose handler panics before it has answered
// is answered by failed; after that its answer is broken off.
//
// Requests are logged at the level debug, with the pattern of their path: ids,
// parameters and tokens are not for the log.
func (o *Requests) Handler(next http.Handler, failed http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, seen := time.Now(), &answer{ResponseWriter: w}
		r = r.WithContext(context.WithValue(r.Context(), idKey{}, rand.Text()))
		defer o.note(seen, r, began)
		defer o.catch(seen, r, failed)
		next.ServeHTTP(seen, r)
	})
}

// note measures and logs what was answered.
func (o *Requests) note(seen *answer, r *http.Request, began time.Time) {
	took := time.Since(began)
	o.WithLabelValues(r.Pattern, strconv.Itoa(seen.status)).Observe(took.Seconds())
	o.logger.DebugContext(r.Context(), "request",
		"route", r.Pattern, "status", seen.status, "bytes", seen.bytes, "duration", took, "request_id", ID(r.Context()))
}

// catch answers a panic.
func (o *Requests) catch(seen *answer, r *http.Request, failed http.HandlerFunc) {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler { //nolint:errorlint // the value itself, as net/http compares it
		panic(cause)
	}
	o.logger.ErrorContext(r.Context(), "a request panicked", "request_id", ID(r.Context()), "cause", cause, "stack", string(debug.Stack()))
	if seen.status != 0 {
		panic(http.ErrAbortHandler)
	}
	failed(seen, r)
}

type idKey struct{}

// ID is the id of the request that ctx is of; empty if it is of none that was
// seen. It is for the log, and for who asks about an answer.
func ID(ctx context.Context) string {
	id, _ := ctx.Value(idKey{}).(string)
	return id
}

// answer is a [http.ResponseWriter] that remembers what was answered.
type answer struct {
	http.ResponseWriter
	status int // 0 before the header was written
	bytes  int64
}

// Unwrap serves [http.ResponseController].
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// WriteHeader remembers the status.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (a *answer) Write(data []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(data)
	a.bytes += int64(n)
	return n, err
}
