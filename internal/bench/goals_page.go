package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// writeGoals holds each server against the goals.
func writeGoals(page *strings.Builder, measurements []measurement) {
	names := servers(measurements)
	page.WriteString("\n| measured | goal | " + strings.Join(names, " | ") + " |\n|---|---|" + strings.Repeat("---|", len(names)) + "\n")
	for _, g := range goals {
		var cells []string
		for _, server := range names {
			cells = append(cells, g.judge(server, measurements))
		}
		fmt.Fprintf(page, "| %s | %s | %s |\n", g.title, g.bounds(), strings.Join(cells, " | "))
	}
}

// servers are those on which was measured, by name.
func servers(measurements []measurement) (names []string) {
	for _, m := range measurements {
		names = append(names, m.Machine.server())
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// bounds are those of the goal.
func (g goal) bounds() string {
	switch {
	case g.atLeast:
		return fmt.Sprintf("at least %g", g.bound)
	case g.mariaDB != 0:
		return fmt.Sprintf("at most %g, on MariaDB %g", g.bound, g.mariaDB)
	default:
		return fmt.Sprintf("at most %g", g.bound)
	}
}

// judge is what was measured on the server and whether it meets the goal. Days with
// as many closed days before them as usual count; without any such, others do, which
// it says. What is held against each other is of one measurement, since machines differ.
func (g goal) judge(server string, measurements []measurement) string {
	fitting := slices.DeleteFunc(slices.Clone(measurements), func(m measurement) bool {
		return m.Machine.server() != server || m.Videos != cmp.Or(g.videos, usualVideos) || m.Skew != string(usualSkew) || m.Layout != ""
	})
	slices.SortStableFunc(fitting, func(a, b measurement) int {
		return cmp.Or(cmp.Compare(a.unusual(), b.unusual()), cmp.Compare(b.Machine.Date, a.Machine.Date))
	})
	for _, m := range fitting {
		if measured := g.measured(m.Sizes); measured != 0 {
			return judge(fmt.Sprintf("%.3g", measured), g.met(server, measured)) + m.before()
		}
	}
	return "not measured"
}

// unusual is by how many closed days the measurement differs from a usual one.
func (m measurement) unusual() int {
	return max(m.ClosedDays-usualClosedDays, usualClosedDays-m.ClosedDays)
}

func (g goal) met(server string, measured float64) bool {
	switch {
	case g.atLeast:
		return measured >= g.bound
	case g.mariaDB != 0 && strings.HasPrefix(server, mariaDBName):
		return measured <= g.mariaDB
	default:
		return measured <= g.bound
	}
}
