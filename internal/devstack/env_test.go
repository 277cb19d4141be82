package devstack

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestEnvFileRoundTripsThroughTheShell(t *testing.T) {
	path := filepath.Join(t.TempDir(), "env")
	noNUL := rapid.String().Filter(func(s string) bool { return !strings.Contains(s, "\x00") })
	ctx := t.Context()
	rapid.Check(t, func(t *rapid.T) {
		first, second := noNUL.Draw(t, "first"), noNUL.Draw(t, "second")
		require.NoError(t, WriteEnv(path, "FIRST="+first, "SECOND="+second))

		got, err := exec.CommandContext(ctx, "sh", "-c", `. "$0" && printf '%s|%s' "$FIRST" "$SECOND"`, path).Output()
		require.NoError(t, err)
		require.Equal(t, first+"|"+second, string(got))
	})
}

func TestEnvFileQuotesOnlyWhatTheShellWouldRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "env")

	require.NoError(t, WriteEnv(path,
		"TEMPORAL_ADDRESS=127.0.0.1:7233",
		"MYSQL_DSN=root@tcp(127.0.0.1:3306)/creatorpay",
		"EMPTY=",
		"NAME=it's",
	))

	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, `TEMPORAL_ADDRESS=127.0.0.1:7233
MYSQL_DSN='root@tcp(127.0.0.1:3306)/creatorpay'
EMPTY=
NAME='it'\''s'
`, string(text))
}

func TestEnvFileIsItsOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "env")

	require.NoError(t, WriteEnv(path, "A=1"))

	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
}

func TestEnvFileRefusesABadName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "env")

	for _, bad := range []string{"A B=1", "=1", "A", "1A=1", "A;ls=1"} {
		require.Error(t, WriteEnv(path, bad), bad)
	}
	require.NoFileExists(t, path)
}
