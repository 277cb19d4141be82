package main

import (
	"fmt"
	"strings"
	"time"
)

// goal bounds what the product takes, as a share of something else or in seconds
// more than without it, for days of from rows up to, but not including, below.
type goal struct {
	title       string
	payments    bool // the rows are payments, else views
	from, below int64
	most        float64
	measured    func(size) float64 // 0 if it was not measured
}

const anySize = 1 << 62

var goals = []goal{
	{"÷ best script, at most 0.5", false, 3 * million, anySize, 0.5, shareOf(scriptByWindow, scriptBySuspects)},
	{"÷ page reader, at most 0.25", false, 3 * million, anySize, 0.25, shareOf(pageReader)},
	{"÷ floor, at most 2.5", false, 3 * million, 30 * million, 2.5, shareOf(floor)},
	{"÷ floor, at most 2 from 30,000,000 rows on", false, 30 * million, anySize, 2, shareOf(floor)},
	{"late views when there are none ÷ run, at most 0.05", false, 0, anySize, 0.05, size.lateShare},
	{"payments: ÷ floor, at most 2.5", true, million, anySize, 2.5, shareOf(floor)},
	{"50,000 payments on top, at most 1 s", false, 0, anySize, 1, size.secondsOnTop},
}

// shareOf is the product's time over that of the fastest of the contestants.
func shareOf(contestants ...string) func(size) float64 {
	return func(s size) float64 {
		var fastest time.Duration
		for _, contestant := range contestants {
			if took := s.median(contestant); fastest == 0 || 0 < took && took < fastest {
				fastest = took
			}
		}
		if fastest == 0 {
			return 0
		}
		return s.median(product).Seconds() / fastest.Seconds()
	}
}

// lateShare is how much of the run is waiting for the activity that collects late
// views.
func (s size) lateShare() float64 {
	f, found := s.of(product)
	if !found {
		return 0
	}
	return f.median(collectLate).Seconds() / f.median(took).Seconds()
}

// secondsOnTop is how much longer the run takes with payments.
func (s size) secondsOnTop() float64 {
	f, found := s.of(withPayments)
	if !found {
		return 0
	}
	return (f.median(took) - s.median(product)).Seconds()
}

// writeGoals holds the usual days, on all of the machine, against the goals.
func writeGoals(page *strings.Builder, measurements []measurement) {
	page.WriteString("\n| server | rows |")
	for _, g := range goals {
		page.WriteString(" " + g.title + " |")
	}
	page.WriteString("\n|---|---:|" + strings.Repeat("---:|", len(goals)) + "\n")
	for _, m := range measurements {
		if m.Videos != usualVideos || m.Skew != string(usualSkew) || m.Layout != "" {
			continue
		}
		for _, s := range m.Sizes {
			var cells []string
			for _, g := range goals {
				cells = append(cells, g.judge(s))
			}
			if strings.Join(cells, "") != "" {
				fmt.Fprintf(page, "| %s%s | %s | %s |\n", m.Machine.server(), m.before(), s.rows(), strings.Join(cells, " | "))
			}
		}
	}
}

// judge is what was measured and whether it meets the goal; empty for a day
// that the goal is not for, or for which nothing was measured.
func (g goal) judge(s size) string {
	measured := g.measured(s)
	switch {
	case s.Payments != g.payments || s.Rows < g.from || s.Rows >= g.below || measured == 0:
		return ""
	case measured <= g.most:
		return fmt.Sprintf("%.3g met", measured)
	default:
		return fmt.Sprintf("%.3g **missed**", measured)
	}
}
