package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"creatorpay/internal/bench/readers"
	"creatorpay/settlement"
)

// The goals of the read side.
const (
	readRate    = 5000 // requests a second
	readersRate = 500  // a second, while a daily run is going
	mostSlower  = 1.1  // is what the run then takes at most, as a share of one without readers
)

const readGoals = `
The api on two cores that it shares with its database: at %[1]s requests a second 99 in 100 are to be answered in less than
%[2]d ms, and %[3]d requests a second are to slow a daily run by less than a tenth. The goal of %[1]s is judged by *warm*, the api
as it is by default, which keeps answers about closed periods; *cold* is the worst case, *conditional* the best, and both are
held against the same bounds.

| server | cores | copies | asked | highest rate in time, at least %[1]s/s | 99 in 100 at %[1]s/s, below %[2]d ms | daily run with %[3]d/s ÷ alone, below %.1[4]f |
|---|---:|---|---|---:|---:|---:|
`

// writeReadGoals holds the read side against its goals.
func writeReadGoals(page *strings.Builder, measurements []readMeasurement) {
	if len(measurements) == 0 {
		return
	}
	fmt.Fprintf(page, readGoals, settlement.Number(readRate), readLimit.Milliseconds(), readersRate, mostSlower)
	for _, m := range measurements {
		for _, h := range m.Highest {
			if h.Asked == bytesOnly {
				continue
			}
			cells := []string{judge(settlement.Number(h.Rate), h.Rate >= readRate), "", ""}
			for _, r := range m.Readings {
				if r.Asked == h.Asked && r.Replicas == h.Replicas && r.Rate == readRate {
					cells[1] = judge(milliseconds(r.P99), r.Within(readLimit))
				}
			}
			if slower := m.slower(h.Replicas, h.Asked, readersRate); slower > 0 {
				cells[2] = judge(fmt.Sprintf("%.2f", slower), slower < mostSlower)
			}
			fmt.Fprintf(page, "| %s | %d | %s | %s | %s |\n", m.Machine.server(), m.Machine.Cores, copies(h.Replicas), h.Asked, strings.Join(cells, " | "))
		}
	}
}

func judge(figure string, met bool) string {
	if met {
		return figure + " met"
	}
	return figure + " **missed**"
}

func copies(replicas int) string {
	switch replicas {
	case 0:
		return "primary only"
	case 1:
		return "primary, 1 replica"
	default:
		return fmt.Sprintf("primary, %d replicas", replicas)
	}
}

// slower is how long the daily run takes while readers ask, as a share of how
// long it takes alone: 0 if it was not measured.
func (m readMeasurement) slower(replicas int, asked string, rate int) float64 {
	with, alone := m.runs(replicas, asked, rate), m.runs(replicas, "", 0)
	if len(with.Rounds) == 0 || len(alone.Rounds) == 0 {
		return 0
	}
	return with.median(took).Seconds() / alone.median(took).Seconds()
}

// runs are those while readers asked at the rate, or alone.
func (m readMeasurement) runs(replicas int, asked string, rate int) (runs figures) {
	for _, run := range m.Runs {
		var with reading
		if run.Reading != nil {
			with = *run.Reading
		}
		if run.Replicas == replicas && with.Asked == asked && with.Rate == rate {
			runs.Rounds = append(runs.Rounds, figure{Took: run.Took})
		}
	}
	return runs
}

const readMethod = `
### Readers

Requests are sent at a constant rate whatever becomes of them (an open model), over kept connections as of a load balancer. A
request's time counts from when it was due: one that waits, also because the program that sends it is late, counts with its
waiting. *Highest rate* is the highest, to a tenth, at which 99 in 100 took less than %d ms and all were answered with 200 or
304. All processes share the machine's cores: the one that asks, the api, the databases, and the job while a daily run is going.
The tables say what CPU time each used: replicas on the same cores add work and no cores. *p99.9* is what one request in a
thousand takes longer than: of 5,000 requests five.

The api has its default settings except ` + "`%s`" + `: no limit of requests, and a copy that
was asked too much is asked again soon, so that one rate does not spoil the next.

- **cold**: the api keeps no answers (` + "`%s`" + `), and every request is drawn from all creators, videos and days;
- **warm**: so many different requests as said below, each of which was asked once before;
- **conditional**: the same requests of a reader who has the answers (If-None-Match);
- **floor**: a handler that only writes the bytes of the warm answers, in the same run. It is measured once, while there are
  no replicas; rates with replicas are divided by it, too.

There are a creator for ten videos, seven closed days of as many views and the closed week; its mails were sent. All creators, videos
and days are as likely. Each request carries a creator's token, or an operator's where it says so, and takes compressed answers:

| asked | share |
|---|---:|
`

const readTables = `
| copies | asked | daily run | requests/s | requests | p50, ms | p99, ms | p99.9, ms | longest, ms | answers | seconds | CPU s: asking | api | primary | replicas | job |
|---|---|---|---:|---:|---:|---:|---:|---:|---|---:|---:|---:|---:|---:|---:|
`

// writeReaders writes how was measured and what was found.
func writeReaders(page *strings.Builder, measurements []readMeasurement) {
	if len(measurements) == 0 {
		return
	}
	fmt.Fprintf(page, readMethod, readLimit.Milliseconds(), strings.Join(apiSettings, "` and `"), keepNothing)
	for _, q := range readers.Mix {
		fmt.Fprintf(page, "| %s | %.0f %% |\n", q.Kind, float64(q.Share)/10)
	}
	for _, m := range measurements {
		m.write(page)
	}
}

func (m readMeasurement) write(page *strings.Builder) {
	fmt.Fprintf(page, "\n## %s: readers, days of %s views, %s videos\n\n%s %s kept answers were asked for. "+
		"Each rate lasted %s, each further one in the search for the highest %s, and once more if it missed. %s\n", m.Machine.server(),
		settlement.Number(m.Views), settlement.Number(m.Videos), m.Machine, settlement.Number(m.Kept), m.Lasting, m.Trying, m.Note)
	page.WriteString("\n| copies | asked | highest rate in time, requests/s | ÷ floor |\n|---|---|---:|---:|\n")
	floor := m.Highest[slices.IndexFunc(m.Highest, func(h highest) bool { return h.Asked == bytesOnly })]
	for _, h := range m.Highest {
		fmt.Fprintf(page, "| %s | %s | %s | %.2f |\n", copies(h.Replicas), h.Asked, settlement.Number(h.Rate), float64(h.Rate)/float64(floor.Rate))
	}
	page.WriteString(readTables)
	for _, r := range m.Readings {
		r.write(page, "")
	}
	for _, run := range m.Runs {
		if run.Reading != nil {
			run.Reading.write(page, "going")
		}
	}
	page.WriteString("\n| copies | readers | requests/s | rounds | daily run, s | spread | ÷ alone |\n|---|---|---:|---:|---:|---:|---:|\n")
	var written []string
	for _, run := range m.Runs {
		asked, rate := "", 0
		if run.Reading != nil {
			asked, rate = run.Reading.Asked, run.Reading.Rate
		}
		kind := fmt.Sprint(run.Replicas, asked, rate)
		if slices.Contains(written, kind) {
			continue
		}
		written = append(written, kind)
		all := m.runs(run.Replicas, asked, rate)
		fmt.Fprintf(page, "| %s | %s | %s | %d | %.2f | %.2f–%.2f | %.2f |\n", copies(run.Replicas), asked, settlement.Number(rate),
			len(all.Rounds), all.median(took).Seconds(), all.min().Seconds(), all.max().Seconds(), m.slower(run.Replicas, asked, rate))
	}
}

func (r reading) write(page *strings.Builder, run string) {
	var answers []string
	for _, status := range slices.Sorted(maps.Keys(r.Statuses)) {
		answers = append(answers, fmt.Sprintf("%s: %s", status, settlement.Number(r.Statuses[status])))
	}
	fmt.Fprintf(page, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %.1f | %.2f | %.2f | %.2f | %.2f | %.2f |\n",
		copies(r.Replicas), r.Asked, run, settlement.Number(r.Rate), settlement.Number(r.Requests),
		milliseconds(r.Median), milliseconds(r.P99), milliseconds(r.P999), milliseconds(r.Longest), strings.Join(answers, ", "), r.Lasted.Seconds(),
		r.CPU.Asking.Seconds(), r.CPU.Answering.Seconds(), r.CPU.Primary.Seconds(), r.CPU.Replicas.Seconds(), r.CPU.Job.Seconds())
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.3g", float64(d)/float64(time.Millisecond))
}

// readReaders are the measurements of the read side.
func (f files) readReaders() (measurements []readMeasurement, err error) {
	err = eachFigures(filepath.Join(f.Figures, readFolder), func(m readMeasurement) { measurements = append(measurements, m) })
	return measurements, err
}

// eachFigures reads the files of figures in the folder, in the order of their names.
func eachFigures[T any](dir string, each func(T)) error {
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var one T
		figures := json.NewDecoder(bytes.NewReader(text))
		figures.DisallowUnknownFields() // a figure by an old name would be lost without a word
		if err := figures.Decode(&one); err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		each(one)
	}
	return nil
}
