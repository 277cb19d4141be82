// Package issuer is the local stack's own OIDC issuer: it publishes its keys as
// every issuer does, and makes tokens for whoever may read its folder.
package issuer

import (
	"crypto"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Audience is for whom the tokens are.
const Audience = "creatorpay"

const (
	discoveryPath = "/.well-known/openid-configuration"
	keysPath      = "/keys"
)

// Issuer makes tokens, and serves what is needed to check them. Its methods are
// safe for concurrent use.
type Issuer struct {
	URL string // as it stands in the tokens

	dir  string
	mu   sync.Mutex
	keys []signingKey // the last one signs
}

// signingKey is a key with its name.
type signingKey struct {
	id  string
	key *ecdsa.PrivateKey
}

// Open makes the issuer at the address with the keys that lie in dir; if there are
// none, it makes one.
func Open(url, dir string) (*Issuer, error) {
	issuer := &Issuer{URL: url, dir: dir}
	var err error
	if issuer.keys, err = readKeys(dir); err != nil {
		return nil, err
	}
	if len(issuer.keys) == 0 {
		if err := issuer.Rotate(); err != nil {
			return nil, err
		}
	}
	return issuer, nil
}

// Rotate makes a new key, which signs from now on. The older ones are published
// still.
func (i *Issuer) Rotate() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	key, err := makeKey(i.dir, len(i.keys)+1)
	if err == nil {
		i.keys = append(i.keys, key)
	}
	return err
}

// Claims are those of a token that is good from now on.
func (i *Issuer) Claims(subject string, lasts time.Duration) jwt.MapClaims {
	now := time.Now()
	return jwt.MapClaims{
		"iss": i.URL, "aud": Audience, "sub": subject,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(lasts).Unix(),
	}
}

// Creator is a token that reads what is the creator's.
func (i *Issuer) Creator(id int64, lasts time.Duration) (string, error) {
	claims := i.Claims(fmt.Sprintf("creator-%d", id), lasts)
	claims["creator_id"] = id
	return i.Sign(claims)
}

// Operator is a token that reads all.
func (i *Issuer) Operator(lasts time.Duration) (string, error) {
	claims := i.Claims("operator", lasts)
	claims["scope"] = "operator"
	return i.Sign(claims)
}

// Sign makes a token of any claims.
func (i *Issuer) Sign(claims jwt.MapClaims) (string, error) {
	i.mu.Lock()
	by := i.keys[len(i.keys)-1]
	i.mu.Unlock()
	token := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	token.Header["kid"], token.Header["typ"] = by.id, "at+jwt"
	return token.SignedString(by.key)
}

// PublicKey is that of the key that signs.
func (i *Issuer) PublicKey() crypto.PublicKey {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.keys[len(i.keys)-1].key.Public()
}

// ServeHTTP serves the discovery document and the keys.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var document any
	switch path.Clean(r.URL.Path) {
	case discoveryPath:
		document = map[string]any{
			"issuer": i.URL, "jwks_uri": i.URL + keysPath,
			"response_types_supported": []string{"none"}, "subject_types_supported": []string{"public"},
			"id_token_signing_alg_values_supported": []string{"ES256"},
		}
	case keysPath:
		document = i.published()
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(document)
}

// published are the public keys as RFC 7517 writes them.
func (i *Issuer) published() any {
	i.mu.Lock()
	defer i.mu.Unlock()
	keys := make([]map[string]string, 0, len(i.keys))
	for _, one := range i.keys {
		x, y := coordinates(one.key)
		keys = append(keys, map[string]string{
			"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": one.id,
			"x": base64.RawURLEncoding.EncodeToString(x), "y": base64.RawURLEncoding.EncodeToString(y),
		})
	}
	return map[string]any{"keys": keys}
}
