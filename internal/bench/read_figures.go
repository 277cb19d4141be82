package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"creatorpay/internal/bench/load"
)

// readMeasurement is what one call of `bench api` measured.
type readMeasurement struct {
	Name     string
	Note     string `json:",omitempty"`
	Machine  machine
	Views    int64 // of each day
	Videos   int
	Kept     int // different requests of kept answers
	Rounds   int
	Lasting  time.Duration // of each reading that is not of a run
	Trying   time.Duration // of each further rate in the search for the highest
	Readings []reading
	Highest  []highest
	Runs     []runReading
}

// reading is what one attack found.
type reading struct {
	Asked    string // cold, warm, conditional or floor
	Replicas int
	load.Result
	Lasted time.Duration
	CPU    cpuTimes
}

// cpuTimes are of the processes, for as long as a reading lasted.
type cpuTimes struct {
	Asking    time.Duration
	Answering time.Duration
	Primary   time.Duration
	Replicas  time.Duration `json:",omitempty"`
	Job       time.Duration // Temporal and the worker
}

// highest is the highest rate that was answered in time.
type highest struct {
	Asked    string
	Replicas int
	Rate     int
}

// runReading is one daily run.
type runReading struct {
	Replicas int
	Took     time.Duration
	Reading  *reading `json:",omitempty"` // nil if nobody read
}

// readFolder is that of the figures of the read side, within that of all.
const readFolder = "api"

func (m readMeasurement) keep(dir string) error {
	return writeFigures(filepath.Join(dir, readFolder), m.Name, m)
}

// writeFigures writes what was measured under the name.
func writeFigures(dir, name string, figures any) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	text, err := json.MarshalIndent(figures, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name+".json"), append(text, '\n'), 0o600)
}
