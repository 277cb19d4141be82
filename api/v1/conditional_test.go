package v1

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestIfNoneMatchIsUnderstoodAsTheStandardLibraryDoes(t *testing.T) {
	answer := &representation{contentType: contentTypeJSON, tag: "abc", plain: []byte("{}")}
	for _, header := range []string{
		"", `"abc"`, `W/"abc"`, `"x"`, `"x", "abc"`, `"x","abc"`, `"x" , W/"abc"`, "*", " * ", `"abc`, `abc`, `"abc" "x"`, `W/abc`, `w/"abc"`, `,"abc"`, `, ,"abc"`,
		`"a,b", "abc"`, `"", "abc"`, `*, "abc"`, `"x", *`, "\"abc\"\t", `"abcd"`, `"ABC"`,
	} {
		request := httptest.NewRequest(http.MethodGet, top5Path, nil)
		request.Header.Set("If-None-Match", header)
		ours, theirs := httptest.NewRecorder(), httptest.NewRecorder()
		answer.serve(ours, request)
		theirs.Header().Set("ETag", `"abc"`)
		http.ServeContent(theirs, request, "", time.Time{}, bytes.NewReader(answer.plain))
		require.Equal(t, theirs.Code, ours.Code, "If-None-Match: %s", header)
	}
}

func TestAcceptEncodingIsWeighed(t *testing.T) {
	for header, compressed := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "x-gzip": true, "identity": false, "br": false, "br, gzip": true, "*": true, "gzip;q=0": false, "gzip;q=0.0": false,
		"gzip; q=0.5": true, "gzip;q=0.5, identity;q=0.5": true, "gzip;q=0.4, identity;q=0.5": false, "identity;q=0, gzip;q=0.1": true, "*;q=0": false,
		"gzip;q=0, *": false, "*;q=0.1": true, "br;q=1, *;q=0": false, "gzip;q=2": false, "gzip;q=-1": false, "gzip;q=x": false, "gzip;q=": false, "gzip;level=9": false,
		"gzip;q=NaN": false, "gzip;Q=0.5": true, " gzip , br": true, "gzip;q=0, x-gzip": false, ",,": false,
	} {
		require.Equal(t, compressed, acceptsGzip([]string{header}), "Accept-Encoding: %s", header)
	}
	require.True(t, acceptsGzip([]string{"br", "gzip"}), "of two headers")
}

// large is a rig whose settlement is worth compressing, and its address.
func large(t *testing.T) (*rig, string) {
	rig := newRig(t)
	rig.videos = 100
	return rig, settlementPath
}

func TestACompressedAnswerIsTheSameUnderATagOfItsOwn(t *testing.T) {
	rig, target := large(t)
	plain, compressed := rig.get(target), rig.get(target, "Accept-Encoding", "gzip")
	require.Empty(t, plain.Header().Get("Content-Encoding"))
	require.Equal(t, "gzip", compressed.Header().Get("Content-Encoding"))
	require.NotEqual(t, plain.Header().Get("ETag"), compressed.Header().Get("ETag"))
	require.Less(t, compressed.Body.Len(), plain.Body.Len())
	from, err := gzip.NewReader(compressed.Body)
	require.NoError(t, err)
	unpacked, err := io.ReadAll(from)
	require.NoError(t, err)
	require.Equal(t, plain.Body.String(), string(unpacked))
}

func TestASmallAnswerAndADocumentAreNotCompressed(t *testing.T) {
	for _, target := range []string{top5Path, "/v1/creators/7/statements/2024-W19/statement.pdf"} {
		require.Empty(t, newRig(t).get(target, "Accept-Encoding", "gzip").Header().Get("Content-Encoding"))
	}
}

func TestAClientThatHasTheAnswerIsToldSoWithoutADatabase(t *testing.T) {
	for _, encoding := range []string{"identity", "gzip"} {
		first, target := large(t)
		tag := first.get(target, "Accept-Encoding", encoding).Header().Get("ETag")

		for rule, rig := range map[string]*rig{"by the process that answered": first, "by another": newRig(t)} {
			before := rig.asked.Load()
			for _, header := range []string{tag, "W/" + tag, `"x", ` + tag} {
				response := rig.get(target, "If-None-Match", header, "Accept-Encoding", encoding)
				require.Equal(t, http.StatusNotModified, response.Code, rule)
				require.Equal(t, tag, response.Header().Get("ETag"))
				require.Equal(t, "private, no-cache", response.Header().Get("Cache-Control"))
				require.Equal(t, vary, response.Header().Get("Vary"))
				require.Empty(t, response.Header().Get("Content-Type"))
				require.Zero(t, response.Body.Len())
			}
			require.Equal(t, before, rig.asked.Load(), rule)
		}
	}
}

func TestATagIsOfOneRequestOnly(t *testing.T) {
	rig := newRig(t)
	tag := rig.get(settlementPath).Header().Get("ETag")
	for _, target := range []string{settlementPath + "&limit=2", top5Path, strings.Replace(settlementPath, "settlement", "statistics", 1)} {
		require.Equal(t, http.StatusOK, rig.get(target, "If-None-Match", tag).Code)
	}
}

func TestTheOrderOfParametersIsNoOtherRequest(t *testing.T) {
	rig := newRig(t)
	tag := rig.get("/v1/top5?period=daily&date=2024-05-09").Header().Get("ETag")
	require.Equal(t, http.StatusNotModified, rig.get("/v1/top5?date=2024-05-09&period=daily", "If-None-Match", tag).Code)
}

func TestAStarMatchesOnlyWhatIsThere(t *testing.T) {
	rig := newRig(t)
	require.Equal(t, http.StatusNotModified, rig.get(top5Path, "If-None-Match", "*").Code)
	require.Equal(t, http.StatusNotFound, rig.get("/v1/creators/7/videos/5/explanation?date=2024-05-09", "If-None-Match", "*").Code)
}

func TestHeadIsGetWithoutABody(t *testing.T) {
	server := httptest.NewServer(newRig(t).handler)
	defer server.Close()
	for _, target := range []string{settlementPath, "/v1/creators/7/statements", "/v1/creators/7/statements/2024-W19/statement.pdf", "/openapi.json", "/v1/none", "/v1/top5"} {
		var status [2]int
		var header [2]http.Header
		for i, method := range []string{http.MethodGet, http.MethodHead} {
			request, err := http.NewRequestWithContext(t.Context(), method, server.URL+target, http.NoBody)
			require.NoError(t, err)
			request.Header.Set("Authorization", "Bearer own")
			request.Header.Set("Accept-Encoding", "identity")
			response, err := server.Client().Do(request)
			require.NoError(t, err)
			body, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			require.Equal(t, method == http.MethodHead, len(body) == 0, target)
			status[i], header[i] = response.StatusCode, response.Header
			header[i].Del("Date")
		}
		require.Equal(t, status[0], status[1])
		require.Equal(t, header[0], header[1], target)
	}
}

func TestWhatGrowsIsNotKeptByClients(t *testing.T) {
	for _, target := range []string{"/v1/creators/7/statements", "/v1/creators/7/videos/1001/history?from=2024-05-09&to=2024-05-09"} {
		rig := newRig(t)
		response := rig.get(target)
		require.Equal(t, http.StatusOK, response.Code)
		require.Empty(t, response.Header().Get("ETag"))
		require.Equal(t, "no-store", response.Header().Get("Cache-Control"))
		require.Equal(t, http.StatusOK, rig.get(target, "If-None-Match", `""`).Code)
		require.EqualValues(t, 2, rig.asked.Load())
	}
}

func TestADocumentKeepsItsNameAndItsHash(t *testing.T) {
	rig := newRig(t)
	response := rig.get("/v1/creators/7/statements/2024-W19/statement.pdf")
	require.Equal(t, "application/pdf", response.Header().Get("Content-Type"))
	require.Equal(t, `"`+documentHash+`"`, response.Header().Get("ETag"))
	require.Equal(t, "inline; filename*=utf-8''%EC%A0%95%EC%82%B0%EC%84%9C%202024-W19.pdf", response.Header().Get("Content-Disposition"))
	require.Equal(t, http.StatusNotModified, rig.get("/v1/creators/7/statements/2024-W19/statement.pdf", "If-None-Match", `"`+documentHash+`"`).Code)
}
