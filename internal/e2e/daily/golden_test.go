package daily

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/rig"
)

var update = flag.Bool("update", false, "write the golden sums of exports under testdata anew")

// requireGolden means that the exports have the sums that are committed, which every
// server has to give: testdata/NAME.sha256, as sha256sum writes them. Otherwise the
// exports are left in a folder.
func requireGolden(t testing.TB, name string, exports rig.Exports) {
	t.Helper()
	var sums []string
	for _, path := range slices.Sorted(maps.Keys(exports)) {
		sums = append(sums, fmt.Sprintf("%x  %s\n", sha256.Sum256([]byte(exports[path])), path))
	}
	path := filepath.Join("testdata", name+".sha256")
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(strings.Join(sums, "")), 0o600))
		return
	}
	golden, err := os.ReadFile(path)
	require.NoError(t, err)
	if want := slices.Collect(strings.Lines(string(golden))); !slices.Equal(want, sums) {
		folder := rig.KeptFolder(t)
		exports.Write(t, folder)
		require.Equal(t, want, sums, "the oracle wants these exports, too, so its rules or the data are others than when the sums were written. "+
			"The exports are in %s, for a diff with those of another commit; run the test with -update if this is wanted", folder)
	}
}
