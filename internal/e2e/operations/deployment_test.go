package operations

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"creatorpay/internal/e2e/rig"
)

func TestRunKeepsToTheBuildThatBeganIt(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	p.Play(10, 1, rig.Tomorrow+" 12:00:00", 60, 1)
	p.Play(10, 1, rig.DayAfterTomorrow+" 12:00:00", 60, 1)
	s := rig.New(t, p)
	startBuild(s, "1")
	s.RunDay(rig.Today).RequireSuccess()
	waiting := s.BeginDay(rig.DayAfterTomorrow, "--wait")
	s.WaitUntilWaiting(rig.DayAfterTomorrow, rig.Tomorrow+" is not closed")

	startBuild(s, "2")
	s.RunDay(rig.Tomorrow).RequireSuccess()

	waiting.Wait().RequireSuccess()
	require.Equal(t, "1", buildOf(s, "daily:"+rig.Today))
	require.Equal(t, "2", buildOf(s, "daily:"+rig.Tomorrow))
	require.Equal(t, "1", buildOf(s, "daily:"+rig.DayAfterTomorrow))
}

// startBuild starts a worker of a build and makes that the current one.
func startBuild(s *rig.System, id string) {
	s.T.Helper()
	const deployment = "creatorpay"
	s.StartWorker("WORKER_DEPLOYMENT="+deployment, "WORKER_BUILD_ID="+id)
	handle := s.Dial().WorkerDeploymentClient().GetHandle(deployment)
	rig.WaitUntil(s.T, "build "+id+" is current", func() bool {
		// Temporal refuses it until the worker has asked for work.
		_, err := handle.SetCurrentVersion(s.T.Context(), client.WorkerDeploymentSetCurrentVersionOptions{BuildID: id})
		return err == nil
	})
}

// buildOf is the build that the workflow's latest run keeps to.
func buildOf(s *rig.System, workflow string) string {
	s.T.Helper()
	description, err := s.Dial().DescribeWorkflowExecution(s.T.Context(), workflow, "")
	require.NoError(s.T, err)
	return description.GetWorkflowExecutionInfo().GetVersioningInfo().GetDeploymentVersion().GetBuildId()
}
