package access

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"creatorpay/internal/issuer"
)

func TestToken_OfACreatorReadsTheCreator(t *testing.T) {
	w := newWorld(t)
	for _, id := range []int64{1, 1<<53 + 1, math.MaxInt64} {
		reader := w.accept(request("Bearer " + w.creatorToken(id)))
		require.Equal(t, id, reader.CreatorID)
		require.False(t, reader.Operator)
		require.True(t, reader.MayRead(id))
		require.False(t, reader.MayRead(id-1))
	}
}

func TestToken_OfAnOperatorReadsAll(t *testing.T) {
	w := newWorld(t)
	token, err := w.issuer.Operator(time.Hour)
	require.NoError(t, err)
	reader := w.accept(request("Bearer " + token))
	require.Equal(t, Reader{Subject: "operator", Operator: true}, reader)
	require.True(t, reader.MayRead(42))
}

func TestToken_OfNobodyReadsNothing(t *testing.T) {
	w := newWorld(t)
	reader := w.accept(w.with(jwt.MapClaims{"creator_id": nil, "scope": "openid operators"}))
	require.False(t, reader.Operator)
	require.False(t, reader.MayRead(0))
	require.False(t, reader.MayRead(42))
}

func TestToken_TheSchemeIsTakenInAnyCase(t *testing.T) {
	w := newWorld(t)
	token := w.creatorToken(42)
	for _, header := range []string{"bearer " + token, "BEARER " + token, "Bearer   " + token} {
		require.EqualValues(t, 42, w.accept(request(header)).CreatorID)
	}
}

// with is a request with a good token of creator 42, but for the claims; nil takes
// a claim out.
func (w *world) with(claims jwt.MapClaims) *http.Request {
	w.Helper()
	all := w.issuer.Claims("someone", time.Hour)
	all["creator_id"] = 42
	for name, claim := range claims {
		all[name] = claim
		if claim == nil {
			delete(all, name)
		}
	}
	token, err := w.issuer.Sign(all)
	require.NoError(w, err)
	return request("Bearer " + token)
}

// in is a Unix time so far from now.
func in(d time.Duration) int64 { return time.Now().Add(d).Unix() }

func TestToken_WithClaimsThatAreNotGoodIsRefused(t *testing.T) {
	w := newWorld(t)
	require.EqualValues(t, 42, w.accept(w.with(nil)).CreatorID)
	for name, test := range map[string]struct {
		claims jwt.MapClaims
		reason string
	}{
		"of another issuer":           {jwt.MapClaims{"iss": "https://other.example.com"}, "token has invalid issuer"},
		"of a longer issuer":          {jwt.MapClaims{"iss": issuerURL + "/"}, "token has invalid issuer"},
		"of no issuer":                {jwt.MapClaims{"iss": nil}, "token is missing required claim"},
		"for another audience":        {jwt.MapClaims{"aud": "other"}, "token has invalid audience"},
		"for no audience":             {jwt.MapClaims{"aud": nil}, "token is missing required claim"},
		"for an empty audience":       {jwt.MapClaims{"aud": []string{}}, "token is missing required claim"},
		"expired":                     {jwt.MapClaims{"exp": in(-leeway - 2*time.Second)}, "token is expired"},
		"without an end":              {jwt.MapClaims{"exp": nil}, "token is missing required claim"},
		"with a text as its end":      {jwt.MapClaims{"exp": "tomorrow"}, "token has invalid claims"},
		"not yet good":                {jwt.MapClaims{"nbf": in(leeway + time.Minute)}, "token is not valid yet"},
		"issued in the future":        {jwt.MapClaims{"iat": in(leeway + time.Minute)}, "token used before issued"},
		"of no subject":               {jwt.MapClaims{"sub": nil}, errSubject.Error()},
		"of an empty subject":         {jwt.MapClaims{"sub": ""}, errSubject.Error()},
		"of creator 0":                {jwt.MapClaims{"creator_id": 0}, errCreatorID.Error()},
		"of creator -1":               {jwt.MapClaims{"creator_id": -1}, errCreatorID.Error()},
		"of creator 1.5":              {jwt.MapClaims{"creator_id": 1.5}, errCreatorID.Error()},
		"of creator 42.0":             {jwt.MapClaims{"creator_id": json.RawMessage("42.0")}, errCreatorID.Error()},
		"of creator 4e1":              {jwt.MapClaims{"creator_id": json.RawMessage("4e1")}, errCreatorID.Error()},
		"of a creator in a text":      {jwt.MapClaims{"creator_id": "42"}, errCreatorID.Error()},
		"of creator 2^63":             {jwt.MapClaims{"creator_id": json.RawMessage("9223372036854775808")}, errCreatorID.Error()},
		"of creator null":             {jwt.MapClaims{"creator_id": json.RawMessage("null")}, errCreatorID.Error()},
		"of several creators":         {jwt.MapClaims{"creator_id": []int{42}}, errCreatorID.Error()},
		"with a list of scopes":       {jwt.MapClaims{"scope": []string{"operator"}}, errScope.Error()},
		"good, but for its audiences": {jwt.MapClaims{"aud": []any{"other", 1}}, "token has invalid claims"},
	} {
		t.Run(name, func(t *testing.T) {
			w.TB = t
			refused := w.refuse(w.with(test.claims))
			require.Equal(t, http.StatusUnauthorized, refused.Status)
			require.Equal(t, `Bearer realm="creatorpay", error="invalid_token"`, refused.Challenge)
			require.Equal(t, "token: "+test.reason, refused.Reason)
		})
	}
}

func TestToken_AClaimInAnotherCaseIsNotTheClaim(t *testing.T) {
	w := newWorld(t)
	reader := w.accept(w.with(jwt.MapClaims{"Creator_ID": 7, "SCOPE": "operator"}))
	require.EqualValues(t, 42, reader.CreatorID)
	require.False(t, reader.Operator)
}

func TestToken_OneOfSeveralAudiencesIsEnough(t *testing.T) {
	w := newWorld(t)
	w.accept(w.with(jwt.MapClaims{"aud": []string{"other", issuer.Audience}}))
}

func TestToken_ThatWasGoodOnceStillExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		r := request("Bearer " + w.creatorToken(42))
		for range 3 {
			require.EqualValues(t, 42, w.accept(r).CreatorID)
		}
		<-time.After(time.Hour + leeway - time.Second)
		w.accept(r)
		<-time.After(time.Second)
		require.Equal(t, "token: "+jwt.ErrTokenExpired.Error(), w.refuse(r).Reason)
	})
}

func TestToken_ClocksMayDifferALittle(t *testing.T) {
	w := newWorld(t)
	w.accept(w.with(jwt.MapClaims{"exp": in(-leeway / 2)}))
	w.accept(w.with(jwt.MapClaims{"nbf": in(leeway / 2), "iat": in(leeway / 2)}))
}

// forge makes a token of creator 42 with the header and the key, by an algorithm.
func (w *world) forge(method jwt.SigningMethod, key any, header map[string]any) *http.Request {
	w.Helper()
	claims := w.issuer.Claims("someone", time.Hour)
	claims["creator_id"] = 42
	token := jwt.NewWithClaims(method, claims)
	token.Header["kid"] = w.keyID()
	for name, value := range header {
		token.Header[name] = value
		if value == nil {
			delete(token.Header, name)
		}
	}
	text, err := token.SignedString(key)
	require.NoError(w, err)
	return request("Bearer " + text)
}

// keyID is the name of the issuer's key.
func (w *world) keyID() string {
	w.Helper()
	token, _, err := jwt.NewParser().ParseUnverified(w.creatorToken(42), jwt.MapClaims{})
	require.NoError(w, err)
	return token.Header["kid"].(string)
}

func TestToken_ThatTheIssuerHasNotSignedIsRefused(t *testing.T) {
	w := newWorld(t)
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(w.issuer.PublicKey())
	require.NoError(t, err)
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	for name, test := range map[string]struct {
		method jwt.SigningMethod
		key    any
		header map[string]any
		reason string
	}{
		"not signed":                        {jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil, "token signature is invalid"},
		"with the public key as a secret":   {jwt.SigningMethodHS256, public, nil, "token signature is invalid"},
		"with its bytes as a secret":        {jwt.SigningMethodHS256, der, nil, "token signature is invalid"},
		"by another key of the same name":   {jwt.SigningMethodES256, own, nil, "token signature is invalid"},
		"by a key of another name":          {jwt.SigningMethodES256, own, map[string]any{"kid": "made-up"}, errKey.Error()},
		"by a key of no name":               {jwt.SigningMethodES256, own, map[string]any{"kid": nil}, errNoKeyID.Error()},
		"by a key of an empty name":         {jwt.SigningMethodES256, own, map[string]any{"kid": ""}, errNoKeyID.Error()},
		"by a key whose name is a number":   {jwt.SigningMethodES256, own, map[string]any{"kid": 1}, errNoKeyID.Error()},
		"by a key that it brings itself":    {jwt.SigningMethodES256, own, map[string]any{"jku": "https://evil.example.com/keys", "jwk": map[string]any{"kty": "EC"}}, "token signature is invalid"},
		"with a type that is none for us":   {jwt.SigningMethodES256, own, map[string]any{"typ": "logout+jwt"}, errType.Error()},
		"with a type that is no text":       {jwt.SigningMethodES256, own, map[string]any{"typ": 1}, errType.Error()},
		"with an extension that is unknown": {jwt.SigningMethodES256, own, map[string]any{"crit": []string{"exp"}}, errCritical.Error()},
		"by an algorithm that there is not": {jwt.SigningMethodES256, own, map[string]any{"alg": "ES257"}, "token is unverifiable"},
		"by another algorithm of the key":   {jwt.SigningMethodES256, own, map[string]any{"alg": "ES384"}, "token signature is invalid"},
		"by an algorithm of other keys":     {jwt.SigningMethodES256, own, map[string]any{"alg": "RS256"}, "token is unverifiable"},
	} {
		t.Run(name, func(t *testing.T) {
			w.TB = t
			w.access.issuer.began = time.Now().Add(-fetchInterval)
			refused := w.refuse(w.forge(test.method, test.key, test.header))
			require.Equal(t, http.StatusUnauthorized, refused.Status)
			require.Equal(t, "token: "+test.reason, refused.Reason)
		})
	}
}

func TestToken_AnyOfTheTypesOfAccessTokensIsTaken(t *testing.T) {
	for _, typ := range []any{"JWT", "jwt", "at+jwt", "application/at+jwt", "AT+JWT"} {
		require.NoError(t, checkHeader(map[string]any{"kid": "a", "typ": typ}))
	}
	require.NoError(t, checkHeader(map[string]any{"kid": "a"}))
}

func TestToken_ThatIsNoneIsRefused(t *testing.T) {
	w := newWorld(t)
	good := w.creatorToken(42)
	parts := strings.Split(good, ".")
	for _, text := range []string{
		"", ".", "..", "...", "garbage", good + ".", good + "." + parts[2], good[:len(good)-1], " " + parts[0],
		parts[0] + "." + parts[1] + ".", parts[0] + ".." + parts[2], "." + parts[1] + "." + parts[2],
		parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte("[]")) + "." + parts[2], good + "=", strings.ReplaceAll(good, ".", ". "),
		strings.Repeat("a", 1<<20), strings.Repeat(".", 1<<20), good + strings.Repeat("a", 1<<20),
	} {
		refused := w.refuse(request("Bearer " + text))
		require.Equal(t, http.StatusUnauthorized, refused.Status)
		require.Contains(t, refused.Challenge, "invalid_token")
	}
}

func TestIdentify_WithoutATokenTellsNoError(t *testing.T) {
	w := newWorld(t)
	for _, r := range []*http.Request{request(), request(""), request("Basic dXNlcjpwYXNz"), request(w.creatorToken(42))} {
		refused := w.refuse(r)
		require.Equal(t, http.StatusUnauthorized, refused.Status)
		require.Equal(t, `Bearer realm="creatorpay"`, refused.Challenge)
	}
}

func TestIdentify_SeveralTokensAreABadRequest(t *testing.T) {
	w := newWorld(t)
	refused := w.refuse(request("Bearer "+w.creatorToken(42), "Bearer "+w.creatorToken(42)))
	require.Equal(t, http.StatusBadRequest, refused.Status)
	require.Contains(t, refused.Challenge, "invalid_request")
}

func FuzzIdentify(f *testing.F) {
	w := newWorld(f)
	good, err := w.issuer.Creator(42, time.Hour)
	require.NoError(f, err)
	f.Add("Bearer "+good, "")
	f.Add("Bearer eyJhbGciOiJub25lIn0.e30.", "__Host-creatorpay=v1.a.AAAA.AAAA")
	f.Add("Basic dXNlcjpwYXNz", "a=b; __Host-creatorpay=\"\"")
	f.Fuzz(func(t *testing.T, authorization, cookie string) {
		r := request()
		if authorization != "" {
			r.Header["Authorization"] = []string{authorization}
		}
		if cookie != "" {
			r.Header["Cookie"] = []string{cookie}
		}
		reader, err := w.access.Identify(r)
		if strings.Contains(authorization, good) {
			return
		}
		var refused *Refused
		require.ErrorAs(t, err, &refused)
		require.Zero(t, reader)
	})
}
