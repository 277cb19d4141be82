package issuer

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
)

// get reads a document of the issuer.
func get(t *testing.T, issuer *Issuer, path string, into any) {
	t.Helper()
	answer := httptest.NewRecorder()
	issuer.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
	require.Equal(t, http.StatusOK, answer.Code)
	require.Equal(t, "application/json", answer.Header().Get("Content-Type"))
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), into))
}

// publishedIDs are the names of the keys that the issuer publishes.
func publishedIDs(t *testing.T, issuer *Issuer) (ids []string) {
	t.Helper()
	var set struct {
		Keys []map[string]string `json:"keys"`
	}
	get(t, issuer, keysPath, &set)
	for _, key := range set.Keys {
		require.NotContains(t, key, "d", "the private part")
		ids = append(ids, key["kid"])
	}
	return ids
}

// keyIDOf is the name of the key that signed the token.
func keyIDOf(t *testing.T, token string) string {
	t.Helper()
	parsed, _, err := jwt.NewParser().ParseUnverified(token, jwt.MapClaims{})
	require.NoError(t, err)
	return parsed.Header["kid"].(string)
}

func TestDiscovery_NamesTheIssuerAndItsKeys(t *testing.T) {
	issuer, err := Open("http://127.0.0.1:1", t.TempDir())
	require.NoError(t, err)
	var document struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	get(t, issuer, discoveryPath, &document)
	require.Equal(t, issuer.URL, document.Issuer)
	require.Equal(t, issuer.URL+keysPath, document.JWKSURI)
}

func TestTokens_AreSignedByTheNewestKeyAndTheOlderArePublishedStill(t *testing.T) {
	issuer, err := Open("http://127.0.0.1:1", t.TempDir())
	require.NoError(t, err)
	before, err := issuer.Creator(42, time.Hour)
	require.NoError(t, err)
	require.NoError(t, issuer.Rotate())
	after, err := issuer.Operator(time.Hour)
	require.NoError(t, err)

	require.Equal(t, []string{keyIDOf(t, before), keyIDOf(t, after)}, publishedIDs(t, issuer))
	_, err = jwt.Parse(after, func(*jwt.Token) (any, error) { return issuer.PublicKey(), nil })
	require.NoError(t, err)
}

func TestKeys_AreKeptAndOnlyTheirOwnerMayReadThem(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "issuer")
	first, err := Open("http://127.0.0.1:1", dir)
	require.NoError(t, err)
	require.NoError(t, first.Rotate())
	again, err := Open("http://127.0.0.1:2", dir)
	require.NoError(t, err)

	require.Equal(t, publishedIDs(t, first), publishedIDs(t, again))
	files, err := filepath.Glob(filepath.Join(dir, "*.pem"))
	require.NoError(t, err)
	require.Len(t, files, 2)
	for _, file := range files {
		info, err := os.Stat(file)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode())
	}
}

func TestKeys_AFileThatIsNoneIsNamed(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(keyFile(dir, 1), []byte("no key"), 0o600))
	_, err := Open("http://127.0.0.1:1", dir)
	require.ErrorContains(t, err, keyFile(dir, 1))
}

func TestRunning_IsTheIssuerThatIsServed(t *testing.T) {
	dir := t.TempDir()
	_, err := Running(t.Context(), dir)
	require.ErrorIs(t, err, ErrNotRunning)

	server, err := Start(t.Context(), dir)
	require.NoError(t, err)
	running, err := Running(t.Context(), dir)
	require.NoError(t, err)
	require.Equal(t, server.URL, running.URL)
	require.Equal(t, publishedIDs(t, server.Issuer), publishedIDs(t, running))

	require.NoError(t, server.Stop())
	_, err = Running(t.Context(), dir)
	require.ErrorIs(t, err, ErrNotRunning)
}
