package main

import (
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// newTable makes a table. Its text columns align left, numbers right.
func newTable(header ...string) table.Writer {
	out := table.NewWriter()
	out.SetStyle(table.StyleLight)
	out.Style().Format.Header = text.FormatDefault
	row := make(table.Row, len(header))
	for i, name := range header {
		row[i] = name
	}
	out.AppendHeader(row)
	return out
}

// rightAligned aligns the columns of the given numbers, from 1, to the right.
func rightAligned(out table.Writer, columns ...int) {
	configs := make([]table.ColumnConfig, len(columns))
	for i, column := range columns {
		configs[i] = table.ColumnConfig{Number: column, Align: text.AlignRight, AlignHeader: text.AlignRight}
	}
	out.SetColumnConfigs(configs)
}

// rendered is the table's text, also without rows.
func rendered(out table.Writer) string { return out.Render() + "\n" }

// filled is the table's text, empty if it has no rows.
func filled(out table.Writer) string {
	if out.Length() == 0 {
		return ""
	}
	return rendered(out)
}

// tenths shows how long something took, to a tenth of a second.
func tenths(took time.Duration) string { return took.Round(100 * time.Millisecond).String() }
