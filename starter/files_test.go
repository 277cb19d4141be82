package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatIsWrittenIsForItsOwnerOnlyAndWholeOrNotThere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "export.csv")
	require.NoError(t, writeFile(path, writeWhole))
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

func writeWhole(to io.Writer) error {
	_, err := io.WriteString(to, "whole")
	return err
}

func TestWhatALinkNamesIsReplacedAndNotTheLink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target.csv"), filepath.Join(dir, "link.csv")
	require.NoError(t, os.WriteFile(target, []byte("before"), 0o600))
	require.NoError(t, os.Symlink(target, link))

	require.NoError(t, writeFile(link, writeWhole))

	written, err := os.ReadFile(target)
	require.NoError(t, err)
	require.Equal(t, "whole", string(written))
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.Equal(t, os.ModeSymlink, info.Mode().Type())
}

func TestWhatIsNoFileIsWrittenIntoAndNotReplaced(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	reader, err := os.OpenFile(pipe, os.O_RDWR, 0) // so that neither end waits for the other
	require.NoError(t, err)
	defer reader.Close()

	require.NoError(t, writeFile(pipe, writeWhole))

	written := make([]byte, len("whole"))
	_, err = io.ReadFull(reader, written)
	require.NoError(t, err)
	require.Equal(t, "whole", string(written))
	info, err := os.Lstat(pipe)
	require.NoError(t, err)
	require.Equal(t, os.ModeNamedPipe, info.Mode().Type())
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

	require.NoError(t, spool(&out, writeWhole))
	require.Equal(t, "whole", out.String())
}
