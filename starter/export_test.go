package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// topOf is the Top 5 of a day with one video.
func topOf(title string) records {
	return records{columns: []string{"rank", "title", "value"}, lines: [][]any{{1, title, int64(-5)}}}
}

func TestATitleIsNoFormulaInCSVAndExactInJSON(t *testing.T) {
	const title = `=HYPERLINK("https://example.com")`
	var csv, json bytes.Buffer
	require.NoError(t, writeCSV(&csv, topOf(title)))
	require.NoError(t, writeJSON(&json, topOf(title)))
	require.Equal(t, "rank,title,value\n1,\"'=HYPERLINK(\"\"https://example.com\"\")\",-5\n", csv.String(), "figures stay figures")
	require.Contains(t, json.String(), `"title":"=HYPERLINK(\"https://example.com\")"`)
}

func TestWhatIsWrittenIsForItsOwnerOnlyAndWholeOrNotThere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "export.csv")
	require.NoError(t, writeFile(path, func(to io.Writer) error { return writeCSV(to, topOf("t")) }))
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
