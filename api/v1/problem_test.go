package v1

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/api/access"
	"creatorpay/db/copies"
)

func TestNamesAndStatusesOfProblemsAreAContract(t *testing.T) {
	contract := map[string]int{}
	for _, kind := range problemTypes {
		contract[kind.uri()] = kind.status
	}
	require.Equal(t, map[string]int{
		"/problems/bad-request": 400, "/problems/unauthorized": 401, "/problems/not-found": 404, "/problems/method-not-allowed": 405,
		"/problems/period-not-closed": 409, "/problems/unwanted-body": 413, "/problems/uri-too-long": 414, "/problems/invalid-parameter": 422,
		"/problems/rate-limited": 429, "/problems/internal": 500, "/problems/unavailable": 503,
	}, contract)
}

func TestEachProblemIsExplainedAtItsAddress(t *testing.T) {
	rig := newRig(t)
	for _, kind := range problemTypes {
		response := rig.ask(http.MethodGet, kind.uri())
		require.Equal(t, http.StatusOK, response.Code)
		require.Contains(t, response.Body.String(), kind.help)
	}
	require.Equal(t, http.StatusNotFound, problemIn(t, rig.ask(http.MethodGet, "/problems/none")).Status)
}

func TestAnAddressThatIsNoneIsNotFound(t *testing.T) {
	for _, target := range []string{
		"/v1", "/v1/", "/v1/nothing", "/v1/top5/", "//v1/top5", "/v1//top5", "/v1/./top5", "/v1/x/../top5", "/openapi.json/", "/problems/", "/openapi.yaml", "/docs",
		"/schemas/Top5.json", "/v1/creators//statements", "/v1/creators/7", "/v1/TOP5",
	} {
		p := problemIn(t, newRig(t).get(target))
		require.Equal(t, "/problems/not-found", p.Type, target)
	}
}

func TestOnlyReadingIsAllowed(t *testing.T) {
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace, http.MethodConnect, "BREW"} {
		for _, target := range []string{top5Path, "/openapi.json", "/problems/not-found", "/v1/creators/8/statements/2024-W19/top5.pdf"} {
			response := newRig(t).ask(method, target)
			require.Equal(t, "GET, HEAD", response.Header().Get("Allow"), "%s %s", method, target)
			require.Equal(t, "/problems/method-not-allowed", problemIn(t, response).Type)
		}
	}
}

// untouched is a body that must not be read.
type untouched struct{ *testing.T }

func (u untouched) Read([]byte) (int, error) {
	u.Error("the body was read")
	return 0, errors.New("read")
}

func TestABodyIsRefusedUnread(t *testing.T) {
	for _, length := range []int64{1, -1, 1 << 40} {
		request := httptest.NewRequest(http.MethodGet, top5Path, untouched{t})
		request.ContentLength = length
		response := httptest.NewRecorder()
		newRig(t).handler.ServeHTTP(response, request)
		require.Equal(t, "/problems/unwanted-body", problemIn(t, response).Type)
	}
}

func TestAnAddressHasALimit(t *testing.T) {
	p := problemIn(t, newRig(t).get(top5Path+"&x="+strings.Repeat("x", maxAddress)))
	require.Equal(t, http.StatusRequestURITooLong, p.Status)
}

func TestWhoIsNotLetInIsToldWhy(t *testing.T) {
	tests := []struct {
		refused access.Refused
		problem string
		header  string
		value   string
	}{
		{access.Refused{Status: 401, Challenge: `Bearer error="invalid_token"`}, "/problems/unauthorized", "WWW-Authenticate", `Bearer error="invalid_token"`},
		{access.Refused{Status: 400, Challenge: `Bearer error="invalid_request"`}, "/problems/bad-request", "WWW-Authenticate", `Bearer error="invalid_request"`},
		{access.Refused{Status: 429, RetryAfter: time.Minute}, "/problems/rate-limited", "Retry-After", "60"},
		{access.Refused{Status: 503, RetryAfter: time.Second}, "/problems/unavailable", "Retry-After", "1"},
	}
	for _, test := range tests {
		test.refused.Reason = "secret"
		response := httptest.NewRecorder()
		refusal(&test.refused).write(response)
		require.Equal(t, test.value, response.Header().Get(test.header))
		require.NotContains(t, response.Body.String(), "secret")
		require.Equal(t, test.problem, problemIn(t, response).Type)
	}
}

func TestWithoutACopyTheClientIsToldWhenToAskAgain(t *testing.T) {
	for wait, seconds := range map[time.Duration]string{0: "1", time.Second: "1", 1200 * time.Millisecond: "2", 10 * time.Second: "10"} {
		rig := newRig(t)
		rig.fail = &copies.Unavailable{RetryAfter: wait}
		response := rig.get(top5Path)
		require.Equal(t, seconds, response.Header().Get("Retry-After"))
		require.Equal(t, "/problems/unavailable", problemIn(t, response).Type)
	}
}

func TestOurOwnFaultIsLoggedUnderTheIDThatTheClientIsGiven(t *testing.T) {
	for rule, arrange := range map[string]func(*rig){
		"error": func(r *rig) { r.fail = errors.New("table creators has 12 secrets") },
		"panic": func(r *rig) { r.answer = func() { panic("table creators has 12 secrets") } },
	} {
		for _, target := range []string{top5Path, "/v1/creators/7/statements"} {
			t.Run(rule+" "+target, func(t *testing.T) {
				rig := newRig(t)
				arrange(rig)
				response := rig.get(target)
				require.NotContains(t, response.Body.String(), "secrets")
				p := problemIn(t, response)
				require.Equal(t, "/problems/internal", p.Type)
				require.Contains(t, rig.log.String(), "12 secrets")
				require.Contains(t, rig.log.String(), p.RequestID)
				rig.fail, rig.answer = nil, nil
				require.Equal(t, http.StatusOK, rig.get(target).Code, "a failure is not kept")
			})
		}
	}
}

func TestAClientWhoLeavesIsNoFailure(t *testing.T) {
	rig := newRig(t)
	ctx, leave := context.WithCancel(t.Context())
	rig.answer = leave
	rig.fail = context.Canceled
	request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/v1/creators/7/statements", nil)
	request.Header.Set("Authorization", "Bearer own")
	require.PanicsWithError(t, http.ErrAbortHandler.Error(), func() { rig.handler.ServeHTTP(httptest.NewRecorder(), request) })
	require.NotContains(t, rig.log.String(), "ERROR")
}
