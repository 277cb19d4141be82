package failover

import "testing"

// noWrites is what a step of a run says of a server that refuses to write.
const noWrites = "takes no writes now"

// otherNode is what it says of a node of Galera through which the programs do not write.
const otherNode = "while the programs write through"

func TestNoLineDiffersWhenAnAcknowledgedReplicaIsPromoted(t *testing.T) {
	requireNoLineDiffers(t, startSemiSync(t), noWrites)
}

func TestNoLineDiffersWhenAGroupElectsItsNextPrimary(t *testing.T) {
	requireNoLineDiffers(t, startGroup(t), "")
}

func TestNoLineDiffersWhenTheNodeOfGaleraThatIsWrittenThroughIsKilled(t *testing.T) {
	requireNoLineDiffers(t, startGalera(t), otherNode)
}
