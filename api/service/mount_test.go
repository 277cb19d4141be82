package service

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"creatorpay/api/access"
	"creatorpay/api/answers"
	"creatorpay/api/observe"
	"creatorpay/db/copies"
	"creatorpay/templates"
)

// handlers are what a process answers operators and the public with, while its database is away.
func handlers(t *testing.T) (h *health, public http.Handler) {
	t.Helper()
	var config Config
	_ = kong.ApplyDefaults(&config) // fails, as it does not know the database
	logger := slog.New(slog.DiscardHandler)
	from, err := copies.Open("root@tcp(127.0.0.1:1)/down", nil, config.Copies, logger)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, from.Close()) })
	config.Access.Issuer = "https://issuer.example"
	readers, err := access.New(config.Access, logger)
	require.NoError(t, err)
	renderer, err := templates.NewRenderer()
	require.NoError(t, err)
	return newHealth(from, logger), mount(answers.New(from, renderer, 0), readers, observe.New(logger), config, logger)
}

func statusOf(of http.Handler, method, path string) int {
	response := httptest.NewRecorder()
	of.ServeHTTP(response, httptest.NewRequest(method, path, nil))
	return response.Code
}

func TestAProcessWithoutADatabaseLivesAndWantsNoRequests(t *testing.T) {
	h, _ := handlers(t)
	operators := h.handler()
	require.Equal(t, http.StatusOK, statusOf(operators, http.MethodGet, "/healthz"))
	require.Equal(t, http.StatusOK, statusOf(operators, http.MethodGet, "/metrics"))
	require.Equal(t, http.StatusServiceUnavailable, statusOf(operators, http.MethodGet, "/readyz"))

	h.usable.Store(true)
	require.Equal(t, http.StatusOK, statusOf(operators, http.MethodGet, "/readyz"))
	require.Equal(t, http.StatusOK, statusOf(operators, http.MethodGet, "/healthz"))
}

func TestThePublicHasNoneOfThePathsOfOperators(t *testing.T) {
	_, public := handlers(t)
	for _, path := range []string{"/metrics", "/healthz", "/readyz", "/debug/pprof/"} {
		require.Equal(t, http.StatusNotFound, statusOf(public, http.MethodGet, path), path)
	}
	require.Equal(t, http.StatusOK, statusOf(public, http.MethodGet, "/openapi.json"))
	require.Equal(t, http.StatusOK, statusOf(public, http.MethodGet, "/sign-in"))
}
