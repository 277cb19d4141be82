package templates

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
)

// What was mailed of a creator who sells nothing is drawn again to the byte: its
// hash was stored when it was first drawn.
func TestDocumentsWithoutPaymentsStayByteForByte(t *testing.T) {
	renderer := renderer(t)
	for name, document := range map[string]struct {
		statement *Statement
		sha256    string
	}{
		"ko":      {sample(Korean, 3), "b91a94f75a26d912e7f1fe69f098fc6a4b120ebdcf7b8ab9b3094ad7dcfe0bd1"},
		"en late": {withLate(sample(English, 9), 2), "6e38b0a58316ec9f88d7801f1a6ca4a99fc3fe3980dd799b21e9c6df4a97ee67"},
		"nothing": {sample(English, 0), "5d0cf0b404b3ea8a90e514f36da9037319c67663947b90bf388a9f2f6aca97ba"},
	} {
		t.Run(name, func(t *testing.T) {
			drawn, err := renderer.Payout(t.Context(), document.statement)
			require.NoError(t, err)
			sum := sha256.Sum256(drawn)
			require.Equal(t, document.sha256, hex.EncodeToString(sum[:]))
		})
	}
}
