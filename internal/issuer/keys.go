package issuer

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// keyFile is where the n-th key is kept, from 1 on.
func keyFile(dir string, n int) string { return filepath.Join(dir, fmt.Sprintf("key-%d.pem", n)) }

const pemType = "PRIVATE KEY"

// readKeys reads the keys in the order in which they were made.
func readKeys(dir string) (keys []signingKey, err error) {
	for {
		path := keyFile(dir, len(keys)+1)
		text, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			return keys, nil
		}
		if err != nil {
			return nil, err
		}
		key, err := parseKey(text)
		if err != nil {
			return nil, fmt.Errorf("%s has no key of the issuer in it: remove it (%w)", path, err)
		}
		keys = append(keys, key)
	}
}

func parseKey(text []byte) (signingKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != pemType {
		return signingKey{}, errors.New("it is not PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return signingKey{}, err
	}
	key, fits := parsed.(*ecdsa.PrivateKey)
	if !fits || key.Curve != elliptic.P256() {
		return signingKey{}, errors.New("it is not a key of P-256")
	}
	return named(key), nil
}

// makeKey makes the n-th key, readable to its owner only.
func makeKey(dir string, n int) (signingKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return signingKey{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return signingKey{}, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return signingKey{}, err
	}
	return named(key), renameio.WriteFile(keyFile(dir, n), pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der}), 0o600)
}

// named names the key by what it is, so that no two stacks have different keys of
// one name.
func named(key *ecdsa.PrivateKey) signingKey {
	x, y := coordinates(key)
	sum := sha256.Sum256(append(x, y...))
	return signingKey{id: base64.RawURLEncoding.EncodeToString(sum[:9]), key: key}
}

// coordinates are those of the public key, 32 bytes each.
func coordinates(key *ecdsa.PrivateKey) (x, y []byte) {
	point, err := key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		panic(err) // a key of a curve that the standard library does not know
	}
	return point[1:33:33], point[33:]
}
