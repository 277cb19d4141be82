package access

import (
	"bytes"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/engine/link"
	"creatorpay/internal/issuer"
	"creatorpay/program/settings"
)

const (
	issuerURL = "https://login.example.com"
	apiURL    = "https://pages.example.com"
)

// world is an access with its issuer and what lies between them.
type world struct {
	testing.TB
	access *Access
	issuer *issuer.Issuer
	wire   *wire
	links  link.Keys
	log    *bytes.Buffer
}

// wire carries requests to the issuer without a network.
type wire struct {
	mu       sync.Mutex
	to       http.Handler
	cut      bool
	requests []string // their paths
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests = append(w.requests, r.URL.Path)
	if w.cut {
		return nil, errors.New("the wire is cut")
	}
	answer := httptest.NewRecorder()
	w.to.ServeHTTP(answer, r)
	return answer.Result(), nil
}

// setCut cuts the wire, or mends it.
func (w *wire) setCut(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
}

// connect leads the wire to another issuer.
func (w *wire) connect(to http.Handler) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.to = to
}

// asked are the paths of the requests until now.
func (w *wire) asked() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.requests)
}

// fetches is how often the keys were asked for.
func (w *wire) fetches() (n int) {
	for _, path := range w.asked() {
		if path == "/keys" {
			n++
		}
	}
	return n
}

var linkKeys = testLinkKeys("a")

// testLinkKeys is the setting of keys with the names, all different.
func testLinkKeys(names ...string) string {
	var parts []string
	for _, name := range names {
		parts = append(parts, name+":"+base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat(name, 32)[:32])))
	}
	return strings.Join(parts, ",")
}

func newWorld(t testing.TB, change ...func(*Config)) *world {
	t.Helper()
	config := Config{Issuer: issuerURL, Audience: issuer.Audience, LinkKeys: settings.LinkKeys{Keys: linkKeys}}
	for _, one := range change {
		one(&config)
	}
	w := &world{TB: t, log: &bytes.Buffer{}, wire: &wire{}}
	var err error
	w.issuer, err = issuer.Open(issuerURL, t.TempDir())
	require.NoError(t, err)
	w.wire.to = w.issuer
	w.access, err = New(config, slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	require.NoError(t, err)
	w.access.issuer.client.Transport = w.wire
	w.links, err = link.ParseKeys(linkKeys)
	require.NoError(t, err)
	return w
}

// request is a GET with the Authorization headers.
func request(authorization ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, apiURL+"/v1/top5", nil)
	for _, one := range authorization {
		r.Header.Add("Authorization", one)
	}
	return r
}

// creatorToken is a good token of the creator.
func (w *world) creatorToken(id int64) string {
	w.Helper()
	token, err := w.issuer.Creator(id, time.Hour)
	require.NoError(w, err)
	return token
}

// accept requires that the request is let in.
func (w *world) accept(r *http.Request) Reader {
	w.Helper()
	reader, err := w.access.Identify(r)
	require.NoError(w, err)
	return reader
}

// refuse requires that the request is refused.
func (w *world) refuse(r *http.Request) *Refused {
	w.Helper()
	reader, err := w.access.Identify(r)
	var refused *Refused
	require.ErrorAs(w, err, &refused)
	require.Zero(w, reader)
	return refused
}
