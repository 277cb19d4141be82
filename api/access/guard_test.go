package access

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"creatorpay/engine/link"
	"creatorpay/internal/issuer"
	"creatorpay/program/settings"
)

// canceled is a context that has ended.
func canceled(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// serve sends the request through the guard; 200 answers with the reader's subject.
func (w *world) serve(r *http.Request) *httptest.ResponseRecorder {
	w.Helper()
	answer := httptest.NewRecorder()
	w.access.Guard(func(to http.ResponseWriter, _ *http.Request, why *Refused) {
		why.SetHeaders(to.Header())
		to.WriteHeader(why.Status)
	})(http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
		_, _ = to.Write([]byte(From(r.Context()).Subject))
	})).ServeHTTP(answer, r)
	return answer
}

func limited(c *Config) { c.Rate = 3 }

func TestGuard_LetsThroughWhoIsKnownAndSaysWho(t *testing.T) {
	w := newWorld(t)
	answer := w.serve(request("Bearer " + w.creatorToken(42)))
	require.Equal(t, http.StatusOK, answer.Code)
	require.Equal(t, "creator-42", answer.Body.String())
}

func TestGuard_RefusesOthersWithTheChallenge(t *testing.T) {
	w := newWorld(t)
	answer := w.serve(request("Bearer garbage"))
	require.Equal(t, http.StatusUnauthorized, answer.Code)
	require.Equal(t, `Bearer realm="creatorpay", error="invalid_token"`, answer.Header().Get("WWW-Authenticate"))
	require.Empty(t, answer.Header().Get("Retry-After"))
}

func TestGuard_WhatCannotBeCheckedSaysWhenToAskAgain(t *testing.T) {
	w := newWorld(t, limited)
	w.wire.setCut(true)
	for range 10 {
		answer := w.serve(request("Bearer " + w.creatorToken(42)))
		require.Equal(t, http.StatusServiceUnavailable, answer.Code, "it is no failure of the address")
		require.Equal(t, "10", answer.Header().Get("Retry-After"))
	}
	require.NotContains(t, w.log.String(), "request refused", "each fetch is logged, and no request")
	require.Equal(t, 1, strings.Count(w.log.String(), "cannot fetch the issuer's keys"))
}

func TestGuard_LimitsKeysThatAreMadeUpOneAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, limited)
		for _, status := range []int{http.StatusUnauthorized, http.StatusServiceUnavailable, http.StatusServiceUnavailable, http.StatusTooManyRequests} {
			require.Equal(t, status, w.serve(request("Bearer "+w.madeUp(t))).Code)
		}
		require.Equal(t, 3, strings.Count(w.log.String(), "request refused"))
	})
}

func TestGuard_LimitsEachSubjectByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, limited)
		token := request("Bearer " + w.creatorToken(42))
		cookie := withCookie(http.MethodGet, w.links.Sign(link.Cookie, link.Grant{CreatorID: 42, Expires: time.Now().Add(time.Hour)}))
		for _, r := range []*http.Request{token, cookie} {
			for range 3 {
				require.Equal(t, http.StatusOK, w.serve(r).Code)
			}
			answer := w.serve(r)
			require.Equal(t, http.StatusTooManyRequests, answer.Code)
			require.Equal(t, "60", answer.Header().Get("Retry-After"))
		}
		require.Equal(t, http.StatusOK, w.serve(request("Bearer "+w.creatorToken(43))).Code)
		<-time.After(2 * window)
		require.Equal(t, http.StatusOK, w.serve(token).Code)
	})
}

func TestGuard_LimitsTheFailuresOfAnAddressButNotWhoHasAGoodToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, limited)
		for range 3 {
			require.Equal(t, http.StatusUnauthorized, w.serve(request("Bearer garbage")).Code)
		}
		require.Equal(t, http.StatusTooManyRequests, w.serve(request("Bearer garbage")).Code)
		require.Equal(t, http.StatusOK, w.serve(request("Bearer "+w.creatorToken(42))).Code)
		other := request("Bearer garbage")
		other.RemoteAddr = "192.0.2.7:1234"
		require.Equal(t, http.StatusUnauthorized, w.serve(other).Code)
		require.Equal(t, 4, strings.Count(w.log.String(), "request refused"), "what is over the limit is not logged")
	})
}

func TestGuard_WithoutARateSetsNoLimit(t *testing.T) {
	w := newWorld(t)
	for range 1000 {
		require.Equal(t, http.StatusUnauthorized, w.serve(request("Bearer garbage")).Code)
	}
}

func TestGuard_LogsNothingThatCameWithTheRequest(t *testing.T) {
	w := newWorld(t)
	claims := w.issuer.Claims("secret-subject", -time.Hour)
	token, err := w.issuer.Sign(claims)
	require.NoError(t, err)
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	unknown := w.forge(jwt.SigningMethodES256, own, map[string]any{"kid": "secret-key-id"})
	for _, r := range []*http.Request{
		request("Bearer " + token), request("Bearer secret.garbage.here"), request("secret " + token), unknown,
		withCookie(http.MethodGet, "v1.secret.secret.secret"), withCookie(http.MethodGet, w.links.Sign(link.Cookie, link.Grant{CreatorID: 123456789})),
	} {
		w.access.issuer.began = time.Now().Add(-fetchInterval)
		require.Equal(t, http.StatusUnauthorized, w.serve(r).Code)
	}
	require.Equal(t, 6, strings.Count(w.log.String(), "request refused"))
	for _, text := range []string{"secret", "123456789", token, strings.Split(token, ".")[0]} {
		require.NotContains(t, w.log.String(), text)
	}
}

func TestConfig_ThatCannotBeRightIsRefusedAtOnce(t *testing.T) {
	_, err := New(Config{Issuer: "login.example.com", JWKSURL: "http://login.example.com", LinkKeys: settings.LinkKeys{Keys: "a:secret"}, Rate: -1}, nil)
	for _, says := range []string{"--issuer (API_ISSUER)", "--jwks-url (API_JWKS_URL)", "--audience (API_AUDIENCE)", "--link-keys (LINK_KEYS): key 1", "--rate (API_RATE) is -1"} {
		require.ErrorContains(t, err, says)
	}
	require.NotContains(t, err.Error(), "secret")

	_, err = New(Config{Audience: issuer.Audience}, nil)
	require.ErrorContains(t, err, "nobody could be let in")
	_, err = New(Config{Audience: issuer.Audience, JWKSURL: issuerURL + "/keys", LinkKeys: settings.LinkKeys{Keys: linkKeys}}, nil)
	require.ErrorContains(t, err, "needs --issuer (API_ISSUER)")
}

func TestIdentify_TakesNoTokenWithoutAnIssuer(t *testing.T) {
	w := newWorld(t)
	alone, err := New(Config{Audience: issuer.Audience, LinkKeys: settings.LinkKeys{Keys: linkKeys}}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	alone.Run(t.Context()) // returns at once

	_, err = alone.Identify(request("Bearer " + w.creatorToken(7)))
	var refused *Refused
	require.ErrorAs(t, err, &refused)
	require.Equal(t, http.StatusUnauthorized, refused.Status)
}

func TestFrom_WithoutAReaderIsNobody(t *testing.T) {
	require.Zero(t, From(t.Context()))
	require.False(t, From(t.Context()).MayRead(0))
}
