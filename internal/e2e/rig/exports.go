package rig

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/oracle"
)

// Exports are what `starter export` has written, by a path of their own, such as
// "daily/2024-05-06/top5.csv".
type Exports map[string]string

// requireExport means that the period's export is the one that is wanted, byte for
// byte, and adds it. Otherwise both are left in a folder.
func (s *System) requireExport(to Exports, of oracle.Result, want oracle.Export) {
	s.T.Helper()
	got := s.Starter("export", want.Name, "--period", of.Kind, "--date", of.Start).RequireSuccess().Stdout
	path := filepath.Join(of.Kind, of.Start, want.Name+".csv")
	to[path] = got
	if got != want.CSV {
		folder := KeptFolder(s.T)
		Exports{path: want.CSV}.Write(s.T, filepath.Join(folder, "oracle"))
		Exports{path: got}.Write(s.T, filepath.Join(folder, "export"))
		require.Equal(s.T, want.CSV, got, "%s: compare both with diff -r %s/oracle %s/export", path, folder, folder)
	}
}

// KeptFolder is an empty folder that stays when the test has ended.
func KeptFolder(t testing.TB) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "creatorpay-exports-") //nolint:usetesting // the test's own is removed
	require.NoError(t, err)
	return folder
}

// Write writes the exports as files into the folder.
func (e Exports) Write(t testing.TB, folder string) {
	t.Helper()
	for name, content := range e {
		path := filepath.Join(folder, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
}
