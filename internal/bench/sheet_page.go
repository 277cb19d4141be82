package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"creatorpay/settlement"
)

const sheetIntroduction = `
## What a bigger day needs

Worked out from the largest day that was measured, by the arithmetic that each line names; machines of these sizes have not been tried. A run is to be
over within %s. What is no measured number says that it is an assumption.
`

// writeSheet says of each server what days of other sizes need.
func writeSheet(page *strings.Builder, largest []largestMeasurement, measurements []measurement) {
	var written bool
	for _, m := range largest {
		b, found := m.basis()
		if !found {
			continue
		}
		if !written {
			fmt.Fprintf(page, sheetIntroduction, hours(closedWithin))
			written = true
		}
		b.write(page, measurements)
	}
}

func hours(d time.Duration) string { return settlement.Count(int(d.Hours()), "hour") }

func (b basis) write(page *strings.Builder, measurements []measurement) {
	fmt.Fprintf(page, "\n### %s, from %s with %s\n\n", b.Machine.server(), b.rows(), settlement.Count(b.run.Workers, "worker"))
	page.WriteString("Whether time and CPU time grow with the rows alone is measured as far as this table goes; beyond its last line it is an **assumption**:\n")
	page.WriteString(`
| rows | seconds | seconds a million rows | database CPU µs a row | client CPU µs a row | the day |
|---:|---:|---:|---:|---:|---|
`)
	for _, p := range b.points(measurements) {
		fmt.Fprintf(page, "| %s | %.1f | %.2f | %.2f | %.2f | %s |\n", settlement.Number(p.rows), p.took.Seconds(), p.took.Seconds()/(float64(p.rows)/million),
			micros(p.database, p.rows), micros(p.client, p.rows), p.day)
	}
	head := "\n| a day of |"
	for _, rows := range sheetRows {
		head += fmt.Sprintf(" %s rows |", settlement.Number(rows))
	}
	page.WriteString(head + " from |\n|---|" + strings.Repeat("---:|", len(sheetRows)) + "---|\n")
	for _, l := range b.lines() {
		fmt.Fprintf(page, "| %s |", l.what)
		for _, rows := range sheetRows {
			fmt.Fprintf(page, " %s |", l.need(rows))
		}
		fmt.Fprintf(page, " %s |\n", l.from)
	}
}

// point is a measured day.
type point struct {
	rows                   int64
	took, database, client time.Duration
	day                    string
}

// points are the days of one size after the other that the server was measured with,
// by one worker with all cores and as many videos, and the largest day.
func (b basis) points(measurements []measurement) (all []point) {
	for _, m := range measurements {
		if m.Machine.server() != b.Machine.server() || m.Videos != b.Videos || m.Skew != b.Skew || m.Layout != "" {
			continue
		}
		for _, s := range m.Sizes {
			f, found := s.of(product)
			if !found || s.Payments {
				continue
			}
			all = append(all, point{
				rows: s.Rows, took: f.median(took),
				database: f.median(func(one figure) time.Duration { return one.MySQL }),
				client:   f.median(func(one figure) time.Duration { return one.Client }),
				day:      "1 worker, rows in memory" + m.before() + " (" + m.Machine.Date + ", " + m.Machine.Model + ")",
			})
		}
	}
	for _, one := range b.Runs {
		all = append(all, point{
			rows: b.Rows, took: one.Took, database: one.MySQL, client: one.Client,
			day: settlement.Count(one.Workers, "worker") + ", the largest day (" + b.Machine.Date + ", " + b.Machine.Model + ")",
		})
	}
	slices.SortStableFunc(all, func(x, y point) int { return cmp.Compare(x.rows, y.rows) })
	return all
}
