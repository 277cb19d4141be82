package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/bench/load"
)

// The floor of a measurement is this program, started with its command.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "floor" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestReadersAreMeasuredWithAndWithoutReplicas(t *testing.T) {
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", dir, "creatorpay/worker", "creatorpay/api")
	output, err := build.CombinedOutput()
	require.NoError(t, err, string(output))
	command := readCommand{
		files:        files{Figures: filepath.Join(dir, "figures"), Page: filepath.Join(dir, "page.md")},
		installation: installation{Dir: filepath.Join(dir, "stack"), Memory: "64M", RedoLog: "64M", Worker: filepath.Join(dir, "worker")},
		API:          filepath.Join(dir, "api"), Name: "tiny", Views: 5000, Videos: 50, Replicas: 1,
		Rates: []int{50}, Lasting: time.Second, Trying: 300 * time.Millisecond, Most: 50, Kept: 100, Rounds: 1,
	}

	require.NoError(t, command.Run(t.Context()))

	measured, err := command.readReaders()
	require.NoError(t, err)
	require.Len(t, measured, 1)
	require.Len(t, measured[0].Readings, 3+1+3, "each way alone, and the floor once")
	for _, one := range measured[0].Readings {
		require.Positive(t, one.Statuses["200"]+one.Statuses["304"], one)
		require.Equal(t, one.Requests, one.Statuses["200"]+one.Statuses["304"]+one.Statuses["503"], one) // of a machine that has much else to do
	}
	require.Len(t, measured[0].Runs, 2*(1+3), "alone, and asked in each way")
	page, err := os.ReadFile(command.Page)
	require.NoError(t, err)
	require.Equal(t, 3+3+3+3+(1+3), strings.Count(string(page), "| primary, 1 replica | "), "lines of goals, highest rates, readings alone and while a run is going, and runs")
}

func TestNoMoreRequestsAreDrawnThanAreSent(t *testing.T) {
	way := asking{draw: func(requests int) []load.Request { return make([]load.Request, requests) }}

	require.Len(t, way.drawFor(5000, 10*time.Second), 50_000)
	require.Len(t, way.drawFor(10, 250*time.Millisecond), 3)
}

func TestReadersAreHeldAgainstTheirGoals(t *testing.T) {
	m := readMeasurement{
		Machine: machine{Database: "MySQL 9", Cores: 2},
		Readings: []reading{{Asked: warm, Result: load.Result{
			Rate: readRate, Requests: 1, P99: 19 * time.Millisecond, Statuses: map[string]int{"200": 1},
		}}},
		Highest: []highest{{Asked: cold, Rate: 4999}, {Asked: warm, Rate: 5000}, {Asked: bytesOnly, Rate: 9000}},
		Runs: []runReading{
			{Took: 10 * time.Second},
			{Took: 11 * time.Second, Reading: &reading{Asked: cold, Result: load.Result{Rate: readersRate}}},
			{Took: 10 * time.Second, Reading: &reading{Asked: warm, Result: load.Result{Rate: readersRate}}},
		},
	}
	var page strings.Builder

	writeReadGoals(&page, []readMeasurement{m})

	_, lines, _ := strings.Cut(page.String(), "---:|---:|---:|\n")
	require.Equal(t, "| MySQL 9 | 2 | primary only | cold | 4,999 **missed** |  | 1.10 **missed** |\n"+
		"| MySQL 9 | 2 | primary only | warm | 5,000 met | 19 met | 1.00 met |\n", lines)
}
