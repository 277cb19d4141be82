package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"creatorpay/settlement"
)

type pageCommand struct{ files }

// Run writes the page from the figures that are there.
func (c pageCommand) Run() error { return c.writePage() }

const introduction = `# Benchmarks

This page is made by ` + "`make bench`, `make bench-api`, `make bench-growth`" + ` and ` + "`make bench-largest`" + ` from the files in [benchmarks/](benchmarks/); do not edit it.

## Goals

The product's whole daily run (plan, count, check, settle, Top 5, close; through Temporal, with one worker) against others on the
same rows: its time ÷ theirs, or how many times faster it is. A usual day has 10,000 videos and seven days with as many rows before it;
a figure of a day with others before it says so.
`

const method = `
## How it is measured

All contestants run in turn, in one run of the bench on one machine. Figures of other machines differ; the ratios are what
counts. The worker's memory and the rows/s tell how the product grows: neither is to follow the number of rows.

- **floor**: two sessions that only group the day's rows by video and know no rule;
- **script**: the same rules as SQL, in one session, in two ways: by a window over the whole day, and by looking
  closer only at viewers who played a video more than once. Its result must equal the product's;
- **page reader**: the shape of a Spring Batch job, pages of 2,000 rows by key into a map, then one upsert a video,
  with one reader (the goal's) and with four. Its result must equal the product's, too;
- **contestants from outside**: commands that the bench is given ([how](../internal/bench/contestants/README.md)) and that tell
  themselves what they took. Each round's result must equal the product's, or the contestant is shown as failed. Goals name two of
  them, a Spring Batch job with the same rules: pages of 2,000 rows in two partitions, in a process that has just started (cold);
  and one tuned by hand, whole videos by a scan without ORDER BY in four partitions, after some runs in the same process (warm).

Before the measured day lie seven days with as many rows, as in daily life: the run plans by the last of them and looks
for late views in all of them; none came late. The first is generated like the measured day, the others are copies of it,
moved by whole days; all are closed by runs of the product. The rows of the measured day lie in the database's memory.
Payments are measured in two ways. A day of a million rows of them and hardly a view is held against others as a day of
views is: a floor that groups the rows by video and status, a script, and a page reader that stores a result for each
payment in pages of 500. Of 100 rows 88 are settled payments, 5 pending, 3 cancelled, 1 a repeat and 3 refunds, two thirds of
them of the day before; ids grow with time, videos come in any order. And each day of views is settled once more with 50,000
rows of payments on top; the days before it have as many.

*Late views* is how long the run waits for the activity that collects them, by its history. Times are medians in seconds with
the smallest and the biggest of all rounds.
`

func (f files) writePage() error {
	var all, measurements []measurement
	if err := eachFigures(f.Figures, func(m measurement) { all = append(all, m) }); err != nil {
		return err
	}
	for _, m := range all {
		measurements = merge(measurements, m)
	}
	reading, err := f.readReaders()
	if err != nil {
		return err
	}
	growth, err := f.readGrowth()
	if err != nil {
		return err
	}
	largest, err := f.readLargest()
	if err != nil {
		return err
	}
	var page strings.Builder
	page.WriteString(introduction)
	writeGoals(&page, all)
	writeMailGoal(&page, servers(all), growth)
	writeReadGoals(&page, reading)
	writeLargest(&page, largest)
	writeSheet(&page, largest, all)
	page.WriteString(method)
	writeReaders(&page, reading)
	for _, m := range measurements {
		m.write(&page)
	}
	writeGrowth(&page, growth)
	return os.WriteFile(f.Page, []byte(page.String()), 0o600)
}

// merge adds the sizes of a measurement to another one of the same kind, if
// there is any.
func merge(measurements []measurement, m measurement) []measurement {
	for i, other := range measurements {
		if other.Machine.Database == m.Machine.Database && other.Videos == m.Videos && other.Skew == m.Skew && other.Layout == m.Layout && other.ClosedDays == m.ClosedDays {
			sizes := slices.Concat(other.Sizes, m.Sizes)
			slices.SortStableFunc(sizes, func(a, b size) int { return cmp.Or(cmp.Compare(a.kind(), b.kind()), cmp.Compare(a.Rows, b.Rows)) })
			measurements[i].Sizes = sizes
			if !strings.Contains(other.Note, m.Note) {
				measurements[i].Note = strings.TrimSpace(other.Note + " " + m.Note)
			}
			return measurements
		}
	}
	return append(measurements, m)
}

func (m measurement) write(page *strings.Builder) {
	fmt.Fprintf(page, "\n## %s: %s videos, %s", m.Machine.server(), settlement.Number(m.Videos), m.Skew)
	if m.Layout != "" {
		page.WriteString("; " + m.Layout)
	}
	page.WriteString(m.before() + "\n\n")
	fmt.Fprintf(page, "%s %s\n", m.Machine, m.Note)
	page.WriteString(`
| rows | contestant | rounds | seconds | spread | rows/s | × floor | product ÷ this | database CPU s | client CPU s |
|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|
`)
	for _, s := range m.Sizes {
		for _, f := range s.Figures {
			if f.Failed != "" {
				fmt.Fprintf(page, "| %s | %s |  | **failed**: %s |  |  |  |  |  |  |\n", s.rows(), f.Contestant, strings.ReplaceAll(f.Failed, "|", `\|`))
				continue
			}
			took := f.median(took)
			fmt.Fprintf(page, "| %s | %s | %d | %.2f | %.2f–%.2f | %s | %.2f | %.2f | %s | %s |\n",
				s.rows(), f.Contestant, len(f.Rounds), took.Seconds(), f.min().Seconds(), f.max().Seconds(),
				settlement.Number(int64(float64(s.Rows)/took.Seconds())), took.Seconds()/s.median(floor).Seconds(), s.median(product).Seconds()/took.Seconds(),
				f.databaseCPU(), f.cpu(func(one figure) time.Duration { return one.Client }))
		}
	}
	page.WriteString(`
| rows | late views | of the run | planned and first chunk at | counted at | settled at | closed at | worker's peak memory | Temporal CPU s | events per million rows | filling, rows/s |
|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
`)
	for _, s := range m.Sizes {
		f, found := s.of(product)
		if !found {
			continue
		}
		at := func(part func(parts) time.Duration) float64 {
			return f.median(func(one figure) time.Duration { return part(one.Parts) }).Seconds()
		}
		waited, share := "", ""
		if late := f.median(collectLate); late > 0 {
			waited, share = fmt.Sprintf("%.3f", late.Seconds()), fmt.Sprintf("%.1f %%", 100*s.lateShare())
		}
		fmt.Fprintf(page, "| %s | %s | %s | %.2f | %.2f | %.2f | %.2f | %d MiB | %.2f | %.0f | %s |\n", s.rows(),
			waited, share,
			at(func(p parts) time.Duration { return p.Planned }), at(func(p parts) time.Duration { return p.Counted }),
			at(func(p parts) time.Duration { return p.Settled }), at(func(p parts) time.Duration { return p.Closed }),
			f.peak()>>20, f.median(func(one figure) time.Duration { return one.Temporal }).Seconds(),
			float64(f.Rounds[0].Events)/(float64(s.Rows)/million), settlement.Number(int64(s.FilledPerSecond)))
	}
}

// before says which days lay before the measured one, if not those that the
// introduction names.
func (m measurement) before() string {
	switch m.ClosedDays {
	case usualClosedDays:
		return ""
	case 0:
		return "; no full day before"
	default:
		return fmt.Sprintf("; full closed days before: %d", m.ClosedDays)
	}
}

func took(one figure) time.Duration        { return one.Took }
func collectLate(one figure) time.Duration { return one.CollectLate }

// rows says how many rows the day has, and of what if not of views.
func (s size) rows() string { return strings.TrimSpace(settlement.Number(s.Rows) + " " + s.kind()) }

// kind is what the rows are; empty for views.
func (s size) kind() string {
	if s.Payments {
		return "payments"
	}
	return ""
}

// of are the rounds of a contestant that has not failed.
func (s size) of(contestant string) (figures, bool) {
	at := slices.IndexFunc(s.Figures, func(f figures) bool { return f.Contestant == contestant && f.Failed == "" })
	if at < 0 {
		return figures{}, false
	}
	return s.Figures[at], true
}

// median is the contestant's median, 0 if it did not run.
func (s size) median(contestant string) time.Duration {
	f, found := s.of(contestant)
	if !found {
		return 0
	}
	return f.median(took)
}

func (f figures) median(of func(figure) time.Duration) time.Duration {
	all := make([]time.Duration, len(f.Rounds))
	for i, one := range f.Rounds {
		all[i] = of(one)
	}
	slices.Sort(all)
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

// cpu is a median in seconds; empty if the bench did not see it of a contestant
// from outside, whose rounds have no CPU time of the database.
func (f figures) cpu(of func(figure) time.Duration) string {
	median := f.median(of)
	if median == 0 && f.median(func(one figure) time.Duration { return one.MySQL }) == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", median.Seconds())
}

// databaseCPU is that of the primary, and of the replicas if they used some.
func (f figures) databaseCPU() string {
	primary := f.cpu(func(one figure) time.Duration { return one.MySQL })
	replicas := f.median(func(one figure) time.Duration { return one.Replicas })
	if replicas == 0 {
		return primary
	}
	return fmt.Sprintf("%s, replicas %.2f", primary, replicas.Seconds())
}

func (f figures) min() time.Duration {
	return slices.MinFunc(f.Rounds, func(a, b figure) int { return cmp.Compare(a.Took, b.Took) }).Took
}

func (f figures) max() time.Duration {
	return slices.MaxFunc(f.Rounds, func(a, b figure) int { return cmp.Compare(a.Took, b.Took) }).Took
}

func (f figures) peak() (most int64) {
	for _, one := range f.Rounds {
		most = max(most, one.Peak)
	}
	return most
}
