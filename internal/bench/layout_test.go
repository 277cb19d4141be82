package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLayoutSaysWhatDiffersFromOneWorkerWithAllCores(t *testing.T) {
	require.Empty(t, layout{Workers: 1}.String())
	require.Equal(t, "the database kept to core 0, all else kept to core 0, 2 replicas kept to core 1, scanned",
		layout{DatabaseCores: "0", WorkerCores: "0", ReplicaCores: "1", Workers: 1, Replicas: 2, Scan: true}.String())
	require.Equal(t, "2 workers, 1 replica", layout{Workers: 2, Replicas: 1}.String())
}

func TestReplicasThatAreNotThereAreNotScanned(t *testing.T) {
	require.ErrorContains(t, measureCommand{layout: layout{Scan: true}}.Validate(), "there are no replicas (--replicas)")
	require.ErrorContains(t, measureCommand{layout: layout{ReplicaCores: "1"}}.Validate(), "there are no replicas (--replicas)")
	require.NoError(t, measureCommand{layout: layout{Replicas: 1, ReplicaCores: "1", Scan: true}}.Validate())
}
