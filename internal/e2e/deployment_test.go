package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
)

func TestRunKeepsToTheBuildThatBeganIt(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	p.Play(10, 1, tomorrow+" 12:00:00", 60, 1)
	p.Play(10, 1, dayAfterTomorrow+" 12:00:00", 60, 1)
	s := newSystem(t, p)
	s.startBuild("1")
	s.runDay(today).requireSuccess()
	waiting := s.beginDay(dayAfterTomorrow, "--wait")
	s.waitUntilWaiting(dayAfterTomorrow, tomorrow+" is not closed")

	s.startBuild("2")
	s.runDay(tomorrow).requireSuccess()

	waiting.wait().requireSuccess()
	require.Equal(t, "1", s.buildOf("daily:"+today))
	require.Equal(t, "2", s.buildOf("daily:"+tomorrow))
	require.Equal(t, "1", s.buildOf("daily:"+dayAfterTomorrow))
}

// startBuild starts a worker of a build and makes that the current one.
func (s *system) startBuild(id string) {
	s.t.Helper()
	const deployment = "creatorpay"
	s.startWorker("WORKER_DEPLOYMENT="+deployment, "WORKER_BUILD_ID="+id)
	handle := s.dial().WorkerDeploymentClient().GetHandle(deployment)
	waitUntil(s.t, "build "+id+" is current", func() bool {
		// Temporal refuses it until the worker has asked for work.
		_, err := handle.SetCurrentVersion(s.t.Context(), client.WorkerDeploymentSetCurrentVersionOptions{BuildID: id})
		return err == nil
	})
}

// buildOf is the build that the workflow's latest run keeps to.
func (s *system) buildOf(workflow string) string {
	s.t.Helper()
	description, err := s.dial().DescribeWorkflowExecution(s.t.Context(), workflow, "")
	require.NoError(s.t, err)
	return description.GetWorkflowExecutionInfo().GetVersioningInfo().GetDeploymentVersion().GetBuildId()
}
