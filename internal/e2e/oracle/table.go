package oracle

import (
	"bytes"
	"encoding/csv"
	"fmt"
)

// Table is a CSV file with a header.
type Table struct{ rows [][]string }

// NewTable has nothing but the header.
func NewTable(columns ...string) *Table { return &Table{rows: [][]string{columns}} }

// Add adds a line.
func (t *Table) Add(values ...any) {
	row := make([]string, len(values))
	for i, value := range values {
		row[i] = fmt.Sprint(value)
	}
	t.rows = append(t.rows, row)
}

// CSV is the text of the file.
func (t *Table) CSV() string {
	var text bytes.Buffer
	if err := csv.NewWriter(&text).WriteAll(t.rows); err != nil {
		panic(err)
	}
	return text.String()
}
