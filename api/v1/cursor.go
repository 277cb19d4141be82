package v1

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// cursorHash is how many bytes of a cursor say which list it is of.
const cursorHash = 9

// cursorOf is where the page after the key begins in the list that the request asks for, whose rows have the seal;
// it is empty for a list that grows. Pages of one list may differ in their limits.
func cursorOf(seal string, r request, key string) string {
	return base64.RawURLEncoding.EncodeToString(append(listHash(seal, r), key...))
}

// keyOf is the key of a cursor of the same list.
func keyOf(seal string, r request, cursor string) (string, error) {
	data, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(data) < cursorHash || !strings.HasPrefix(string(data), string(listHash(seal, r))) {
		return "", errCursor()
	}
	return string(data[cursorHash:]), nil
}

func listHash(seal string, r request) []byte {
	hash := sha256.Sum256([]byte(representationVersion + "\n" + seal + "\n" + r.with("cursor", "").with("limit", "").String()))
	return hash[:cursorHash]
}

func errCursor() error {
	return invalid(ParameterError{"query.cursor", "expected next of a page of the same list"})
}
