package v1

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
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

func TestAnswersAndProblemsAreOfTheSchemasOfTheDocument(t *testing.T) {
	rig := newRig(t)
	document, _ := openAPIOf(t, rig)
	api := rig.service.api.OpenAPI()
	conforms := func(schema *huma.Schema, body []byte) {
		t.Helper()
		var value any
		decoder := json.NewDecoder(bytes.NewReader(body))
		require.NoError(t, decoder.Decode(&value))
		var result huma.ValidateResult
		huma.Validate(api.Components.Schemas, schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, value, &result)
		require.Empty(t, result.Errors, string(body))
	}
	for path, item := range document.Paths {
		operation := api.Paths[path].Get
		response := rig.ask(http.MethodGet, exampleOf(t, item.Get), "Authorization", "Bearer operator")
		described := operation.Responses["200"].Content[response.Header().Get("Content-Type")]
		require.NotNil(t, described, path)
		if !strings.HasSuffix(path, ".pdf") {
			conforms(described.Schema, response.Body.Bytes())
		}
		require.Equal(t, operation.Responses["304"] != nil, response.Header().Get("ETag") != "", path)
	}
	problem := api.Paths["/v1/top5"].Get.Responses["409"].Content[contentTypeProblem].Schema
	for _, target := range []string{"/v1/top5?period=daily&date=2024-05-13", "/v1/top5", "/v1/none"} {
		conforms(problem, rig.get(target).Body.Bytes())
	}
}
