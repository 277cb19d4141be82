package operations

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"creatorpay/internal/e2e/rig"
)

func TestReplayOfRunsInTemporalAndInFiles(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	s.RunDay(rig.Today, "--chunk-rows", "10").RequireSuccess()
	waiting := s.BeginDay(rig.DayAfterTomorrow, "--wait")
	s.WaitUntilWaiting(rig.DayAfterTomorrow, rig.Tomorrow+" is not closed")
	saved := t.TempDir()

	all := s.Starter("replay", "--save", saved).RequireSuccess()

	waiting.Kill()
	require.Regexp(t, `daily:2024-05-06 .* Daily +completed +\d+ +ok\n`, all.Stdout)
	require.Regexp(t, `daily:2024-05-08 .* Daily +running +\d+ +ok\n`, all.Stdout)
	require.Contains(t, all.Stdout, "2 histories: 2 ok")
	require.Contains(t, s.Starter("replay", "--file", saved).RequireSuccess().Stdout, "2 histories: 2 ok")
	require.Contains(t, s.Starter("replay", "--query", "ExecutionStatus = 'Running'").RequireSuccess().Stdout, "1 history: 1 ok")
	require.Contains(t, s.Starter("replay", "--workflow-id", "daily:"+rig.Today, "--run-id", s.LatestRun("daily:"+rig.Today)).RequireSuccess().Stdout, "1 history: 1 ok")
	s.Starter("replay", "--workflow-id", "daily:2024-05-01").RequireFailure("download the history of daily:2024-05-01", "not found")
}

func TestReplayFailsIfAHistoryCannotBeFollowed(t *testing.T) {
	t.Parallel()
	s := rig.New(t, rig.PlainPlatform())
	s.StartWorker()
	s.RunDay(rig.Today).RequireSuccess()
	saved := t.TempDir()
	s.Starter("replay", "--save", saved).RequireSuccess()
	paths, err := filepath.Glob(filepath.Join(saved, "*.json"))
	require.NoError(t, err)
	require.Len(t, paths, 1)
	text, err := os.ReadFile(paths[0])
	require.NoError(t, err)
	changed := strings.ReplaceAll(string(text), `"PlanDay"`, `"SketchDay"`)
	require.NoError(t, os.WriteFile(filepath.Join(saved, "changed.json"), []byte(changed), 0o600))
	stranger := strings.ReplaceAll(string(text), `"Daily"`, `"Yearly"`)
	require.NoError(t, os.WriteFile(filepath.Join(saved, "stranger.json"), []byte(stranger), 0o600))

	failed := s.Starter("replay", "--file", saved)

	failed.RequireFailure("2 of 3 histories cannot be followed")
	require.Regexp(t, ` Daily +completed +\d+ +failed\n  at event \d+: \[TMPRL1100\] .*SketchDay`, failed.Stdout)
	require.Regexp(t, ` Yearly +completed +\d+ +failed\n  at event 4: .*workflow type: Yearly`, failed.Stdout)
	require.Contains(t, failed.Stdout, "3 histories: 1 ok, 2 failed")
}

func TestReplayNamesAFileThatIsNoHistory(t *testing.T) {
	t.Parallel()
	s := rig.NewEmpty(t, rig.PlainPlatform())
	path := filepath.Join(t.TempDir(), "other.json")
	for _, text := range []string{"{}", "nonsense"} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		s.Starter("replay", "--file", path).RequireFailure(path)
	}
	s.Starter("replay", "--file", path+"x").RequireFailure(path + "x")
}

func TestReplayShowsWhereARunThatCannotBeFollowedIs(t *testing.T) {
	t.Parallel()
	s := rig.NewEmpty(t, rig.PlainPlatform())
	s.StartWorker()
	run, err := s.Dial().ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "yearly:2024", TaskQueue: "creatorpay"}, "Yearly")
	require.NoError(t, err)
	var failed rig.Outcome
	rig.WaitUntil(t, "a worker has tried", func() bool {
		failed = s.Starter("replay")
		return failed.Code != 0
	})

	failed.RequireFailure("1 of 1 history cannot be followed")
	require.Contains(t, failed.Stdout, s.Temporal.UIURL+"/namespaces/"+s.Namespace+"/workflows/yearly:2024/"+run.GetRunID()+"/history")
}
