package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"creatorpay/settlement"
)

// mailGoal is judged by the newest measurement on the server with so many creators, nearly
// all of whom have a statement.
var mailGoal = goal{title: settlement.Number(goalStatements) + " statements drawn and mailed to the local inbox, a minute", bound: goalStatements, atLeast: true}

// writeMailGoal adds to the table of goals how fast mails are sent.
func writeMailGoal(page *strings.Builder, servers []string, measurements []growthMeasurement) {
	newest := slices.SortedStableFunc(slices.Values(measurements), func(a, b growthMeasurement) int { return cmp.Compare(b.Machine.Date, a.Machine.Date) })
	cells := make([]string, len(servers))
	for i, server := range servers {
		cells[i] = "not measured"
		at := slices.IndexFunc(newest, func(m growthMeasurement) bool { return m.Machine.server() == server && m.mailsAMinute() > 0 })
		if at >= 0 {
			measured := newest[at].mailsAMinute()
			cells[i] = judge(settlement.Number(int(measured)), mailGoal.met(server, measured))
		}
	}
	fmt.Fprintf(page, "| %s | at least %s | %s |\n", mailGoal.title, settlement.Number(goalStatements), strings.Join(cells, " | "))
}

// mailsAMinute is that of the first size that has enough.
func (m growthMeasurement) mailsAMinute() float64 {
	for _, size := range m.Sizes {
		if measured := size.mailsAMinute(); measured > 0 {
			return measured
		}
	}
	return 0
}

const growthIntroduction = `
## How it grows with the creators

` + "`make bench-growth`" + ` makes a day of two views of each video, as files; imports them; runs the day, and the week and the month of which it is the only day; mails
the week's statements, two documents each, to the local inbox over ` + "`MAIL_RATE=0`" + `; exports the week's settlement and payouts; verifies and audits the day. CPU time
is in milliseconds a creator: where it stays, a step takes as much longer as there are more creators. That of the client is the worker's and the inbox's, or the command's.
`

// writeGrowth shows what each step takes, and how that grows.
func writeGrowth(page *strings.Builder, measurements []growthMeasurement) {
	if len(measurements) == 0 {
		return
	}
	page.WriteString(growthIntroduction)
	for _, m := range measurements {
		fmt.Fprintf(page, "\n### %s: a week\n\n%s\n", m.Machine.server(), strings.TrimSpace(fmt.Sprintf("%s Videos a creator: %d. %s", m.Machine, m.Videos, m.Note)))
		page.WriteString("\n| creators | statements | step | seconds | database CPU ms | Temporal CPU ms | client CPU ms |\n|---:|---:|---|---:|---:|---:|---:|\n")
		for _, size := range m.Sizes {
			each := func(cpu time.Duration) float64 { return 1000 * cpu.Seconds() / float64(size.Creators) }
			for _, step := range size.Steps {
				fmt.Fprintf(page, "| %s | %s | %s | %.1f | %.2f | %.2f | %.2f |\n", settlement.Number(size.Creators), settlement.Number(size.Statements),
					step.Name, step.Took.Seconds(), each(step.MySQL), each(step.Temporal), each(step.Client))
			}
		}
		page.WriteString("\n| creators | events of the mails, a thousand statements | worker's peak memory |\n|---:|---:|---:|\n")
		for _, size := range m.Sizes {
			fmt.Fprintf(page, "| %s | %.0f | %d MiB |\n", settlement.Number(size.Creators), 1000*quotient(float64(size.Events), float64(size.Statements)), size.Peak>>20)
		}
	}
}

func (f files) readGrowth() (measurements []growthMeasurement, err error) {
	err = eachFigures(filepath.Join(f.Figures, growthFolder), func(m growthMeasurement) { measurements = append(measurements, m) })
	return measurements, err
}
