package failover

import "testing"

// noWrites is what a step of a run says of a server that refuses to write.
const noWrites = "takes no writes now"

func TestNoLineDiffersWhenAnAcknowledgedReplicaIsPromoted(t *testing.T) {
	for _, waitPoint := range []string{"AFTER_SYNC", "AFTER_COMMIT"} {
		t.Run(waitPoint, func(t *testing.T) { requireNoLineDiffers(t, startSemiSync(t, waitPoint), noWrites) })
	}
}

func TestNoLineDiffersWhenAGroupElectsItsNextPrimary(t *testing.T) {
	requireNoLineDiffers(t, startGroup(t), "")
}

func TestNoLineDiffersWhenAnotherNodeOfGaleraIsWrittenThrough(t *testing.T) {
	requireNoLineDiffers(t, startGalera(t), "while the programs write through")
}
