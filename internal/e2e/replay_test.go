package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
)

func TestReplayOfRunsInTemporalAndInFiles(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker()
	s.runDay(today, "--chunk-rows", "10").requireSuccess()
	waiting := s.beginDay(dayAfterTomorrow, "--wait")
	s.waitUntilWaiting(dayAfterTomorrow, tomorrow+" is not closed")
	saved := t.TempDir()

	all := s.starter("replay", "--save", saved).requireSuccess()

	waiting.kill()
	require.Regexp(t, `daily:2024-05-06 .* Daily +completed +\d+ +ok\n`, all.stdout)
	require.Regexp(t, `daily:2024-05-08 .* Daily +running +\d+ +ok\n`, all.stdout)
	require.Contains(t, all.stdout, "2 histories: 2 ok")
	require.Contains(t, s.starter("replay", "--file", saved).requireSuccess().stdout, "2 histories: 2 ok")
	require.Contains(t, s.starter("replay", "--query", "ExecutionStatus = 'Running'").requireSuccess().stdout, "1 history: 1 ok")
	require.Contains(t, s.starter("replay", "--workflow-id", "daily:"+today, "--run-id", s.latestRun("daily:"+today)).requireSuccess().stdout, "1 history: 1 ok")
	s.starter("replay", "--workflow-id", "daily:2024-05-01").requireFailure("download the history of daily:2024-05-01", "not found")
}

func TestReplayFailsIfAHistoryCannotBeFollowed(t *testing.T) {
	t.Parallel()
	s := newSystem(t, plainPlatform())
	s.startWorker()
	s.runDay(today).requireSuccess()
	saved := t.TempDir()
	s.starter("replay", "--save", saved).requireSuccess()
	paths, err := filepath.Glob(filepath.Join(saved, "*.json"))
	require.NoError(t, err)
	require.Len(t, paths, 1)
	text, err := os.ReadFile(paths[0])
	require.NoError(t, err)
	changed := strings.ReplaceAll(string(text), `"PlanDay"`, `"SketchDay"`)
	require.NoError(t, os.WriteFile(filepath.Join(saved, "changed.json"), []byte(changed), 0o600))
	stranger := strings.ReplaceAll(string(text), `"Daily"`, `"Yearly"`)
	require.NoError(t, os.WriteFile(filepath.Join(saved, "stranger.json"), []byte(stranger), 0o600))

	failed := s.starter("replay", "--file", saved)

	failed.requireFailure("2 of 3 histories cannot be followed")
	require.Regexp(t, ` Daily +completed +\d+ +failed\n  at event \d+: \[TMPRL1100\] .*SketchDay`, failed.stdout)
	require.Regexp(t, ` Yearly +completed +\d+ +failed\n  at event 4: .*workflow type: Yearly`, failed.stdout)
	require.Contains(t, failed.stdout, "3 histories: 1 ok, 2 failed")
}

func TestReplayNamesAFileThatIsNoHistory(t *testing.T) {
	t.Parallel()
	s := newEmptySystem(t, plainPlatform())
	path := filepath.Join(t.TempDir(), "other.json")
	for _, text := range []string{"{}", "nonsense"} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		s.starter("replay", "--file", path).requireFailure(path)
	}
	s.starter("replay", "--file", path+"x").requireFailure(path + "x")
}

func TestReplayShowsWhereARunThatCannotBeFollowedIs(t *testing.T) {
	t.Parallel()
	s := newEmptySystem(t, plainPlatform())
	s.startWorker()
	run, err := s.dial().ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "yearly:2024", TaskQueue: "creatorpay"}, "Yearly")
	require.NoError(t, err)
	var failed outcome
	waitUntil(t, "a worker has tried", func() bool {
		failed = s.starter("replay")
		return failed.code != 0
	})

	failed.requireFailure("1 of 1 history cannot be followed")
	require.Contains(t, failed.stdout, s.temporal.UIURL+"/namespaces/"+s.namespace+"/workflows/yearly:2024/"+run.GetRunID()+"/history")
}
