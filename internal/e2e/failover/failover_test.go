package failover

import "testing"

// noWrites is what a step of a run says of a server that refuses to write.
const noWrites = "takes no writes now"

func TestNoLineDiffersWhenAnAcknowledgedReplicaIsPromoted(t *testing.T) {
	requireNoLineDiffers(t, startSemiSync(t), noWrites)
}

func TestNoLineDiffersWhenAGroupElectsItsNextPrimary(t *testing.T) {
	requireNoLineDiffers(t, startGroup(t), "")
}
