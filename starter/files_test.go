package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
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

func TestSpool_CopiesAllOrNothing(t *testing.T) {
	var out strings.Builder
	broken := errors.New("broken")
	err := spool(&out, func(to io.Writer) error {
		_, err := io.WriteString(to, "half")
		return errors.Join(err, broken)
	})
	require.ErrorIs(t, err, broken)
	require.Empty(t, out.String())

	require.NoError(t, spool(&out, func(to io.Writer) error {
		_, err := io.WriteString(to, "whole")
		return err
	}))
	require.Equal(t, "whole", out.String())
}
