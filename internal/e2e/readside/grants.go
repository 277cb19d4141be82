package readside

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/api/access"
	"creatorpay/engine/link"
	"creatorpay/internal/issuer"
)

// grants are what askers show to be let in.
type grants struct {
	operator string           // token
	tokens   map[int64]string // by creator
	links    []string         // that were opened
	cookies  map[int64]*http.Cookie
}

// grantsLast is longer than any test.
const grantsLast = 12 * time.Hour

// linkKeys has the only key of the links.
const linkKeys = "a:" + linkSecret

const linkSecret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

// newGrants gets tokens of the issuer, and opens a link for each creator.
func newGrants(t testing.TB, from *issuer.Issuer, opens *api) grants {
	t.Helper()
	g := grants{tokens: map[int64]string{}, cookies: map[int64]*http.Cookie{}}
	var err error
	g.operator, err = from.Operator(grantsLast)
	require.NoError(t, err)
	for _, creator := range []int64{1, 2, 3, 4, 5, 6, idle, idle + 1, nobody} {
		g.tokens[creator], err = from.Creator(creator, grantsLast)
		require.NoError(t, err)
	}
	keys, err := link.ParseKeys(linkKeys)
	require.NoError(t, err)
	for creator := range int64(idle) {
		signed := keys.Sign(link.Mail, link.Grant{CreatorID: creator + 1, Expires: time.Now().Add(grantsLast)})
		g.links = append(g.links, signed)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+opens.address+link.Path+signed, http.NoBody)
		require.NoError(t, err)
		response, err := http.DefaultTransport.RoundTrip(request) // which follows no redirects
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Len(t, response.Cookies(), 1)
		g.cookies[creator+1] = &http.Cookie{Name: access.CookieName, Value: response.Cookies()[0].Value}
	}
	return g
}

// identify shows who asks the question.
func (g grants) identify(request *http.Request, q question) {
	switch q.Asker {
	case theCreator:
		bear(request, g.tokens[max(1, q.Creator)])
	case byLink:
		request.AddCookie(g.cookies[q.Creator])
	case otherCreator:
		bear(request, g.tokens[q.Creator+1])
	case anOperator:
		bear(request, g.operator)
	case stranger:
	}
}

func bear(request *http.Request, token string) {
	request.Header.Set("Authorization", "Bearer "+token)
}
