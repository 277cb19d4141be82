// Package access finds out who is asking: by the bearer token of an OIDC issuer, or
// by the cookie that the link of a mail gave (docs/adr/0016-access.md).
package access

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/maypok86/otter/v2"

	"creatorpay/engine/link"
	"creatorpay/program/settings"
)

// Config is what access can be told. Its tags make the command line's flags and
// environment variables.
type Config struct {
	Issuer   string            `name:"issuer" env:"API_ISSUER" placeholder:"URL" help:"OIDC issuer whose tokens are taken, as it stands in their iss. Without one only links of mails open anything."`
	JWKSURL  string            `name:"jwks-url" env:"API_JWKS_URL" placeholder:"URL" help:"Where the issuer publishes its keys; without it the issuer's discovery document says."`
	Audience string            `name:"audience" env:"API_AUDIENCE" default:"creatorpay" help:"Audience that tokens must be for."`
	LinkKeys settings.LinkKeys `embed:""`
	Rate     int               `name:"rate" env:"API_RATE" default:"600" help:"Requests a minute of one subject that are answered by this process, and failed ones of one address; 0 sets no limit."`
}

// Access finds out who is asking. It is safe for concurrent use.
type Access struct {
	tokens *jwt.Parser
	good   *otter.Cache[tokenHash, goodToken]
	issuer *issuerKeys // nil if no tokens are taken
	links  link.Keys
	limits limits
	logger *slog.Logger
}

// New makes an access that has no keys of the issuer yet: [Access.Run] fetches
// them, or the first token does. It fails if a setting cannot be right.
func New(config Config, logger *slog.Logger) (*Access, error) {
	var problems []error
	switch err := checkIssuer(config.Issuer); {
	case config.Issuer == "" && config.LinkKeys.Keys == "":
		problems = append(problems, errors.New("neither --issuer (API_ISSUER) nor --link-keys (LINK_KEYS) is set: nobody could be let in"))
	case config.Issuer == "" && config.JWKSURL != "":
		problems = append(problems, errors.New("--jwks-url (API_JWKS_URL) needs --issuer (API_ISSUER): name the issuer whose keys these are"))
	case config.Issuer != "" && err != nil:
		problems = append(problems, fmt.Errorf("--issuer (API_ISSUER): %w", err))
	}
	if config.JWKSURL != "" {
		if err := checkAddress(config.JWKSURL); err != nil {
			problems = append(problems, fmt.Errorf("--jwks-url (API_JWKS_URL): %w", err))
		}
	}
	if config.Audience == "" {
		problems = append(problems, errors.New("--audience (API_AUDIENCE) is empty: tokens made for others would be taken"))
	}
	links, err := config.LinkKeys.Parse()
	if err != nil {
		problems = append(problems, err)
	}
	if config.Rate < 0 {
		problems = append(problems, fmt.Errorf("--rate (API_RATE) is %d: choose 0 for no limit, or more", config.Rate))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	a := &Access{
		tokens: newParser(config.Issuer, config.Audience),
		good:   otter.Must(&otter.Options[tokenHash, goodToken]{MaximumSize: maxGood}),
		links:  links,
		limits: newLimits(config.Rate),
		logger: logger,
	}
	if config.Issuer != "" {
		a.issuer = newIssuerKeys(config.Issuer, config.JWKSURL, logger)
	}
	return a, nil
}

// Run keeps the issuer's keys fresh until ctx ends. That the issuer does not
// answer is logged, and tried again.
func (a *Access) Run(ctx context.Context) {
	if a.issuer != nil {
		a.issuer.run(ctx)
	}
}

// Identify is who sent the request: the subject of its bearer token, or for GET
// and HEAD the creator of its cookie. Its errors are *[Refused]. A token that is
// not good is refused, whatever the cookie is.
func (a *Access) Identify(r *http.Request) (Reader, error) {
	switch headers := r.Header.Values("Authorization"); len(headers) {
	case 0:
		return a.byCookie(r)
	case 1:
		scheme, token, _ := strings.Cut(headers[0], " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return Reader{}, unidentified("the Authorization header has no bearer token")
		}
		return a.byToken(r.Context(), strings.TrimLeft(token, " "))
	default:
		return Reader{}, badRequest("more than one Authorization header")
	}
}

// CookieName is the name of the cookie that a link becomes. With its prefix browsers
// take the cookie only from this host itself, over TLS.
const CookieName = "__Host-creatorpay"

func (a *Access) byCookie(r *http.Request) (Reader, error) {
	cookie, err := r.Cookie(CookieName)
	if err != nil {
		return Reader{}, unidentified("neither a token nor a cookie")
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return Reader{}, unidentified("a cookie is good for reading only")
	}
	grant, err := a.links.Verify(link.Cookie, cookie.Value, time.Now())
	if err != nil {
		return Reader{}, badToken("cookie: "+err.Error(), err)
	}
	return Reader{Subject: fmt.Sprintf("link of creator %d", grant.CreatorID), CreatorID: grant.CreatorID}, nil
}

// OpenLink answers GET [link.Path]{token}: a good link becomes the cookie, and the
// browser is sent to the creator's pages. Nothing else happens, and the link stays
// good: programs that look through mails open it, too. If it fails, with
// [link.ErrExpired] or [link.ErrForged], nothing has been answered yet.
func (a *Access) OpenLink(w http.ResponseWriter, r *http.Request) error {
	now := time.Now()
	grant, cookie, err := a.links.Exchange(link.Mail, r.PathValue("token"), link.Cookie, now)
	if err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{
		Name: CookieName, Value: cookie, Path: "/",
		Expires: grant.Expires, MaxAge: max(1, int(grant.Expires.Sub(now).Seconds())),
		HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode,
	})
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}
