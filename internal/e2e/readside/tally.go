package readside

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	pretty "github.com/jedib0t/go-pretty/v6/table"
)

// tally is what happened, for people.
type tally struct {
	books    *books
	readers  *readers
	troubles *troubles
}

// String has the answers by path and status, the slowest one, and the faults by kind
// with the answers to what was asked while they lasted.
func (t tally) String() string {
	var slowest *answer
	byPath, statuses := map[path]map[int]int{}, map[int]int{}
	for _, a := range t.readers.answers {
		if byPath[a.Path] == nil {
			byPath[a.Path] = map[int]int{}
		}
		byPath[a.Path][a.Status]++
		statuses[a.Status]++
		if slowest == nil || a.Ended.Sub(a.Begun) > slowest.Ended.Sub(slowest.Begun) {
			slowest = a
		}
	}
	columns := slices.Sorted(maps.Keys(statuses))
	answers := pretty.NewWriter()
	header, footer := pretty.Row{"Path"}, pretty.Row{""}
	for _, status := range columns {
		header, footer = append(header, nameOf(status)), append(footer, statuses[status])
	}
	answers.AppendHeader(header)
	for _, path := range paths {
		row := pretty.Row{path}
		for _, status := range columns {
			row = append(row, byPath[path][status])
		}
		answers.AppendRow(row)
	}
	answers.AppendFooter(footer)
	faults := pretty.NewWriter()
	header = pretty.Row{"Of", "Fault", "Times", "Seconds"}
	for _, status := range columns {
		header = append(header, nameOf(status))
	}
	faults.AppendHeader(header)
	for _, sum := range t.troubles.sums(t.readers.answers) {
		row := pretty.Row{sum.of, sum.kind, sum.times, fmt.Sprintf("%.1f", sum.lasted.Seconds())}
		for _, status := range columns {
			row = append(row, sum.statuses[status])
		}
		faults.AppendRow(row)
	}
	return fmt.Sprintf("%d requests, %d periods closed\n%s\nthe slowest took %s: %s by %s\n%s",
		len(t.readers.answers), len(t.books.closings), answers.Render(),
		slowest.Ended.Sub(slowest.Begun).Round(time.Millisecond), slowest.question, slowest.Way, faults.Render())
}

func nameOf(status int) string {
	if status == noAnswer {
		return "none"
	}
	return fmt.Sprint(status)
}

type troubleSum struct {
	of, kind string
	times    int
	lasted   time.Duration
	statuses map[int]int
}

// sums are how often each had each fault, how long altogether, and the statuses of the
// answers, which are in the order in which they were asked for.
func (t *troubles) sums(answers []*answer) (sums []troubleSum) {
	first := func(from time.Time) int {
		at, _ := slices.BinarySearchFunc(answers, from, func(a *answer, from time.Time) int { return a.Begun.Compare(from) })
		return at
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for _, one := range t.all {
		at := slices.IndexFunc(sums, func(sum troubleSum) bool { return sum.of == one.Of && sum.kind == one.Kind })
		if at < 0 {
			at, sums = len(sums), append(sums, troubleSum{of: one.Of, kind: one.Kind, statuses: map[int]int{}})
		}
		sums[at].times++
		sums[at].lasted += one.To.Sub(one.From)
		for _, a := range answers[first(one.From):first(one.To)] {
			sums[at].statuses[a.Status]++
		}
	}
	slices.SortFunc(sums, func(a, b troubleSum) int { return strings.Compare(a.of+a.kind, b.of+b.kind) })
	return sums
}
