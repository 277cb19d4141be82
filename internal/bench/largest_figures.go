package main

import (
	"cmp"
	"path/filepath"
	"slices"
	"time"

	"creatorpay/settlement"
)

// largestMeasurement is what is measured with the largest day.
type largestMeasurement struct {
	Name        string
	Note        string `json:",omitempty"`
	Machine     machine
	Memory      string // buffer pool of the database
	Videos      int
	Skew        string
	Rows        int64
	Copies      int     // of the views of the day before, of which the day is made
	Filled      storing // the day, in the order of the key
	InTimeOrder storing // other views, in the order of time, as a platform stores them
	Runs        []largestRun
}

// storing is what it took to store rows of the watch log.
type storing struct {
	Rows  int64
	Bytes int64 // of the file that has them, with its index
	Took  time.Duration
	MySQL time.Duration // CPU time
}

// largestRun is a run of the day with so many workers.
type largestRun struct {
	Workers int
	figure
	Peaks        []int64 // memory of each worker in bytes
	Chunks       int64
	LargestChunk int64 // rows
	DiskRead     int64 // bytes that the database has read from the disk
}

// largestFolder is that of the figures of the largest day, within that of all.
const largestFolder = "largest"

func (m largestMeasurement) keep(dir string) error {
	return writeFigures(filepath.Join(dir, largestFolder), m.Name, m)
}

// readLargest are the measurements of the largest day.
func (f files) readLargest() (measurements []largestMeasurement, err error) {
	err = eachFigures(filepath.Join(f.Figures, largestFolder), func(m largestMeasurement) { measurements = append(measurements, m) })
	return measurements, err
}

// withEarlierRuns adds the runs that the file of the measurement has of the same filling.
func (m largestMeasurement) withEarlierRuns(dir string) (largestMeasurement, error) {
	earlier, err := files{Figures: dir}.readLargest()
	if err != nil {
		return m, err
	}
	for _, other := range earlier {
		if other.Name == m.Name && other.Filled == m.Filled {
			m.Runs = other.Runs
		}
	}
	return m, nil
}

// add puts the run in the place of an earlier one with as many workers.
func (m *largestMeasurement) add(one largestRun) {
	m.Runs = slices.DeleteFunc(m.Runs, func(other largestRun) bool { return other.Workers == one.Workers })
	m.Runs = append(m.Runs, one)
	slices.SortFunc(m.Runs, func(a, b largestRun) int { return cmp.Compare(a.Workers, b.Workers) })
}

func (m largestMeasurement) rows() string { return settlement.Number(m.Rows) + " views" }

// bytesPerRow is what a row takes on the disk.
func (s storing) bytesPerRow() float64 { return float64(s.Bytes) / float64(s.Rows) }

func (s storing) perSecond() int64 { return int64(float64(s.Rows) / s.Took.Seconds()) }
