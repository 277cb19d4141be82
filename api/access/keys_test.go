package access

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"creatorpay/internal/issuer"
)

func TestKeys_ANewKeyIsFetchedAtOnceAndTheOldStayGood(t *testing.T) {
	w := newWorld(t)
	before := w.creatorToken(42)
	w.accept(request("Bearer " + before))
	w.access.issuer.began = time.Now().Add(-fetchInterval)
	require.NoError(t, w.issuer.Rotate())

	w.accept(request("Bearer " + w.creatorToken(42)))
	w.accept(request("Bearer " + before))
	require.Equal(t, 2, w.wire.fetches())
}

func TestKeys_AllWhoBringTheNewKeyFirstAreLetIn(t *testing.T) {
	w := newWorld(t)
	w.accept(request("Bearer " + w.creatorToken(42)))
	w.access.issuer.began = time.Now().Add(-fetchInterval)
	require.NoError(t, w.issuer.Rotate())
	token := w.creatorToken(42)

	errs := make([]error, 20)
	var together sync.WaitGroup
	for i := range errs {
		together.Go(func() { _, errs[i] = w.access.Identify(request("Bearer " + token)) })
	}
	together.Wait()

	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, 2, w.wire.fetches())
}

// madeUp is a token whose key the issuer does not have.
func (w *world) madeUp(t *testing.T) string {
	t.Helper()
	unknown, err := issuer.Open(issuerURL, t.TempDir())
	require.NoError(t, err)
	token, err := unknown.Creator(42, time.Hour)
	require.NoError(t, err)
	return token
}

func TestKeys_MadeUpOnesAreNotLookedForAgainAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		token := request("Bearer " + w.madeUp(t))
		for fetches := 1; fetches <= 3; fetches++ {
			require.Equal(t, "token: "+errKey.Error(), w.refuse(token).Reason)
			for range 10 {
				require.Equal(t, "token: "+errTooSoon.Error(), w.refuse(token).Reason)
			}
			require.Equal(t, fetches, w.wire.fetches())
			<-time.After(fetchInterval)
		}
	})
}

func TestKeys_MadeUpOnesMakeNoNewOneBad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		require.Equal(t, http.StatusUnauthorized, w.refuse(request("Bearer "+w.madeUp(t))).Status)
		require.NoError(t, w.issuer.Rotate())
		token := request("Bearer " + w.creatorToken(42))
		refused := w.refuse(token)
		require.Equal(t, http.StatusServiceUnavailable, refused.Status, "it cannot be checked yet")
		require.Equal(t, fetchInterval, refused.RetryAfter)
		require.Empty(t, refused.Challenge)
		<-time.After(fetchInterval)
		w.accept(token)
	})
}

func TestKeys_ATokenThatCannotBeCheckedIsNotCalledBad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.wire.setCut(true)
		token := w.creatorToken(42)
		for range 3 {
			refused := w.refuse(request("Bearer " + token))
			require.Equal(t, http.StatusServiceUnavailable, refused.Status)
			require.Equal(t, fetchInterval, refused.RetryAfter)
			require.Empty(t, refused.Challenge)
		}
		require.Len(t, w.wire.asked(), 1)

		w.wire.setCut(false)
		<-time.After(fetchInterval)
		w.accept(request("Bearer " + token))
	})
}

func TestKeys_WhileTheIssuerIsAwayTheKnownOnesStayGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		go w.access.Run(t.Context())
		synctest.Wait()
		w.wire.setCut(true)
		<-time.After(3 * freshFor)
		w.accept(request("Bearer " + w.creatorToken(42)))
		require.NoError(t, w.issuer.Rotate())
		require.Equal(t, http.StatusServiceUnavailable, w.refuse(request("Bearer "+w.creatorToken(42))).Status, "its key may be good")
	})
}

func TestRun_FetchesBeforeTheFirstTokenAndUntilItSucceeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.wire.setCut(true)
		go w.access.Run(t.Context())
		<-time.After(5*fetchInterval + time.Second)
		require.Len(t, w.wire.asked(), 6)
		w.wire.setCut(false)
		<-time.After(fetchInterval)
		w.wire.setCut(true)
		w.accept(request("Bearer " + w.creatorToken(42)))
	})
}

func TestRun_FindsOutThatAKeyWasWithdrawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		go w.access.Run(t.Context())
		synctest.Wait()
		token, err := w.issuer.Creator(42, 10*freshFor)
		require.NoError(t, err)
		another, err := issuer.Open(issuerURL, t.TempDir())
		require.NoError(t, err)
		w.wire.connect(another)
		w.accept(request("Bearer " + token))
		<-time.After(freshFor + fetchInterval)
		require.Equal(t, "token: "+errKey.Error(), w.refuse(request("Bearer "+token)).Reason)
	})
}

func TestRun_EndsWithItsContext(t *testing.T) {
	w := newWorld(t)
	w.wire.setCut(true)
	w.access.Run(canceled(t))
}

// serving answers each path with its text.
type serving map[string]string

func (s serving) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, found := s[r.URL.Path]
	switch {
	case !found:
		http.NotFound(w, r)
	case strings.HasPrefix(text, "https://"):
		http.Redirect(w, r, text, http.StatusFound)
	default:
		_, _ = w.Write([]byte(text))
	}
}

// discovery is a discovery document.
func discovery(issuer, keys string) string {
	text, _ := json.Marshal(map[string]string{"issuer": issuer, "jwks_uri": keys})
	return string(text)
}

func TestKeys_OfAnIssuerThatCannotBeTrustedAreNotTaken(t *testing.T) {
	const document, keys = "/.well-known/openid-configuration", "/keys"
	for name, test := range map[string]struct {
		serving serving
		says    string
	}{
		"nothing":                  {serving{}, "answers 404"},
		"another issuer":           {serving{document: discovery("https://other.example.com", issuerURL+keys)}, "is of another issuer"},
		"no JSON":                  {serving{document: "<html>"}, "is not the JSON that it should be"},
		"keys without TLS":         {serving{document: discovery(issuerURL, "http://login.example.com/keys")}, "must begin with https://"},
		"keys of no address":       {serving{document: discovery(issuerURL, "keys")}, "it is not an address"},
		"a document elsewhere":     {serving{document: "https://evil.example.com"}, "answers 302"},
		"a document without end":   {serving{document: strings.Repeat(" ", maxDocument+1)}, "is longer than"},
		"no keys":                  {serving{document: discovery(issuerURL, issuerURL+keys), keys: `{"keys":[]}`}, "has no key that can be used"},
		"keys that are all secret": {serving{document: discovery(issuerURL, issuerURL+keys), keys: `{"keys":[{"kty":"oct","kid":"a","k":"AAAA"}]}`}, "has no key that can be used"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.wire.connect(test.serving)
			require.Equal(t, http.StatusServiceUnavailable, w.refuse(request("Bearer "+w.creatorToken(42))).Status)
			require.Contains(t, w.log.String(), test.says)
		})
	}
}

// published is what the issuer publishes of its keys.
func (w *world) published() string {
	answer := httptest.NewRecorder()
	w.issuer.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/keys", nil))
	return answer.Body.String()
}

// publish lets the issuer publish something else.
func (w *world) publish(keys string) {
	w.wire.connect(serving{"/.well-known/openid-configuration": discovery(issuerURL, issuerURL+"/keys"), "/keys": keys})
}

func TestKeys_OneThatCannotBeReadLeavesTheOthersGood(t *testing.T) {
	w := newWorld(t)
	w.publish(strings.Replace(w.published(), `[`, `[
		{"kty": "post-quantum", "kid": "b"},
		{"kty": "EC", "crv": "P-256", "kid": "c", "x": "AA", "y": "AA"},
		{"kty": "EC", "crv": "P-256", "kid": "d", "x5u": "https://evil.example.com/key"},`, 1))
	w.accept(request("Bearer " + w.creatorToken(42)))
}

func TestKeys_AnAddressOfKeysNeedsNoDiscovery(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.JWKSURL = issuerURL + "/keys" })
	w.accept(request("Bearer " + w.creatorToken(42)))
	require.Equal(t, []string{"/keys"}, w.wire.asked())
}

func TestKeys_ThatAreForEncryptionSignNothing(t *testing.T) {
	w := newWorld(t)
	w.publish(strings.Replace(w.published(), `"use":"sig"`, `"use":"enc"`, 1))
	require.Equal(t, "token: "+jwt.ErrTokenUnverifiable.Error(), w.refuse(request("Bearer "+w.creatorToken(42))).Reason)
}

func TestConfig_OnlyAnAddressOfKeysMayHaveAQuery(t *testing.T) {
	const address = "https://login.example.com/keys?p=b2c_1_policy"
	require.NoError(t, checkAddress(address))
	require.Error(t, checkIssuer(address))
	require.NoError(t, checkIssuer("https://login.example.com"))
}

func TestConfig_AddressesWithoutTLSAreOfThisMachineOnly(t *testing.T) {
	for _, address := range []string{"https://login.example.com", "https://login.example.com:8443/realms/a", "http://127.0.0.1:5556", "http://localhost:5556", "http://[::1]:5556/"} {
		require.NoError(t, checkAddress(address), address)
	}
	for _, address := range []string{"", "login.example.com", "https://", "http://login.example.com", "http://10.0.0.1", "http://127.0.0.1.example.com", "https://user@login.example.com", "https://login.example.com#a", "file:///etc/passwd"} {
		require.Error(t, checkAddress(address), address)
	}
}
