package main

import (
	"os"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// newTable makes a table on standard output. Columns that hold numbers align
// right.
func newTable(header ...string) table.Writer {
	out := table.NewWriter()
	out.SetOutputMirror(os.Stdout)
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
