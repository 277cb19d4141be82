package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGrowthIsMeasuredFromTheFilesToTheAudit(t *testing.T) {
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", dir, "creatorpay/worker")
	output, err := build.CombinedOutput()
	require.NoError(t, err, string(output))
	command := growthCommand{
		files:        files{Figures: filepath.Join(dir, "figures"), Page: filepath.Join(dir, "page.md")},
		installation: installation{Dir: filepath.Join(dir, "stack"), Memory: "64M", RedoLog: "64M", Worker: filepath.Join(dir, "worker")},
		Name:         "tiny", Creators: []int{3, 30}, Videos: 20,
	}

	require.NoError(t, command.Run(t.Context()))

	measured, err := command.readGrowth()
	require.NoError(t, err)
	require.Len(t, measured, 1)
	for i, size := range measured[0].Sizes {
		require.Equal(t, command.Creators[i], size.Creators)
		require.Equal(t, size.Creators, size.Statements)
		require.Len(t, size.Steps, 9)
		require.Positive(t, size.Events)
		require.Positive(t, size.Peak)
	}
	page, err := os.ReadFile(command.Page)
	require.NoError(t, err)
	require.Contains(t, string(page), "| 30 | 30 | mails |")
	require.NoDirExists(t, command.mailed())
}
