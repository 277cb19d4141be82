package main

import (
	"fmt"
	"time"

	"creatorpay/settlement"
	"creatorpay/workflows"
)

// What the sheet assumes. None of it is measured.
const (
	closedWithin = time.Hour // how long a run may take
	keptDays     = 30        // days of the log that are kept
	leastDays    = 9         // the day itself, a week, whose rows are read again before it is paid, and the day before that, by whose plays repeats are told
	peakFactor   = 3         // the busiest second of a day has so many times the rows of an average one
	machineCores = 16        // of one database machine
)

// sheetRows are the sizes of a day that the sheet is for.
var sheetRows = []int64{1_000 * million, 10_000 * million}

// basis is what the sheet's arithmetic begins with: one run of the largest day.
type basis struct {
	largestMeasurement
	run largestRun
}

// basis takes the run with the fewest workers: it lost least to taking turns on the
// cores.
func (m largestMeasurement) basis() (basis, bool) {
	if len(m.Runs) == 0 {
		return basis{}, false
	}
	return basis{m, m.Runs[0]}, true
}

// times is how many times so many rows are those of the measured day.
func (b basis) times(rows int64) float64 { return float64(rows) / float64(b.Rows) }

// databaseCPU and workerCPU are what the run of so many rows takes: both grow with
// the rows.
func (b basis) databaseCPU(rows int64) time.Duration { return scaled(b.run.MySQL, b.times(rows)) }
func (b basis) workerCPU(rows int64) time.Duration   { return scaled(b.run.Client, b.times(rows)) }

// largestChunk is how long the largest chunk takes: one session reads it for one core
// of a worker, and both take turns.
func (b basis) largestChunk(rows int64) time.Duration {
	share := float64(b.run.LargestChunk) / float64(b.Rows)
	return scaled(b.databaseCPU(rows)+b.workerCPU(rows), share)
}

// checking is how long the check, which counts all rows, and the close take. The close
// only looks whether rows came since, and grows with the videos.
func (b basis) checking(rows int64) time.Duration {
	phases := b.run.phases()
	return scaled(phases[checked], b.times(rows)) + phases[closed]
}

// eventsPerChunk are the events of the run's history by the chunk, with those that the
// run has once.
func (b basis) eventsPerChunk() float64 { return float64(b.run.Events) / float64(b.run.Chunks) }

// diskPerSecond is how many bytes a second the database's disk is to deliver.
func (b basis) diskPerSecond(rows int64) float64 {
	return float64(b.run.DiskRead) * b.times(rows) / closedWithin.Seconds()
}

// storedAtPeak is how many rows come in the busiest second, and storingCores what
// cores of the database storing them takes.
func storedAtPeak(rows int64) float64 {
	return float64(rows) / (24 * time.Hour).Seconds() * peakFactor
}

func (b basis) storingCores(rows int64) float64 {
	return storedAtPeak(rows) * b.InTimeOrder.MySQL.Seconds() / float64(b.InTimeOrder.Rows)
}

// databaseCores are those for the run and, at the same time, for storing.
func (b basis) databaseCores(rows int64) float64 {
	return cores(b.databaseCPU(rows)) + b.storingCores(rows)
}

// replicas are how many database machines are needed beside the primary.
func (b basis) replicas(rows int64) int {
	return int((b.databaseCores(rows) - 0.001) / machineCores)
}

// cores are how many the CPU time takes, all busy all the time, to be over in time.
func cores(cpu time.Duration) float64 { return cpu.Seconds() / closedWithin.Seconds() }

func inSeconds(d time.Duration) string {
	return settlement.Number(int64(d.Round(time.Second).Seconds())) + " s"
}

func scaled(d time.Duration, by float64) time.Duration { return time.Duration(float64(d) * by) }

// line is one line of the sheet: what is needed, for how many rows, and from what it
// is worked out.
type line struct {
	what string
	need func(rows int64) string
	from string
}

func (b basis) lines() []line {
	perRow := func(all time.Duration) string { return fmt.Sprintf("%.2f µs a row", micros(all, b.Rows)) }
	storage := func(bytesPerRow float64, days int) func(int64) string {
		return func(rows int64) string { return fmt.Sprintf("%.1f TB", float64(rows)*bytesPerRow*float64(days)/1e12) }
	}
	workers := int64(len(b.run.Peaks))
	var peak int64
	for _, one := range b.run.Peaks {
		peak = max(peak, one)
	}
	return []line{
		{"CPU time of the database for the run", func(rows int64) string { return inSeconds(b.databaseCPU(rows)) },
			"measured " + perRow(b.run.MySQL) + " × rows"},
		{"CPU time of the workers", func(rows int64) string { return inSeconds(b.workerCPU(rows)) },
			"measured " + perRow(b.run.Client) + " × rows"},
		{"cores of the database for the run", func(rows int64) string { return fmt.Sprintf("%.1f", cores(b.databaseCPU(rows))) },
			fmt.Sprintf("CPU time ÷ %s; that all cores are busy is an **assumption**", inSeconds(closedWithin))},
		{"cores of the workers", func(rows int64) string { return fmt.Sprintf("%.1f", cores(b.workerCPU(rows))) }, "the same"},
		{"the largest chunk alone, which no further core makes shorter", func(rows int64) string { return inSeconds(b.largestChunk(rows)) },
			fmt.Sprintf("measured %.1f %% of the rows (one video of many plays), read by one session: this share of both CPU times; that a bigger platform has as big a video is an **assumption**",
				100*float64(b.run.LargestChunk)/float64(b.Rows))},
		{"check and close alone, which no further worker makes shorter", func(rows int64) string { return inSeconds(b.checking(rows)) },
			"measured seconds of the check × rows, and of the close as they are, for as many videos: the check counts all rows on this machine's cores and disk; that a bigger one counts no faster is an **assumption**"},
		{"memory of a worker", func(int64) string { return fmt.Sprintf("%d MiB", peak>>20) },
			fmt.Sprintf("measured peak of the largest of %d; a worker holds lines of videos, not rows: that it stays is measured up to %s", workers, b.rows())},
		{"chunks, at most", func(int64) string { return fmt.Sprint(workflows.MaxChunks) },
			fmt.Sprintf("the product's cap; the measured run had %s, and more rows make them larger only", settlement.Number(b.run.Chunks))},
		{"rows of a chunk", func(rows int64) string { return settlement.Number(2 * rows / workflows.MaxChunks) },
			fmt.Sprintf("2 × rows ÷ %d: so the plan cuts a day of this size, whose big videos then make no more chunks than that", workflows.MaxChunks)},
		{"events of the run, at most", func(int64) string { return settlement.Number(int64(b.eventsPerChunk() * workflows.MaxChunks)) },
			fmt.Sprintf("measured %.1f a chunk × chunks", b.eventsPerChunk())},
		{fmt.Sprintf("disk for %d days", keptDays), storage(b.InTimeOrder.bytesPerRow(), keptDays),
			fmt.Sprintf("measured %.0f bytes a row, index included, of rows stored in the order of time, × rows × days; how many days are kept is an **assumption**", b.InTimeOrder.bytesPerRow())},
		{fmt.Sprintf("disk for %d days, the least", leastDays), storage(b.InTimeOrder.bytesPerRow(), leastDays),
			"the same, for the day, a week, whose rows are read again before it is paid, and the day before that, by whose plays repeats are told"},
		{"disk for as many days, in the order of the key", storage(b.Filled.bytesPerRow(), leastDays),
			fmt.Sprintf("measured %.0f bytes a row of rows stored so, on MySQL with hardly any room kept in reserve, which leaves pages full", b.Filled.bytesPerRow())},
		{"read from the disk while the run is going", func(rows int64) string { return fmt.Sprintf("%.0f MB/s", b.diskPerSecond(rows)/1e6) },
			fmt.Sprintf("measured %.0f bytes a row × rows ÷ %s", float64(b.run.DiskRead)/float64(b.Rows), inSeconds(closedWithin))},
		{"IOPS", func(int64) string { return "not measured" }, "they depend on how much the disk and the server read at once"},
		{"rows stored a second at the peak", func(rows int64) string { return settlement.Number(int64(storedAtPeak(rows))) },
			fmt.Sprintf("rows ÷ 86,400 s × %d; the factor is an **assumption**", peakFactor)},
		{"cores of the database for storing them, the least", func(rows int64) string { return fmt.Sprintf("%.1f", b.storingCores(rows)) },
			fmt.Sprintf("measured %.2f µs a row, stored in the order of time by one statement in one session, which sorts them, too; what a platform's many small transactions take is not measured",
				micros(b.InTimeOrder.MySQL, b.InTimeOrder.Rows))},
		{"replicas to scan, for the cores, at least", func(rows int64) string { return fmt.Sprint(b.replicas(rows)) },
			fmt.Sprintf("database machines of %d cores beside the primary, for both; the size is an **assumption**, and so are that scans are shared evenly and that what a replica takes to store all rows, too, is left out", machineCores)},
	}
}
