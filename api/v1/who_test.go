package v1

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"creatorpay/api/access"
	"creatorpay/api/answers"
	"creatorpay/engine/link"
	"creatorpay/internal/issuer"
	"creatorpay/program/settings"
)

// asker is somebody with what they send to show who they are.
type asker struct {
	name          string
	header, value string // none if empty
	reader        access.Reader
	challenged    bool // refused whatever they ask for
}

// newGuardedRig is a rig behind the real access, and all who may come to its door.
func newGuardedRig(t *testing.T) (*rig, []asker) {
	t.Helper()
	server, err := issuer.Start(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop()) })
	forgers, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	keys := "a:" + base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("a", 32)))
	links, err := link.ParseKeys(keys)
	require.NoError(t, err)
	guard, err := access.New(access.Config{Issuer: server.URL, Audience: issuer.Audience, LinkKeys: settings.LinkKeys{Keys: keys}}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)

	bearer := func(token string, err error) string {
		require.NoError(t, err)
		return "Bearer " + token
	}
	cookie := func(creator int64, expires time.Time) string {
		return access.CookieName + "=" + links.Sign(link.Cookie, link.Grant{CreatorID: creator, Expires: expires})
	}
	nobodys, unsigned := server.Claims("nobody in particular", time.Hour), server.Claims("operator", time.Hour)
	unsigned["scope"] = "operator"
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone, unsigned).SignedString(jwt.UnsafeAllowNoneSignatureType)
	require.NoError(t, err)

	// forged is the token with another key's signature under the name of the issuer's.
	forged := func(token string, err error) string {
		require.NoError(t, err)
		made, _, err := jwt.NewParser().ParseUnverified(token, jwt.MapClaims{})
		require.NoError(t, err)
		return bearer(made.SignedString(forgers))
	}

	const auth = "Authorization"
	return newFakeRig(guard), []asker{
		{"the creator", auth, bearer(server.Creator(own, time.Hour)), access.Reader{CreatorID: own}, false},
		{"the creator by a link", "Cookie", cookie(own, time.Now().Add(time.Hour)), access.Reader{CreatorID: own}, false},
		{"another creator", auth, bearer(server.Creator(other, time.Hour)), access.Reader{CreatorID: other}, false},
		{"another creator by a link", "Cookie", cookie(other, time.Now().Add(time.Hour)), access.Reader{CreatorID: other}, false},
		{"an operator", auth, bearer(server.Operator(time.Hour)), access.Reader{Operator: true}, false},
		{"somebody without data", auth, bearer(server.Sign(nobodys)), access.Reader{}, false},
		{"nobody", "", "", access.Reader{}, true},
		{"the creator, expired", auth, bearer(server.Creator(own, -time.Hour)), access.Reader{}, true},
		{"an operator, expired", auth, bearer(server.Operator(-time.Hour)), access.Reader{}, true},
		{"an expired link", "Cookie", cookie(own, time.Now().Add(-time.Hour)), access.Reader{}, true},
		{"a forged operator", auth, forged(server.Operator(time.Hour)), access.Reader{}, true},
		{"a forged creator", auth, forged(server.Creator(own, time.Hour)), access.Reader{}, true},
		{"an operator without a signature", auth, bearer(none, nil), access.Reader{}, true},
		{"a forged link", "Cookie", cookie(own, time.Now().Add(time.Hour)) + "x", access.Reader{}, true},
		{"a link as a token", auth, "Bearer " + links.Sign(link.Mail, link.Grant{CreatorID: own, Expires: time.Now().Add(time.Hour)}), access.Reader{}, true},
	}
}

// openAPIOf is the document that the handler serves.
func openAPIOf(t *testing.T, r *rig) (document huma.OpenAPI, body []byte) {
	t.Helper()
	response := r.ask(http.MethodGet, openAPIPath)
	require.Equal(t, http.StatusOK, response.Code)
	body = response.Body.Bytes()
	var paths struct {
		Paths map[string]map[string]struct {
			OperationID string
			Parameters  []struct {
				Name, In string
				Schema   struct{ Examples []any }
			}
		}
	}
	require.NoError(t, json.Unmarshal(body, &paths))
	document.Paths = map[string]*huma.PathItem{}
	for path, operations := range paths.Paths {
		require.Len(t, operations, 1, "only GET is documented")
		operation := &huma.Operation{OperationID: operations["get"].OperationID, Path: path}
		for _, p := range operations["get"].Parameters {
			operation.Parameters = append(operation.Parameters, &huma.Param{Name: p.Name, In: p.In, Schema: &huma.Schema{Examples: p.Schema.Examples}})
		}
		document.Paths[path] = &huma.PathItem{Get: operation}
	}
	return document, body
}

// exampleOf is the address of the path with the examples of its parameters, which are of the creator own.
func exampleOf(t *testing.T, operation *huma.Operation) string {
	t.Helper()
	target, query := operation.Path, url.Values{}
	for _, p := range operation.Parameters {
		if p.Name == "cursor" { // there is one only after a first page
			continue
		}
		require.NotEmpty(t, p.Schema.Examples, "%s needs an example of %s", operation.Path, p.Name)
		example := fmt.Sprint(p.Schema.Examples[0])
		if p.In == "path" {
			target = strings.Replace(target, "{"+p.Name+"}", example, 1)
		} else {
			query.Set(p.Name, example)
		}
	}
	return requestText(target, query)
}

func requestText(path string, query url.Values) string { return request{path, query}.String() }

// Who may read what is said once more here, in other words than in the program: a path that is not the creator's must be
// in this list.
var forOthersThanTheCreator = map[string]func(access.Reader) bool{
	"/v1/top5":    func(access.Reader) bool { return true },
	"/v1/periods": func(r access.Reader) bool { return r.Operator },
}

func TestWhoMayReadWhat(t *testing.T) {
	rig, askers := newGuardedRig(t)
	document, _ := openAPIOf(t, rig)
	require.GreaterOrEqual(t, len(document.Paths), 10)
	for path, item := range document.Paths {
		target := exampleOf(t, item.Get)
		may, listed := forOthersThanTheCreator[path]
		if !listed {
			require.True(t, strings.HasPrefix(path, "/v1/creators/{creator_id}/"), "say in forOthersThanTheCreator who may read %s", path)
			may = func(r access.Reader) bool { return r.Operator || r.CreatorID == own }
		}
		for _, asker := range askers {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				t.Run(method+" "+path+" by "+asker.name, func(t *testing.T) {
					before := rig.asked.Load()
					var headers []string
					if asker.header != "" {
						headers = []string{asker.header, asker.value}
					}
					response := rig.ask(method, target, headers...)
					switch {
					case asker.challenged:
						require.Equal(t, http.StatusUnauthorized, response.Code)
						require.Contains(t, response.Header().Get("WWW-Authenticate"), "Bearer")
					case may(asker.reader):
						require.Equal(t, http.StatusOK, response.Code, response.Body.String())
						return
					default:
						require.Equal(t, http.StatusNotFound, response.Code)
					}
					require.Equal(t, before, rig.asked.Load(), "no database is asked")
					path, query, _ := strings.Cut(target, "?")
					wrong := rig.ask(method, path+"?limit=0&unknown=1&date=x&"+query, headers...)
					require.Equal(t, response.Code, wrong.Code, "also with wrong parameters")
					known := rig.ask(method, target, append(headers, "If-None-Match", "*")...)
					require.Equal(t, response.Code, known.Code, "also to who says to have it")
				})
			}
		}
	}
}

func TestWhatIsAnothersIsAnsweredAsWhatIsNotThere(t *testing.T) {
	rig := newRig(t)
	anothers := rig.get("/v1/creators/8/videos/1001/explanation?date=2024-05-09")
	missing := rig.get("/v1/creators/7/videos/5/explanation?date=2024-05-09")
	forOperators := rig.get("/v1/periods?kind=daily&from=2024-05-01&to=2024-05-31")
	nowhere := rig.get("/v1/nowhere")
	for _, response := range []*httptest.ResponseRecorder{missing, forOperators, nowhere} {
		require.Equal(t, anothers.Result().Header, response.Result().Header)
	}
	require.Equal(t, http.StatusNotFound, anothers.Code)
	require.Equal(t, anothers.Body.String(), missing.Body.String())
	require.Equal(t, anothers.Body.String(), forOperators.Body.String())
	require.Equal(t, anothers.Body.String(), nowhere.Body.String())
}

func TestAPathThatDoesNotSayWhoMayReadItIsAMistake(t *testing.T) {
	s := newRig(t).service
	for _, o := range []operation{
		{id: "one", path: "/v1/one"},
		{id: "two", path: "/v1/two", who: creatorOfPath},
		{id: "three", path: "/v1/creators/{creator_id}/three", who: signedIn},
	} {
		require.Panics(t, func() { readDocument(s, o, s.pdf(answers.PayoutPDF)) }, o.path)
	}
}
