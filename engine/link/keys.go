package link

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// keyBytes is the length of a key: that of the hash, beyond which a longer one
// adds nothing.
const keyBytes = 32

// Keys sign and verify. The first signs, all verify: a new key is put before the
// old one, and the old one is taken out when nothing that it signed has to be good
// any more. The zero value verifies nothing and must not sign.
type Keys struct{ keys []key }

type key struct {
	id     string
	secret []byte
}

// keyID is a name that stands in addresses as it is, between dots.
var keyID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,16}$`)

// urlAlphabet writes base64 as base64url.
var urlAlphabet = strings.NewReplacer("+", "-", "/", "_")

// ParseKeys reads keys of the form "name:key,name:key", each key 32 bytes in
// base64 of either alphabet, with or without padding. Its errors name the place
// and never quote what is there: it may be a key.
func ParseKeys(text string) (Keys, error) {
	var keys Keys
	seen := make(map[string]bool)
	for i, part := range strings.Split(text, ",") {
		id, encoded, found := strings.Cut(strings.TrimSpace(part), ":")
		if !found {
			return Keys{}, fmt.Errorf("key %d is not of the form name:key", i+1)
		}
		if !keyID.MatchString(id) {
			return Keys{}, fmt.Errorf("the name of key %d is not 1 to 16 of the characters A-Z, a-z, 0-9, _ and -", i+1)
		}
		if seen[id] {
			return Keys{}, fmt.Errorf("key %d has the name of an earlier one; give each a name of its own", i+1)
		}
		seen[id] = true
		secret, err := base64.RawURLEncoding.DecodeString(urlAlphabet.Replace(strings.TrimRight(encoded, "=")))
		if err != nil {
			return Keys{}, fmt.Errorf("key %d is not base64: openssl rand -base64 %d makes one", i+1, keyBytes)
		}
		if len(secret) != keyBytes {
			return Keys{}, fmt.Errorf("key %d has %d bytes; it must have %d", i+1, len(secret), keyBytes)
		}
		keys.keys = append(keys.keys, key{id: id, secret: secret})
	}
	return keys, nil
}

// NewKey makes a random key with the name, as [ParseKeys] reads it.
func NewKey(name string) (string, error) {
	if !keyID.MatchString(name) {
		return "", errors.New("the name of a key is 1 to 16 of the characters A-Z, a-z, 0-9, _ and -")
	}
	secret := make([]byte, keyBytes)
	_, _ = rand.Read(secret) // never fails
	return name + ":" + base64.RawURLEncoding.EncodeToString(secret), nil
}

// named is the key with the name.
func (k Keys) named(id string) (key, bool) {
	for _, one := range k.keys {
		if one.id == id {
			return one, true
		}
	}
	return key{}, false
}
