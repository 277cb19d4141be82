package v1

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/api/access"
	"creatorpay/api/observe"
)

// tokens are a [Guard] that knows its readers by name.
type tokens struct{}

var readers = map[string]access.Reader{
	"own":      {Subject: "own", CreatorID: own},
	"other":    {Subject: "other", CreatorID: other},
	"operator": {Subject: "operator", Operator: true},
	"no one's": {Subject: "no one's"},
}

func (tokens) Guard(refuse func(http.ResponseWriter, *http.Request, *access.Refused)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			reader, known := readers[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
			if !known {
				refuse(w, r, &access.Refused{Status: http.StatusUnauthorized, Challenge: `Bearer realm="creatorpay"`})
				return
			}
			next.ServeHTTP(w, r.WithContext(access.With(r.Context(), reader)))
		})
	}
}

// rig is a handler with its books, which are fake unless books is nil, and what it logs.
type rig struct {
	*books
	service *service
	handler http.Handler
	log     bytes.Buffer
}

func newRig(tb testing.TB) *rig {
	tb.Helper()
	return newFakeRig(tokens{})
}

// newFakeRig is a rig of fake books behind the guard.
func newFakeRig(guard Guard) *rig {
	fake := &books{videos: 3}
	r := newRigOf(fake, guard)
	r.books = fake
	return r
}

// newRigOf is a rig of the books behind the guard.
func newRigOf(books Books, guard Guard) *rig {
	r := &rig{}
	r.service = newService(books, guard, Config{Keep: 1}, slog.New(slog.NewJSONHandler(&r.log, nil)))
	r.handler = observe.New(r.service.logger).Handler(limited(r.service.mux), panicked)
	return r
}

// get asks as the creator own, with headers given as name and value in turn.
func (r *rig) get(target string, headers ...string) *httptest.ResponseRecorder {
	return r.ask(http.MethodGet, target, append([]string{"Authorization", "Bearer own"}, headers...)...)
}

func (r *rig) ask(method, target string, headers ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequestWithContext(context.Background(), method, target, nil)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response := httptest.NewRecorder()
	r.handler.ServeHTTP(response, request)
	return response
}

// problemIn is the problem that was answered.
func problemIn(t *testing.T, response *httptest.ResponseRecorder) Problem {
	t.Helper()
	require.Equal(t, contentTypeProblem, response.Header().Get("Content-Type"), response.Body.String())
	require.Equal(t, "no-store", response.Header().Get("Cache-Control"))
	require.Empty(t, response.Header().Get("ETag"))
	var p Problem
	require.NoError(t, json.NewDecoder(io.LimitReader(response.Body, 1<<16)).Decode(&p))
	require.Equal(t, response.Code, p.Status)
	return p
}

const (
	settlementPath = "/v1/creators/7/settlement?period=weekly&date=2024-05-09"
	top5Path       = "/v1/top5?period=daily&date=2024-05-09"
)
