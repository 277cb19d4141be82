package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/generate"
)

func TestDayIsMeasuredBesideReplicasThatAreScanned(t *testing.T) {
	dir := t.TempDir()
	command := measureCommand{
		files:        files{Figures: filepath.Join(dir, "figures"), Page: filepath.Join(dir, "page.md")},
		installation: installation{Dir: filepath.Join(dir, "stack"), Memory: "64M", RedoLog: "64M", Worker: buildWorker(t)},
		layout:       layout{Workers: 1, Replicas: 1, Scan: true},
		Name:         "tiny", Millions: []float64{0.1}, Only: []string{floor}, Videos: 50, ClosedDays: 1, Skew: generate.Natural, Rounds: 1, ContestantTimeout: time.Minute,
	}

	require.NoError(t, command.Run(t.Context()))

	var measured []measurement
	require.NoError(t, eachFigures(command.Figures, func(m measurement) { measured = append(measured, m) }))
	require.Len(t, measured, 1)
	require.Equal(t, "1 replica, scanned", measured[0].Layout)
	for _, contestant := range []string{product, floor, withPayments} {
		require.Positive(t, measured[0].Sizes[0].median(contestant), contestant)
	}
	f, _ := measured[0].Sizes[0].of(product)
	require.Positive(t, f.Rounds[0].Replicas)
	require.Regexp(t, `\| 100,000 \| product \| 1 \| .*, replicas \d`, readPage(t, command.files))
}
