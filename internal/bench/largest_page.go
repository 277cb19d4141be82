package main

import (
	"fmt"
	"strings"
	"time"

	"creatorpay/settlement"
)

const largestIntroduction = `
## The largest day

One day of more rows than the database keeps in memory at once, run on one machine with different numbers of workers, once with each. The views of the day before are
generated; the day itself is made of copies of them, in which each viewer is another one, so that few videos have most of the rows here, too. Rows are
stored in the order of the key, which leaves pages full: without redo log and with hardly any reserve of pages on MySQL, and without doublewrite,
binary log or a wait for the disk at commits, until all are on the disk. *In the order of time* are further rows, whose videos and viewers come in any order
as on a platform: pages are left partly empty then. They are stored with the redo log and the usual reserve, and not waited for on the disk. Before each number of workers the servers are started anew, so that nothing lies in the database's
memory. Only the day before lies before the day. *Plan* is all until the plan is made, *close* the Top 5 and the close.
`

// writeLargest shows what was measured with the largest day of each server.
func writeLargest(page *strings.Builder, measurements []largestMeasurement) {
	if len(measurements) == 0 {
		return
	}
	page.WriteString(largestIntroduction)
	for _, m := range measurements {
		m.write(page)
	}
}

func (m largestMeasurement) write(page *strings.Builder) {
	fmt.Fprintf(page, "\n### %s: %s of %s videos, %s\n\n", m.Machine.server(), m.rows(), settlement.Number(m.Videos), m.Skew)
	fmt.Fprintln(page, strings.TrimSpace(fmt.Sprintf("%s The database's buffer pool is %s. The day is %d copies. %s", m.Machine, m.Memory, m.Copies, m.Note)))
	page.WriteString(`
| stored | rows | seconds | rows/s | database CPU µs a row | bytes a row |
|---|---:|---:|---:|---:|---:|
`)
	for _, one := range []struct {
		how string
		storing
	}{{"in the order of the key", m.Filled}, {"in the order of time", m.InTimeOrder}} {
		fmt.Fprintf(page, "| %s | %s | %.0f | %s | %.2f | %.0f |\n", one.how, settlement.Number(one.Rows), one.Took.Seconds(),
			settlement.Number(one.perSecond()), micros(one.MySQL, one.Rows), one.bytesPerRow())
	}
	page.WriteString(`
| workers | seconds | rows/s | plan | count | check | settle | close | database CPU s | workers CPU s | Temporal CPU s | read from disk | memory of each worker at its peak, MiB | chunks | rows of the largest | events |
|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|---:|---:|---:|
`)
	for _, one := range m.Runs {
		var peaks []string
		for _, peak := range one.Peaks {
			peaks = append(peaks, fmt.Sprint(peak>>20))
		}
		fmt.Fprintf(page, "| %d | %.1f | %s |", one.Workers, one.Took.Seconds(), settlement.Number(int64(float64(m.Rows)/one.Took.Seconds())))
		for _, phase := range one.phases() {
			fmt.Fprintf(page, " %.1f |", phase.Seconds())
		}
		fmt.Fprintf(page, " %.1f | %.1f | %.1f | %s | %s | %s | %s | %s |\n", one.MySQL.Seconds(), one.Client.Seconds(), one.Temporal.Seconds(),
			gibibytes(one.DiskRead), strings.Join(peaks, ", "), settlement.Number(one.Chunks), settlement.Number(one.LargestChunk), settlement.Number(one.Events))
	}
}

// The phases of a run.
const (
	planned = iota // all before the plan is made, too
	counted
	checked
	settled
	closed // with the Top 5
	phases
)

// phases are how long the run was in each of them.
func (f figure) phases() [phases]time.Duration {
	return [...]time.Duration{
		planned: f.step("PlanDay").To, counted: f.step("CountChunk").took(), checked: f.step("CheckDay").took(),
		settled: f.step("SettleChunk").took(), closed: f.step("RankDay").took() + f.step("CloseDay").took(),
	}
}

// micros is the time by the row, in microseconds.
func micros(all time.Duration, rows int64) float64 {
	return all.Seconds() * 1e6 / float64(rows)
}
