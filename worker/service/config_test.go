package service

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

func TestConfig_NeedsBothPartsOfAVersionOrNone(t *testing.T) {
	for _, part := range []Config{{Deployment: "creatorpay"}, {BuildID: "1"}} {
		require.ErrorContains(t, part.Validate(), "--deployment and --build-id go together")
	}
	whole := usable
	whole.Deployment, whole.BuildID = "creatorpay", "1"
	require.NoError(t, whole.Validate())
}

func TestConfig_RefusesDaysThatWouldWrapAround(t *testing.T) {
	for problem, wrong := range map[string]Config{
		"--keep-days is -1: choose 0 to 40176":                {KeepDays: -1},
		"--keep-days is 4294967295: choose 0 to 40176":        {KeepDays: 1<<32 - 1},
		"--partitions-ahead is 4294967295: choose 0 to 40176": {PartitionsAhead: 1<<32 - 1},
	} {
		require.ErrorContains(t, wrong.Validate(), problem)
	}
}

func TestConfig_PinsRunsOnlyWithAVersion(t *testing.T) {
	require.Equal(t, worker.DeploymentOptions{}, Config{}.versioning())
	require.Equal(t, worker.DeploymentOptions{
		UseVersioning:             true,
		Version:                   worker.WorkerDeploymentVersion{DeploymentName: "creatorpay", BuildID: "1"},
		DefaultVersioningBehavior: workflow.VersioningBehaviorPinned,
	}, Config{Deployment: "creatorpay", BuildID: "1"}.versioning())
}
