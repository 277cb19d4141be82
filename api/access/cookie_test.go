package access

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/engine/link"
)

// open opens a link, as a browser does.
func (w *world) open(text string) (*httptest.ResponseRecorder, error) {
	w.Helper()
	answer := httptest.NewRecorder()
	var failed error
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+link.Path+"{token}", func(to http.ResponseWriter, r *http.Request) { failed = w.access.OpenLink(to, r) })
	mux.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, apiURL+link.Path+text, nil))
	return answer, failed
}

// cookieOf is the cookie that an answer sets.
func cookieOf(t *testing.T, answer *httptest.ResponseRecorder) *http.Cookie {
	t.Helper()
	cookie, err := http.ParseSetCookie(answer.Header().Get("Set-Cookie"))
	require.NoError(t, err)
	return cookie
}

// withCookie is a request with a cookie.
func withCookie(method, value string) *http.Request {
	r := request()
	r.Method = method
	r.AddCookie(&http.Cookie{Name: CookieName, Value: value})
	return r
}

func TestLink_BecomesACookieThatReadsItsCreator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		answer, err := w.open(w.links.Sign(link.Mail, link.Grant{CreatorID: 42, Expires: time.Now().Add(time.Hour)}))
		require.NoError(t, err)

		require.Equal(t, http.StatusSeeOther, answer.Code)
		require.Equal(t, "/", answer.Header().Get("Location"))
		require.Equal(t, "no-store", answer.Header().Get("Cache-Control"))
		cookie := cookieOf(t, answer)
		reader := w.accept(withCookie(http.MethodGet, cookie.Value))
		require.EqualValues(t, 42, reader.CreatorID)
		require.False(t, reader.Operator)
		require.Equal(t, reader, w.accept(withCookie(http.MethodHead, cookie.Value)))
		require.Empty(t, w.wire.asked(), "the issuer is not needed")

		<-time.After(time.Hour)
		refused := w.refuse(withCookie(http.MethodGet, cookie.Value))
		require.Equal(t, http.StatusUnauthorized, refused.Status)
		require.ErrorIs(t, refused, link.ErrExpired)
	})
}

func TestLink_TheCookieIsForThisHostAndNoScriptAndEndsWithTheLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		answer, err := w.open(w.links.Sign(link.Mail, link.Grant{CreatorID: 42, Expires: time.Now().Add(time.Hour)}))
		require.NoError(t, err)
		require.Regexp(t, `^__Host-creatorpay=v1\.a\.[\w-]+\.[\w-]+; Path=/; Expires=Sat, 01 Jan 2000 01:00:00 GMT; Max-Age=3600; HttpOnly; Secure; SameSite=Lax$`, answer.Header().Get("Set-Cookie"))
	})
}

func TestLink_StaysGoodAfterItWasOpened(t *testing.T) {
	w := newWorld(t)
	text := w.links.Sign(link.Mail, link.Grant{CreatorID: 42, Expires: time.Now().Add(time.Hour)})
	for range 3 {
		_, err := w.open(text)
		require.NoError(t, err)
	}
}

func TestLink_ThatIsNotGoodIsNotAnswered(t *testing.T) {
	w := newWorld(t)
	expired := w.links.Sign(link.Mail, link.Grant{CreatorID: 42, Expires: time.Now().Add(-time.Hour)})
	cookie := w.links.Sign(link.Cookie, link.Grant{CreatorID: 42, Expires: time.Now().Add(time.Hour)})
	for text, want := range map[string]error{expired: link.ErrExpired, cookie: link.ErrForged, "garbage": link.ErrForged} {
		answer, err := w.open(text)
		require.ErrorIs(t, err, want)
		require.Empty(t, answer.Header())
	}
}

func TestLink_WithoutKeysNoneOpens(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.LinkKeys.Keys = "" })
	_, err := w.open(w.links.Sign(link.Mail, link.Grant{CreatorID: 42, Expires: time.Now().Add(time.Hour)}))
	require.ErrorIs(t, err, link.ErrForged)
}

func TestLink_AndItsCookieEndWithTheKeyThatSignedTheLink(t *testing.T) {
	grant := link.Grant{CreatorID: 42, Expires: time.Now().Add(time.Hour)}
	before := newWorld(t)
	mail, cookie := before.links.Sign(link.Mail, grant), before.links.Sign(link.Cookie, grant)

	rotated := newWorld(t, func(c *Config) { c.LinkKeys.Keys = testLinkKeys("b", "a") })
	answer, err := rotated.open(mail)
	require.NoError(t, err)
	rotated.accept(withCookie(http.MethodGet, cookie))

	after := newWorld(t, func(c *Config) { c.LinkKeys.Keys = testLinkKeys("b") })
	_, err = after.open(mail)
	require.ErrorIs(t, err, link.ErrForged)
	require.ErrorIs(t, after.refuse(withCookie(http.MethodGet, cookie)), link.ErrForged)
	require.ErrorIs(t, after.refuse(withCookie(http.MethodGet, cookieOf(t, answer).Value)), link.ErrForged, "a cookie ends with the key of its link")
}

func TestCookie_IsGoodForReadingOnly(t *testing.T) {
	w := newWorld(t)
	cookie := w.links.Sign(link.Cookie, link.Grant{CreatorID: 42, Expires: time.Now().Add(time.Hour)})
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions} {
		require.Equal(t, http.StatusUnauthorized, w.refuse(withCookie(method, cookie)).Status)
	}
}

func TestCookie_ThatIsNotGoodIsRefused(t *testing.T) {
	w := newWorld(t)
	mail := w.links.Sign(link.Mail, link.Grant{CreatorID: 42, Expires: time.Now().Add(time.Hour)})
	for _, value := range []string{"", "garbage", mail} {
		refused := w.refuse(withCookie(http.MethodGet, value))
		require.Equal(t, http.StatusUnauthorized, refused.Status)
		require.ErrorIs(t, refused, link.ErrForged)
	}
}

func TestIdentify_ATokenWinsOverACookie(t *testing.T) {
	w := newWorld(t)
	r := withCookie(http.MethodGet, w.links.Sign(link.Cookie, link.Grant{CreatorID: 7, Expires: time.Now().Add(time.Hour)}))
	r.Header.Set("Authorization", "Bearer "+w.creatorToken(42))
	require.EqualValues(t, 42, w.accept(r).CreatorID)
	r.Header.Set("Authorization", "Bearer garbage")
	require.Equal(t, http.StatusUnauthorized, w.refuse(r).Status)
}
