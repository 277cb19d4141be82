package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatIsWrittenIsForItsOwnerOnlyAndWholeOrNotThere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "export.csv")
	require.NoError(t, writeFile(path, func(to io.Writer) error {
		_, err := to.Write([]byte("whole"))
		return err
	}))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	require.Error(t, writeFile(filepath.Join(dir, "half.csv"), func(to io.Writer) error {
		_, err := to.Write([]byte("half"))
		return errors.Join(err, errors.New("broken"))
	}))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
}
