package main

import (
	"path/filepath"
	"time"
)

// growthMeasurement is what one call of `bench growth` measured.
type growthMeasurement struct {
	Name    string
	Note    string `json:",omitempty"`
	Machine machine
	Videos  int // a creator has on average
	Sizes   []growthSize
}

// growthSize is what was measured with one number of creators.
type growthSize struct {
	Creators   int
	Statements int // that were mailed
	Steps      []growthStep
	Events     int64 // of the histories of the mails
	Peak       int64 // the worker's memory in bytes
}

// growthStep is what one of the steps took.
type growthStep struct {
	Name     string
	Took     time.Duration
	MySQL    time.Duration // CPU time, as the two below
	Temporal time.Duration
	Client   time.Duration // of the worker and of the bench, which is the inbox and what operators do
}

// mailing is the step that draws and sends the mails.
const mailing = "mails"

// growthFolder is that of the figures of growth, within that of all.
const growthFolder = "growth"

func (m growthMeasurement) keep(dir string) error {
	return writeFigures(filepath.Join(dir, growthFolder), m.Name, m)
}

// goalStatements is how many statements are to be drawn and mailed in a minute.
const goalStatements = 10_000

// mailsAMinute is how fast the mails of the size were drawn and sent; 0 if it has fewer
// creators than the goal asks for statements.
func (s growthSize) mailsAMinute() float64 {
	for _, step := range s.Steps {
		if step.Name == mailing && s.Creators >= goalStatements {
			return quotient(float64(s.Statements), step.Took.Minutes())
		}
	}
	return 0
}
