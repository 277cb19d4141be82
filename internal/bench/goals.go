package main

import "time"

// goal bounds what the product takes for a usual day of views, on all of the machine.
type goal struct {
	title    string
	videos   int     // as many as a usual day has if 0
	bound    float64 // of what is measured
	mariaDB  float64 // the bound on MariaDB, whose floor is far lower; 0 for the same
	atLeast  bool    // the bound is the least, not the most
	measured measure
}

// measure reads what a goal bounds from the days of one measurement. It is 0 if they
// do not have it.
type measure func(days []size) float64

// The contestants from outside that goals name: a Spring Batch job with the same
// rules. Cold is in a process of its own, as cron starts one; warm is the last of
// some runs in one process.
const (
	springPages = "spring pages, cold" // pages of 2,000 rows, two partitions
	springTuned = "spring tuned, warm" // by hand: whole videos, a scan without ORDER BY, four partitions
)

const usualRows = 3 * million

var goals = []goal{
	{title: "3 million views ÷ floor", bound: 1.5, mariaDB: 2.5, measured: views(usualRows, shareOf(floor))},
	{title: "3 million views, times faster than pages of Spring Batch, cold", bound: 6, atLeast: true, measured: views(usualRows, timesFaster(springPages))},
	{title: "3 million views, times faster than Spring Batch tuned by hand, warm", bound: 2, atLeast: true, measured: views(usualRows, timesFaster(springTuned))},
	{title: "30 million views ÷ floor", bound: 1.3, mariaDB: 2.5, measured: views(30*million, shareOf(floor))},
	{title: "3 million views of a million videos ÷ floor", videos: million, bound: 2.5, measured: views(usualRows, shareOf(floor))},
	{title: "100 million views ÷ 10 million, by the row", bound: 1.1, measured: byTheRow(100*million, 10*million)},
	{title: "3 million views ÷ best script", bound: 0.5, measured: views(usualRows, shareOf(scriptByWindow, scriptBySuspects))},
	{title: "3 million views ÷ page reader", bound: 0.25, measured: views(usualRows, shareOf(pageReader))},
	{title: "late views when none came ÷ run of 3 million views", bound: 0.05, measured: views(usualRows, size.lateShare)},
	{title: "a million payments ÷ floor", bound: 2.5, measured: payments(million, shareOf(floor))},
	{title: "50,000 payments on top of 3 million views, in seconds", bound: 1, measured: views(usualRows, size.secondsOnTop)},
}

// views measures days with so many views, payments those with so many payments.
func views(rows int64, of func(size) float64) measure { return days(size{Rows: rows}, of) }
func payments(rows int64, of func(size) float64) measure {
	return days(size{Rows: rows, Payments: true}, of)
}

func days(like size, of func(size) float64) measure {
	return func(days []size) float64 {
		for _, s := range days {
			if s.Rows == like.Rows && s.Payments == like.Payments {
				return of(s)
			}
		}
		return 0
	}
}

// byTheRow is what a row of a big day takes, as a share of what one of a smaller day
// does.
func byTheRow(big, small int64) measure {
	perRow := func(s size) float64 { return s.median(product).Seconds() / float64(s.Rows) }
	return func(days []size) float64 { return quotient(views(big, perRow)(days), views(small, perRow)(days)) }
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
		return quotient(s.median(product).Seconds(), fastest.Seconds())
	}
}

func timesFaster(contestant string) func(size) float64 {
	return func(s size) float64 { return quotient(s.median(contestant).Seconds(), s.median(product).Seconds()) }
}

// quotient is 0 if one of both was not measured.
func quotient(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
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
