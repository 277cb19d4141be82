package observe

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
)

// see serves one request for the address through an observed mux with the pattern.
func see(t *testing.T, pattern, address string, handle http.HandlerFunc) (*httptest.ResponseRecorder, *Requests, string) {
	t.Helper()
	var log bytes.Buffer
	o := New(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	mux := http.NewServeMux()
	mux.HandleFunc(pattern, handle)
	recorder := httptest.NewRecorder()
	o.Handler(mux, func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "failed: "+ID(r.Context()), http.StatusInternalServerError)
	}).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, address, nil))
	return recorder, o, log.String()
}

func TestARequestIsMeasuredByThePatternOfItsPath(t *testing.T) {
	_, o, _ := see(t, "GET /creators/{id}", "/creators/7?token=secret", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	require.Equal(t, 1, testutil.CollectAndCount(o))
	require.NotPanics(t, func() { require.True(t, o.DeleteLabelValues("GET /creators/{id}", "418")) })
}

func TestTheLogHasNeitherIDsNorParameters(t *testing.T) {
	_, _, log := see(t, "GET /creators/{id}", "/creators/777?token=secret", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("1234")) })
	require.Contains(t, log, `route="GET /creators/{id}" status=200 bytes=4`)
	require.NotContains(t, log, "777")
	require.NotContains(t, log, "secret")
}

func TestAPanicIsAnsweredAndLoggedUnderTheRequestsID(t *testing.T) {
	recorder, _, log := see(t, "GET /", "/", func(http.ResponseWriter, *http.Request) { panic("broken") })
	require.Equal(t, http.StatusInternalServerError, recorder.Code)
	require.Contains(t, log, "cause=broken")
	require.Contains(t, log, "request_id="+recorder.Body.String()[len("failed: "):len(recorder.Body.String())-1])
}

func TestAPanicAfterAnAnswerHasBegunBreaksItOff(t *testing.T) {
	require.PanicsWithValue(t, http.ErrAbortHandler, func() {
		see(t, "GET /", "/", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("half"))
			panic("broken")
		})
	})
}
