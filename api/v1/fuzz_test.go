package v1

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzRequest asks for anything. It is answered, or told a problem that is not ours, and never another creator's data.
func FuzzRequest(f *testing.F) {
	for _, seed := range []struct{ method, target, headers string }{
		{"GET", settlementPath, "Authorization: Bearer own"},
		{"GET", settlementPath + "&limit=2&cursor=89YzLEtUGyHoMg", "Authorization: Bearer own\nAccept-Encoding: gzip;q=0.5, *"},
		{"HEAD", top5Path, "Authorization: Bearer operator\nIf-None-Match: W/\"x\", *"},
		{"GET", "/v1/creators/8/statements/2024-W19/statement.pdf", "Authorization: Bearer own"},
		{"GET", "/v1/creators/7/statements/2024-W19/top5.pdf", "Authorization: Bearer own\nRange: bytes=0-1\nIf-Range: \"x\""},
		{"GET", "/v1/creators/7/videos/1001/explanation?date=2024-05-09", "Authorization: Bearer own\nAccept: json"},
		{"GET", "/v1/creators/%37/videos/1001/history?from=2024-05-09&to=2024-05-10", "Authorization: Bearer own"},
		{"GET", "/v1/periods?kind=daily&from=0000-01-01&to=9999-12-31&limit=9223372036854775808", "Authorization: Bearer operator"},
		{"OPTIONS", "*", ""},
		{"CONNECT", "/v1/../v1//top5", "Host: x"},
		{"POST", "/openapi.json?%zz;", "Content-Length: 5"},
		{"GET", "/problems/%00", "Accept: application/xml;q=0, */*"},
	} {
		f.Add(seed.method, seed.target, seed.headers)
	}
	rig := newRig(f)
	f.Fuzz(func(t *testing.T, method, target, headers string) {
		address, err := url.ParseRequestURI(target)
		if err != nil || method == "" {
			return // net/http refuses it
		}
		request := &http.Request{Method: method, URL: address, RequestURI: target, Header: http.Header{}, Body: http.NoBody, Host: "api.example.com", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
		for line := range strings.SplitSeq(headers, "\n") {
			name, value, _ := strings.Cut(line, ":")
			request.Header.Add(name, strings.TrimSpace(value))
		}
		response := httptest.NewRecorder()
		rig.handler.ServeHTTP(response, request)
		rig.log.Reset()
		require.Less(t, response.Code, 500, response.Body.String())
		if request.Header.Get("Authorization") == "Bearer own" {
			require.NotContains(t, response.Body.String(), `"creator_id":8`)
		}
		switch response.Code {
		case http.StatusOK:
		case http.StatusNotModified:
			require.NotEmpty(t, response.Header().Get("ETag"))
			require.Zero(t, response.Body.Len())
		default:
			var p Problem
			require.NoError(t, json.Unmarshal(response.Body.Bytes(), &p))
			require.Equal(t, response.Code, p.Status)
			require.Equal(t, contentTypeProblem, response.Header().Get("Content-Type"))
			require.NotEmpty(t, p.Type)
		}
	})
}
