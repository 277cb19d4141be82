package access

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// Refused is why a request is not answered.
type Refused struct {
	// Status is 400 for what is no request with one token, 401 without one that is
	// good, 429 for too many requests, 503 for a token that cannot be checked now.
	Status int
	// Challenge is the WWW-Authenticate of the answer (RFC 6750); empty for none.
	Challenge string
	// RetryAfter is when to ask again; 0 says nothing.
	RetryAfter time.Duration
	// Reason is for the log, and has nothing of what came with the request.
	Reason string

	cause error
}

// Error gives the reason.
func (r *Refused) Error() string { return r.Reason }

// Unwrap gives the error behind it, such as [link.ErrExpired]; nil if there is none.
func (r *Refused) Unwrap() error { return r.cause }

// SetHeaders sets what the answer has beside its body.
func (r *Refused) SetHeaders(header http.Header) {
	if r.Challenge != "" {
		header.Set("WWW-Authenticate", r.Challenge)
	}
	if r.RetryAfter > 0 {
		SetRetryAfter(header, r.RetryAfter)
	}
}

// SetRetryAfter tells the client to ask again after the time: whole seconds, rounded up,
// one at least.
func SetRetryAfter(header http.Header, wait time.Duration) {
	header.Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(wait.Seconds())))))
}

// The challenges. A request without a token is told no error code.
const (
	challenge        = `Bearer realm="creatorpay"`
	challengeRequest = challenge + `, error="invalid_request"`
	challengeToken   = challenge + `, error="invalid_token"`
)

// unidentified refuses a request that shows nothing that could be checked.
func unidentified(reason string) *Refused {
	return &Refused{Status: http.StatusUnauthorized, Challenge: challenge, Reason: reason}
}

// badRequest refuses a request whose token cannot be told.
func badRequest(reason string) *Refused {
	return &Refused{Status: http.StatusBadRequest, Challenge: challengeRequest, Reason: reason}
}

// badToken refuses a token or a cookie that is not good.
func badToken(reason string, cause error) *Refused {
	return &Refused{Status: http.StatusUnauthorized, Challenge: challengeToken, Reason: reason, cause: cause}
}

// uncheckable refuses a token that may be good, but cannot be checked now.
func uncheckable(reason string, cause error, retryAfter time.Duration) *Refused {
	return &Refused{Status: http.StatusServiceUnavailable, RetryAfter: retryAfter, Reason: reason, cause: cause}
}
