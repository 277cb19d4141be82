package access

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

const (
	// leeway is how much the issuer's clock may differ from ours.
	leeway = 30 * time.Second
	// maxToken is beyond what issuers make, and little work to refuse.
	maxToken = 16 << 10
)

// algorithms are those whose keys can be published.
var algorithms = []string{"RS256", "ES256", "EdDSA"}

// tokenTypes are those of access tokens, in lower case. A token that says what
// else it is was not made for us.
var tokenTypes = []string{"jwt", "at+jwt", "application/at+jwt"}

func newParser(issuer, audience string) *jwt.Parser {
	return jwt.NewParser(
		jwt.WithValidMethods(algorithms), jwt.WithStrictDecoding(), jwt.WithJSONNumber(),
		jwt.WithIssuer(issuer), jwt.WithAudience(audience), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(leeway),
	)
}

// maxGood bounds the memory of good tokens, at some 200 bytes each.
const maxGood = 10_000

type tokenHash [sha256.Size]byte

// goodToken is what a token said that was found good. It stays so until it
// expires, or the keys are fetched anew: a client that asks again and again with
// one token would else cost more than its answers.
type goodToken struct {
	reader  Reader
	expires time.Time
	keys    *keyfunc.Keyfunc
}

func (a *Access) byToken(ctx context.Context, text string) (Reader, error) {
	if a.issuer == nil { // and the parser would not ask who made the token
		return Reader{}, badToken("token: no issuer is set whose tokens are taken", nil)
	}
	if len(text) > maxToken {
		return Reader{}, badToken("token: longer than tokens are", nil)
	}
	hash, keys := tokenHash(sha256.Sum256([]byte(text))), a.issuer.known.Load()
	if good, found := a.good.GetIfPresent(hash); found && good.keys == keys && time.Now().Before(good.expires) {
		return good.reader, nil
	}
	claims := jwt.MapClaims{} // and not a struct, whose fields take names in any case
	_, err := a.tokens.ParseWithClaims(text, claims, func(token *jwt.Token) (any, error) {
		if err := checkHeader(token.Header); err != nil {
			return nil, err
		}
		return a.issuer.key(ctx, token)
	})
	for _, why := range []error{errNoKeys, errTooSoon} {
		if errors.Is(err, why) {
			return Reader{}, uncheckable("token: "+why.Error(), why, fetchInterval)
		}
	}
	if err != nil {
		return Reader{}, badToken("token: "+reasonOf(err), nil) // the claims are filled all the same: nobody may look at them
	}
	reader, err := readerOf(claims)
	if err != nil {
		return Reader{}, badToken("token: "+err.Error(), nil)
	}
	expires, _ := claims.GetExpirationTime() // the parser has required it
	a.good.Set(hash, goodToken{reader: reader, expires: expires.Add(leeway), keys: keys})
	return reader, nil
}

var (
	errType     = errors.New("its typ is not that of an access token")
	errCritical = errors.New("its header has extensions that must be understood")
	errNoKeyID  = errors.New("its header names no key")
	errKey      = errors.New("the issuer has no such key")
)

func checkHeader(header map[string]any) error {
	if typ, given := header["typ"]; given {
		if name, _ := typ.(string); !slices.Contains(tokenTypes, strings.ToLower(name)) {
			return errType
		}
	}
	if _, given := header["crit"]; given {
		return errCritical
	}
	if kid, _ := header["kid"].(string); kid == "" {
		return errNoKeyID
	}
	return nil
}

// reasonOf says why a token was refused. The libraries' own texts quote from it.
func reasonOf(err error) string {
	for _, reason := range []error{
		errType, errCritical, errNoKeyID, errKey,
		jwt.ErrTokenMalformed, jwt.ErrTokenUnverifiable, jwt.ErrTokenSignatureInvalid,
		jwt.ErrTokenExpired, jwt.ErrTokenNotValidYet, jwt.ErrTokenUsedBeforeIssued,
		jwt.ErrTokenInvalidIssuer, jwt.ErrTokenInvalidAudience, jwt.ErrTokenRequiredClaimMissing,
	} {
		if errors.Is(err, reason) {
			return reason.Error()
		}
	}
	return jwt.ErrTokenInvalidClaims.Error()
}

// scopeOperator is the scope that reads all.
const scopeOperator = "operator"

var (
	errSubject   = errors.New("its sub is not a text, or empty")
	errCreatorID = errors.New("its creator_id is not a whole number from 1 to 9223372036854775807")
	errScope     = errors.New("its scope is not a text")
)

// readerOf reads the claims of a good token.
func readerOf(claims jwt.MapClaims) (Reader, error) {
	var reader Reader
	if reader.Subject, _ = claims["sub"].(string); reader.Subject == "" {
		return Reader{}, errSubject
	}
	if claim, given := claims["creator_id"]; given {
		number, _ := claim.(json.Number)
		id, err := strconv.ParseInt(number.String(), 10, 64)
		if err != nil || id <= 0 {
			return Reader{}, errCreatorID
		}
		reader.CreatorID = id
	}
	if claim, given := claims["scope"]; given {
		scopes, isText := claim.(string)
		if !isText {
			return Reader{}, errScope
		}
		reader.Operator = slices.Contains(strings.Fields(scopes), scopeOperator)
	}
	return reader, nil
}
