package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

const (
	// fetchTimeout bounds each request to the issuer, and so how long a token waits.
	fetchTimeout = 3 * time.Second
	// fetchInterval is the least time between two fetches, so that tokens that name
	// made-up keys do not become requests to the issuer.
	fetchInterval = 10 * time.Second
	// freshFor is how long a key that the issuer has withdrawn may stay good, and
	// until the next fetch that succeeds.
	freshFor = time.Hour
	// maxDocument is far beyond any discovery document or set of keys.
	maxDocument = 1 << 20
)

// Why a key could not be looked for.
var (
	errNoKeys  = errors.New("the keys of the issuer could not be fetched")
	errTooSoon = errors.New("its key is not known, and the issuer was asked for its keys a moment ago")
)

// issuerKeys are the keys that the issuer publishes. Those that were fetched last
// stay good while the issuer is away.
//
// They are not fetched by keyfunc: its limit on fetches would refuse the tokens
// that come while a new key is being fetched, and its answer does not tell a key
// that does not exist from one that could not be fetched.
type issuerKeys struct {
	issuer, jwksURL string
	client          *http.Client
	logger          *slog.Logger

	known atomic.Pointer[keyfunc.Keyfunc]

	fetching sync.Mutex // one fetch at a time; guards what follows
	began    time.Time  // of the last fetch
	failed   bool       // the last fetch
}

func newIssuerKeys(issuer, jwksURL string, logger *slog.Logger) *issuerKeys {
	k := &issuerKeys{
		issuer: issuer, jwksURL: jwksURL, logger: logger,
		client: &http.Client{
			Timeout: fetchTimeout,
			// Where a redirect leads has not been checked.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	none, _ := keyfunc.New(keyfunc.Options{Storage: jwkset.NewMemoryStorage()}) // fails without a storage only
	k.known.Store(&none)
	return k
}

// run fetches the keys now and again until ctx ends.
func (k *issuerKeys) run(ctx context.Context) {
	for {
		wait := freshFor
		if !k.refresh(ctx) {
			wait = fetchInterval
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// refresh fetches the keys and is whether that went well.
func (k *issuerKeys) refresh(ctx context.Context) bool {
	k.fetching.Lock()
	defer k.fetching.Unlock()
	k.fetchLocked(ctx)
	return !k.failed
}

// key is the key that the token names. One that is not known is fetched, unless
// that was just done. It fails with errNoKeys or errTooSoon if the key could not
// be looked for.
func (k *issuerKeys) key(ctx context.Context, token *jwt.Token) (any, error) {
	known := k.known.Load()
	key, err := (*known).Keyfunc(token)
	if !errors.Is(err, jwkset.ErrKeyNotFound) {
		return key, err
	}
	k.fetching.Lock()
	defer k.fetching.Unlock()
	if k.known.Load() == known { // nobody has fetched while we waited
		justAsked := time.Since(k.began) < fetchInterval
		if !justAsked {
			k.fetchLocked(context.WithoutCancel(ctx)) // it is for others, too
		}
		switch {
		case k.failed:
			return nil, errNoKeys
		case justAsked:
			return nil, errTooSoon
		}
	}
	key, err = (*k.known.Load()).Keyfunc(token)
	if errors.Is(err, jwkset.ErrKeyNotFound) {
		return nil, errKey
	}
	return key, err
}

func (k *issuerKeys) fetchLocked(ctx context.Context) {
	k.began = time.Now()
	fetched, err := k.fetch(ctx)
	k.failed = err != nil
	if err != nil {
		k.logger.WarnContext(ctx, "cannot fetch the issuer's keys", "issuer", k.issuer, "error", err)
		return
	}
	k.known.Store(&fetched)
}

// fetch asks the issuer for its keys.
func (k *issuerKeys) fetch(ctx context.Context) (keyfunc.Keyfunc, error) {
	address := k.jwksURL
	if address == "" {
		var discovered struct {
			Issuer  string `json:"issuer"`
			JWKSURI string `json:"jwks_uri"`
		}
		if err := k.get(ctx, strings.TrimRight(k.issuer, "/")+"/.well-known/openid-configuration", &discovered); err != nil {
			return nil, err
		}
		if discovered.Issuer != k.issuer {
			return nil, errors.New("the discovery document is of another issuer")
		}
		if err := checkAddress(discovered.JWKSURI); err != nil {
			return nil, fmt.Errorf("jwks_uri of the discovery document: %w", err)
		}
		address = discovered.JWKSURI
	}
	var published jwkset.JWKSMarshal
	if err := k.get(ctx, address, &published); err != nil {
		return nil, err
	}
	storage := jwkset.NewMemoryStorage()
	usable := false
	for _, one := range published.Keys {
		// A key that cannot be read leaves the others good.
		key, err := jwkset.NewJWKFromMarshal(one, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
		if err == nil && one.KID != "" && storage.KeyWrite(ctx, key) == nil {
			usable = true
		}
	}
	if !usable {
		return nil, fmt.Errorf("%s has no key that can be used", address)
	}
	return keyfunc.New(keyfunc.Options{Storage: storage, UseWhitelist: []jwkset.USE{"", jwkset.UseSig}})
}

// get reads a JSON document.
func (k *issuerKeys) get(ctx context.Context, address string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := k.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", address, answer.Status)
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxDocument+1))
	if err != nil {
		return fmt.Errorf("read %s: %w", address, err)
	}
	if len(text) > maxDocument {
		return fmt.Errorf("%s is longer than %d bytes", address, maxDocument)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s is not the JSON that it should be: %w", address, err)
	}
	return nil
}

// checkIssuer also refuses what the address of a discovery document cannot be made
// of.
func checkIssuer(address string) error {
	if strings.Contains(address, "?") {
		return errAddress
	}
	return checkAddress(address)
}

var errAddress = errors.New("it is not an address like https://login.example.com")

// checkAddress refuses an address from which keys would not be safe: whoever can
// change them on their way can be anybody.
func checkAddress(address string) error {
	at, err := url.Parse(address)
	if err != nil || at.Host == "" || at.User != nil || at.Fragment != "" {
		return errAddress
	}
	if at.Scheme == "https" {
		return nil
	}
	if host := at.Hostname(); at.Scheme == "http" && (host == "localhost" || net.ParseIP(host).IsLoopback()) {
		return nil
	}
	return errors.New("it must begin with https:// (http:// is taken on this machine only): what comes over a network without TLS could come from anybody")
}
