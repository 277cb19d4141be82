package operations

import (
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/rig"
	"creatorpay/internal/localstack"
)

func TestDevWithReplicasAnswersAndShowsThem(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	dev := rig.Start(t, nil, "starter", "dev", "--dir", dir, "--replicas", "2")
	rig.WaitUntil(t, "the stack is up", func() bool {
		require.False(t, dev.HasEnded(), "the stack has ended")
		return strings.Contains(dev.Stdout.String(), "Stop with ^C.")
	})

	sourced, err := exec.Command("sh", "-c", `set -a; . "$0"; env`, localstack.EnvFile(dir)).Output() // as the README says
	require.NoError(t, err)
	settings := strings.Split(strings.TrimSpace(string(sourced)), "\n")
	value := func(name string) string {
		for _, setting := range settings {
			if value, found := strings.CutPrefix(setting, name+"="); found {
				return value
			}
		}
		return ""
	}
	require.Len(t, strings.Fields(value("MYSQL_REPLICA_DSNS")), 2)

	token := rig.Start(t, settings, "starter", "token", "--operator", "--dir", dir).Wait()
	require.Zero(t, token.Code, token.Stderr)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, value("API_URL")+"/v1/periods?kind=daily&from=2024-05-01&to=2024-05-31", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(token.Stdout))
	rig.WaitUntil(t, "the api answers", func() bool {
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			return false
		}
		defer answer.Body.Close()
		require.Contains(t, []int{http.StatusOK, http.StatusServiceUnavailable}, answer.StatusCode)
		return answer.StatusCode == http.StatusOK
	})

	rig.WaitUntil(t, "both replicas follow", func() bool {
		status := rig.Start(t, settings, "starter", "status").Wait()
		require.Zero(t, status.Code, status.Stderr)
		return strings.Count(status.Stdout, "follows 127.0.0.1") == 2
	})
	require.NoError(t, dev.Signal(syscall.SIGINT))
	outcome := dev.Wait()
	require.Zero(t, outcome.Code, outcome.Stderr)
}
