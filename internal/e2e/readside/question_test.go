package readside

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEachPathOfTheContractIsAsked(t *testing.T) {
	text, err := os.ReadFile("../../../docs/openapi.json")
	require.NoError(t, err)
	var contract struct {
		Paths map[string]json.RawMessage `json:"paths"`
	}
	require.NoError(t, json.Unmarshal(text, &contract))
	require.NotEmpty(t, contract.Paths)
	served := http.NewServeMux()
	for path := range contract.Paths {
		served.Handle(path, http.NotFoundHandler())
	}
	asked := map[string]bool{}
	for _, path := range paths {
		url := question{Path: path, Creator: 1, Video: 1, Period: firstDay.Week()}.url()
		if _, served := served.Handler(httptest.NewRequest(http.MethodGet, url, http.NoBody)); !path.isPage() {
			require.NotEmpty(t, served, "the contract has %s", url)
			asked[served] = true
		}
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(contract.Paths)), slices.Collect(maps.Keys(asked)))
}
