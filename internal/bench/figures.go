package main

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// measurement is what one call of the bench measured.
type measurement struct {
	Name    string
	Note    string `json:",omitempty"`
	Machine machine
	Videos  int
	Skew    string
	Layout  string `json:",omitempty"` // of the processes over the cores; empty if all have all
	// ClosedDays lay before the measured day, each as big. Without any, it was
	// a smaller one, or none.
	ClosedDays int `json:",omitempty"`
	Rounds     int
	Sizes      []size
}

// size is what was measured with one number of rows.
type size struct {
	Rows            int64
	Payments        bool `json:",omitempty"` // the rows are payments, on a day with a single view; else views
	FilledPerSecond float64
	Figures         []figures
}

// figures are a contestant's rounds.
type figures struct {
	Contestant string
	Rounds     []figure
	// Failed says why a contestant from outside has no rounds; empty if it did not
	// fail.
	Failed string `json:",omitempty"`
}

// figure is what one round of one contestant took.
type figure struct {
	Took        time.Duration
	MySQL       time.Duration // CPU time, as the three below
	Replicas    time.Duration `json:",omitempty"` // of the database
	Temporal    time.Duration
	Client      time.Duration // of the workers, or of the contestant itself
	Peak        int64         `json:",omitempty"` // the biggest worker's memory in bytes
	Events      int64         `json:",omitempty"` // of the run's history
	CollectLate time.Duration `json:",omitempty"` // of the run, that it waited for late views to be collected
	Parts       parts
	Steps       []step `json:",omitempty"` // of the run
}

func (s *size) add(contestant string, one figure) {
	for i := range s.Figures {
		if s.Figures[i].Contestant == contestant {
			s.Figures[i].Rounds = append(s.Figures[i].Rounds, one)
			return
		}
	}
	s.Figures = append(s.Figures, figures{Contestant: contestant, Rounds: []figure{one}})
}

// fail enters that the contestant failed: what it took in earlier rounds is not to
// be believed either.
func (s *size) fail(contestant string, why error) {
	s.Figures = slices.DeleteFunc(s.Figures, func(f figures) bool { return f.Contestant == contestant })
	s.Figures = append(s.Figures, figures{Contestant: contestant, Failed: why.Error()})
}

func (s size) failed(contestant string) bool {
	return slices.ContainsFunc(s.Figures, func(f figures) bool { return f.Contestant == contestant && f.Failed != "" })
}

// failures are the contestants that failed, nil if there are none.
func (m measurement) failures() (all error) {
	for _, s := range m.Sizes {
		for _, f := range s.Figures {
			if f.Failed != "" {
				all = errors.Join(all, fmt.Errorf("%s: %s failed: %s", s.rows(), f.Contestant, f.Failed))
			}
		}
	}
	return all
}

func (m measurement) keep(dir string) error { return writeFigures(dir, m.Name, m) }
