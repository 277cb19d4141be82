package v1

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write docs/openapi.json and the tables of docs/api.md anew")

const committed = "../../docs/openapi.json"

func TestTheCommittedDocumentIsTheOneThatIsServed(t *testing.T) {
	_, served := openAPIOf(t, newRig(t))
	var indented bytes.Buffer
	require.NoError(t, json.Indent(&indented, served, "", "  "))
	indented.WriteByte('\n')
	if *update {
		require.NoError(t, os.WriteFile(committed, indented.Bytes(), 0o644))
	}
	kept, err := os.ReadFile(committed)
	require.NoError(t, err)
	require.Equal(t, string(kept), indented.String(), "go test ./api/v1 -update writes it anew")
}

func TestTheDocumentIsServedToAnybodyWithATag(t *testing.T) {
	rig := newRig(t)
	first := rig.ask(http.MethodGet, openAPIPath)
	require.Equal(t, "application/openapi+json", first.Header().Get("Content-Type"))
	again := rig.ask(http.MethodGet, openAPIPath, "If-None-Match", first.Header().Get("ETag"))
	require.Equal(t, http.StatusNotModified, again.Code)
}

func TestEveryFieldIsDescribed(t *testing.T) {
	used := map[string]bool{}
	for name, schema := range newRig(t).service.api.OpenAPI().Components.Schemas.Map() {
		for field, property := range schema.Properties {
			require.NotEmpty(t, property.Description, "%s.%s: give it a doc tag, or a text in columns", name, field)
			used[field] = used[field] || property.Description == columns[field]
		}
	}
	for name := range columns {
		require.True(t, used[name], "no field needs the text of %s", name)
	}
}

func TestADocumentHasNoListThatMayBeNull(t *testing.T) {
	_, body := openAPIOf(t, newRig(t))
	require.NotContains(t, string(body), `["array","null"]`)
}

// conforms requires that the answer is what the document says of the path.
func conforms(t *testing.T, r *rig, path string, response *httptest.ResponseRecorder) {
	t.Helper()
	described := r.service.api.OpenAPI().Paths[path].Get.Responses[strconv.Itoa(response.Code)].Content[response.Header().Get("Content-Type")]
	require.NotNil(t, described, path)
	if strings.HasSuffix(path, ".pdf") {
		return
	}
	var value any
	require.NoError(t, json.Unmarshal(response.Body.Bytes(), &value))
	var result huma.ValidateResult
	huma.Validate(r.service.api.OpenAPI().Components.Schemas, described.Schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, value, &result)
	require.Empty(t, result.Errors, response.Body.String())
}

func TestAnswersAndProblemsAreWhatTheDocumentSays(t *testing.T) {
	rig := newRig(t)
	document, _ := openAPIOf(t, rig)
	for path, item := range document.Paths {
		response := rig.ask(http.MethodGet, exampleOf(t, item.Get), "Authorization", "Bearer operator")
		conforms(t, rig, path, response)
		_, tagged := rig.service.api.OpenAPI().Paths[path].Get.Responses["304"]
		require.Equal(t, tagged, response.Header().Get("ETag") != "", path)
	}
	for _, target := range []string{"/v1/top5?period=daily&date=2024-05-13", "/v1/top5"} {
		conforms(t, rig, "/v1/top5", rig.get(target))
	}
	conforms(t, rig, "/v1/periods", rig.get("/v1/periods"))
}
