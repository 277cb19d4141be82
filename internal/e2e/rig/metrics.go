package rig

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// Metrics is what the program that listens on the address tells at /metrics.
func Metrics(t testing.TB, address string) string {
	t.Helper()
	response, err := http.Get("http://" + address + "/metrics")
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	metrics, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(metrics)
}
