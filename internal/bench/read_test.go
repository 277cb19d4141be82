package main

import (
	"os"
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

func TestReadersAreHeldAgainstTheirGoals(t *testing.T) {
	m := readMeasurement{
		Machine: machine{Database: "MySQL 9"},
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

	_, lines, _ := strings.Cut(page.String(), "---:|\n")
	require.Equal(t, "| MySQL 9 | primary only | cold | 4,999 **missed** |  | 1.10 **missed** |\n"+
		"| MySQL 9 | primary only | warm | 5,000 met | 19 met | 1.00 met |\n", lines)
}
