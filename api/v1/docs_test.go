package v1

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const guide = "../../docs/api.md"

// The parts of docs/api.md that say what the code says.
func TestTheGuideSaysWhatTheCodeDoes(t *testing.T) {
	text, err := os.ReadFile(guide)
	require.NoError(t, err)
	current := string(text)
	for part, made := range map[string]string{"paths": pathsOf(t), "problems": problemsTable()} {
		begin, end := "<!-- "+part+" -->\n", "<!-- end of "+part+" -->\n"
		before, rest, found := strings.Cut(current, begin)
		require.True(t, found, "%s has no %s", guide, begin)
		_, after, found := strings.Cut(rest, end)
		require.True(t, found, "%s has no %s", guide, end)
		current = before + begin + made + end + after
	}
	if *update {
		require.NoError(t, os.WriteFile(guide, []byte(current), 0o644))
		return
	}
	require.Equal(t, current, string(text), "go test ./api/v1 -update writes it anew")
}

func problemsTable() string {
	var out strings.Builder
	out.WriteString("\n| type | status | what it means, and what to do |\n|---|---|---|\n")
	for _, kind := range problemTypes {
		fmt.Fprintf(&out, "| `%s` | %d | %s. %s |\n", kind.uri(), kind.status, kind.title, kind.help)
	}
	return out.String() + "\n"
}

// pathsOf describes each path with its parameters and an answer.
func pathsOf(t *testing.T) string {
	rig := newRig(t)
	rig.videos = 1
	document, _ := openAPIOf(t, rig)
	api := rig.service.api.OpenAPI()
	paths := make([]string, 0, len(api.Paths))
	for path := range api.Paths {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	var out strings.Builder
	for _, path := range paths {
		operation := api.Paths[path].Get
		fmt.Fprintf(&out, "\n### `%s`\n\n%s. %s\n\n| parameter | | |\n|---|---|---|\n", path, operation.Summary, operation.Description)
		for _, p := range operation.Parameters {
			need := "required"
			if !p.Required {
				need = "may be left out"
			}
			fmt.Fprintf(&out, "| `%s` | %s, %s | %s |\n", p.Name, p.In, need, p.Description)
		}
		target := exampleOf(t, document.Paths[path].Get)
		response := rig.ask(http.MethodGet, target, "Authorization", "Bearer operator")
		require.Equal(t, http.StatusOK, response.Code)
		fmt.Fprintf(&out, "\n```\nGET %s\n", target)
		if strings.HasSuffix(path, ".pdf") {
			fmt.Fprintf(&out, "Content-Type: %s\n```\n", response.Header().Get("Content-Type"))
			continue
		}
		var indented bytes.Buffer
		require.NoError(t, json.Indent(&indented, response.Body.Bytes(), "", "  "))
		fmt.Fprintf(&out, "\n%s\n```\n", indented.String())
	}
	return out.String() + "\n"
}
