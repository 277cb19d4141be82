package pages

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"creatorpay/api/access"
	"creatorpay/engine/link"
)

// asked is a request as a server reads it; nil if net/http refuses it.
func asked(method, target, headers string) *http.Request {
	address, err := url.ParseRequestURI(target)
	if err != nil || method == "" {
		return nil
	}
	r := &http.Request{Method: method, URL: address, RequestURI: target, Header: http.Header{}, Body: http.NoBody, Host: "pages.example.com", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	for line := range strings.SplitSeq(headers, "\n") {
		name, value, _ := strings.Cut(line, ":")
		r.Header.Add(name, strings.TrimSpace(value))
	}
	return r
}

// requireSafe requires an answer that is no fault of ours, leads nowhere else, and runs nothing of the request's.
func requireSafe(t *testing.T, p *pagesOf, answer *httptest.ResponseRecorder) {
	t.Helper()
	require.Less(t, answer.Code, http.StatusInternalServerError, answer.Body.String())
	require.NotContains(t, p.log.String(), "level=ERROR")
	require.NotEmpty(t, answer.Header().Get("Content-Security-Policy"))
	if location := answer.Header().Get("Location"); location != "" {
		require.True(t, inside(location), location)
	}
	if answer.Code != http.StatusOK && answer.Code < http.StatusBadRequest || !strings.HasPrefix(answer.Header().Get("Content-Type"), "text/html") {
		return
	}
	document, err := html.Parse(answer.Body)
	require.NoError(t, err)
	requireNothingFromElsewhere(t, document)
	for _, link := range elements(document, atom.A) {
		href, _ := attribute(link, "href")
		_, err := url.Parse(href)
		require.NoError(t, err)
	}
}

// farAway is fixed, so that what is signed here is the same in each run: go test keeps what it has found.
var farAway = time.Date(2099, time.January, 1, 0, 0, 0, 0, time.UTC)

// FuzzPage asks for anything, with the cookie of the creator who has all there is, of another one, and with none. Only
// the first sees an amount.
func FuzzPage(f *testing.F) {
	for _, address := range append(addresses, problems...) {
		f.Add(http.MethodGet, address, "")
	}
	for _, seed := range []struct{ method, target, headers string }{
		{"GET", "/?lang=en&lang=ko&before=2024-03-04&%zz;=\"><script>", "Accept-Language: ko;q=x, *"},
		{"GET", "/statements/2024-W19?page=99999999999999999999&x=javascript:alert(1)", ""},
		{"HEAD", "/videos/+1001?week=2024-W19&page=-1", "If-None-Match: *"},
		{"GET", "/videos/%31001/2024%2D05-09?lang=en", "Cookie: a=b"},
		{"POST", "//example.com/../videos/1001", "Content-Length: 5"},
		{"GET", "/\\example.com", "Authorization: Bearer x\nAuthorization: Bearer y"},
		{"GET", stylePath + "?%00", "If-None-Match: \"\""},
		{"OPTIONS", "*", "Host: example.com"},
		{"CONNECT", "/sign-in/..", ""},
	} {
		f.Add(seed.method, seed.target, seed.headers)
	}
	p := newPages(f, newBooks(f, 60))
	cookieOf := func(id int64) *http.Cookie {
		return &http.Cookie{Name: access.CookieName, Value: p.keys.Sign(link.Cookie, link.Grant{CreatorID: id, Expires: farAway})}
	}
	cookies := []*http.Cookie{nil, cookieOf(creator + 1), cookieOf(creator)}
	f.Fuzz(func(t *testing.T, method, target, headers string) {
		for _, cookie := range cookies {
			r := asked(method, target, headers)
			if r == nil {
				return
			}
			if cookie != nil {
				r.AddCookie(cookie)
			}
			p.log.Reset()
			answer := p.do(r)
			if cookie == nil || cookie.Value != cookies[2].Value {
				require.NotContains(t, answer.Body.String(), "₩")
			}
			requireSafe(t, p, answer)
		}
	})
}

// FuzzLink opens anything as the link of a mail. Only the one that was signed becomes a cookie.
func FuzzLink(f *testing.F) {
	p := newPages(f, newBooks(f, 3))
	good := p.keys.Sign(link.Mail, link.Grant{CreatorID: creator, Expires: farAway})
	for _, token := range []string{
		good, good + "?lang=en", good + "/", good[1:], "%" + good, strings.ToUpper(good), "../" + link.Path + good, ".", "", "%2e%2e/", "\"><script>",
		p.keys.Sign(link.Cookie, link.Grant{CreatorID: creator, Expires: farAway}), p.keys.Sign(link.Mail, link.Grant{CreatorID: creator, Expires: time.Unix(1, 0)}),
	} {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		r := asked(http.MethodGet, link.Path+token, "")
		if r == nil {
			return
		}
		p.log.Reset()
		answer := p.do(r)
		requireSafe(t, p, answer)
		require.Empty(t, p.log.String(), "no link is logged")
		if r.URL.Path != link.Path+good {
			require.Empty(t, answer.Header().Values("Set-Cookie"))
			require.NotEqual(t, http.StatusOK, answer.Code)
			return
		}
		require.Equal(t, http.StatusSeeOther, answer.Code)
		require.Equal(t, "/", answer.Header().Get("Location"))
		require.Len(t, answer.Result().Cookies(), 1)
	})
}
