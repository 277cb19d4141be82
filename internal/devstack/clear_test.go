package devstack

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestClearTemporalLeavesTheDatabase(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"temporal.db", "temporal.db-wal", "temporal.log"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	require.NoError(t, os.Mkdir(mysqlDataDir(dir), 0o750))

	require.NoError(t, ClearTemporal(t.Context(), dir))

	require.DirExists(t, mysqlDataDir(dir))
	left, err := filepath.Glob(filepath.Join(dir, "temporal*"))
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join(dir, "temporal.lock"), filepath.Join(dir, "temporal.log")}, left)
}
