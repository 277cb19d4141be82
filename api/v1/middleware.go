package v1

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"path"
	"runtime/debug"
	"time"
)

// maxAddress is how many bytes an address may have: the longest path with all its parameters needs about 200.
const maxAddress = 2048

// limited refuses what no path takes, before anything looks at it.
func limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		switch {
		case len(r.RequestURI) > maxAddress:
			tooLong.problem("").write(w)
		case r.ContentLength != 0: // -1 is one of unknown length; it is not read
			unwantedBody.problem("").write(w)
		case path.Clean(r.URL.Path) != r.URL.Path || r.URL.Path[0] != '/': // an answer has one address
			nothing().write(w)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// answer is a [http.ResponseWriter] that remembers what was answered.
type answer struct {
	http.ResponseWriter
	id     string // of the request, for the log
	status int    // 0 before the header was written
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

// logged logs each request with the pattern of its path: ids, parameters and tokens are not for the log.
func logged(logger *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, began := r.Context(), time.Now()
		a := &answer{ResponseWriter: w, id: rand.Text()}
		defer func() {
			logger.LogAttrs(ctx, slog.LevelInfo, "request",
				slog.String("route", r.Pattern), slog.Int("status", a.status), slog.Duration("duration", time.Since(began)),
				slog.Int64("bytes", a.bytes), slog.String("request_id", a.id))
		}()
		next.ServeHTTP(a, r)
	})
}

// recovered answers a panic with [internal], or breaks off what was being answered.
func recovered(logger *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler { //nolint:errorlint // the value itself, as net/http compares it
				panic(cause)
			}
			a, _ := w.(*answer)
			logger.ErrorContext(ctx, "a request panicked", "request_id", a.id, "cause", cause, "stack", string(debug.Stack()))
			if a.status != 0 {
				panic(http.ErrAbortHandler)
			}
			p := internal.problem("")
			p.RequestID = a.id
			p.write(w)
		}()
		next.ServeHTTP(w, r)
	})
}
