package access

import (
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/go-chi/httprate"
)

// limits are those of this process; the limiters are nil where there is none.
type limits struct {
	subjects *httprate.RateLimiter // requests of one subject
	failures *httprate.RateLimiter // of one address
}

// window is what a rate counts over.
const window = time.Minute

func newLimits(rate int) limits {
	if rate == 0 {
		return limits{}
	}
	silent := httprate.WithResponseHeaders(httprate.ResponseHeaders{}) // Refused says it
	return limits{
		subjects: httprate.NewRateLimiter(rate, window, silent),
		failures: httprate.NewRateLimiter(rate, window, silent),
	}
}

// tooMany refuses what the limiter does not let pass; nil lets pass.
func tooMany(limiter *httprate.RateLimiter, w http.ResponseWriter, r *http.Request, key string) *Refused {
	if limiter == nil || !limiter.OnLimit(w, r, key) {
		return nil
	}
	return &Refused{Status: http.StatusTooManyRequests, RetryAfter: window, Reason: "too many requests"}
}

// Guard lets requests through of whom is known who sends them, with the [Reader]
// in their context ([From]). All others are answered by refuse, which sets the
// headers of [Refused.SetHeaders].
//
// Failures are counted by address after the token was looked at, since behind a
// balancer all come from one address: those of others take nothing from who has a
// good one.
func (a *Access) Guard(refuse func(w http.ResponseWriter, r *http.Request, why *Refused)) func(next http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			reader, err := a.Identify(r)
			var why *Refused
			if errors.As(err, &why) {
				why = a.failed(w, r, why)
			} else {
				why = tooMany(a.limits.subjects, w, r, reader.Subject)
			}
			if why != nil {
				refuse(w, r, why)
				return
			}
			next.ServeHTTP(w, r.WithContext(With(r.Context(), reader)))
		})
	}
}

// failed counts and logs a failure of the request's address, and is what it is told:
// why, or that it has failed too often. That the issuer is away is none of it, and
// is logged with each fetch.
func (a *Access) failed(w http.ResponseWriter, r *http.Request, why *Refused) *Refused {
	if errors.Is(why, errNoKeys) {
		return why
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if limited := tooMany(a.limits.failures, w, r, httprate.CanonicalizeIP(host)); limited != nil {
		return limited
	}
	a.logger.InfoContext(r.Context(), "request refused", "status", why.Status, "reason", why.Reason)
	return why
}
