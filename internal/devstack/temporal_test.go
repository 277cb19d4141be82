package devstack

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
)

func TestTemporalRunsSurviveKillAndRestart(t *testing.T) {
	server := startTemporal(t)
	address, uiURL := server.Address, server.UIURL
	run, err := dial(t, server).ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "kept", TaskQueue: "q"}, "any")
	require.NoError(t, err, "the default namespace is usable at once")

	require.NoError(t, server.Kill())
	require.NoError(t, server.Restart(t.Context()))

	require.Equal(t, []string{address, uiURL}, []string{server.Address, server.UIURL})
	found, err := dial(t, server).DescribeWorkflowExecution(t.Context(), "kept", run.GetRunID())
	require.NoError(t, err)
	require.Equal(t, enums.WORKFLOW_EXECUTION_STATUS_RUNNING, found.GetWorkflowExecutionInfo().GetStatus())
}

func TestTemporalServesItsUI(t *testing.T) {
	server := startTemporal(t)

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.UIURL, nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
}

func TestTemporalStopIsOrderly(t *testing.T) {
	server := startTemporal(t)

	require.NoError(t, server.Stop())
	require.NoError(t, server.Stop(), "stopping a stopped server does nothing")
}

func TestTemporalStartErrorNamesTheCure(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Chdir(t.TempDir())

	_, err := StartTemporal(t.Context(), t.TempDir())

	require.ErrorContains(t, err, "make setup")
}

func startTemporal(t *testing.T) *Temporal {
	t.Helper()
	server, err := StartTemporal(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Kill()) })
	return server
}

func dial(t *testing.T, server *Temporal) client.Client {
	t.Helper()
	c, err := client.DialContext(t.Context(), client.Options{HostPort: server.Address})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}
