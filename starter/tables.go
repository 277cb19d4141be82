package main

import (
	"os"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
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

// thousands writes a number for people: 3,000,000.
func thousands(n int64) string { return message.NewPrinter(language.English).Sprintf("%d", n) }

// plural writes a number with its noun.
func plural[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return thousands(int64(n)) + " " + noun + "s"
}
