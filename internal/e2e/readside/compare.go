package readside

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
)

// part is a field of an answer, or one beneath another ("views.shares"), and the rows
// that it must have. Of a field that ends with a dot each column must be one of the fields beneath it, in its only row or in
// each of an array; "." is the answer itself.
type part struct {
	field string
	query string
	args  []any
}

// compare says where the answer is not as its parts must be.
func (tr truth) compare(ctx context.Context, body []byte, parts ...part) (string, error) {
	for _, p := range parts {
		want, err := jsonRows(ctx, tr.primary, p.query, p.args...)
		if err != nil {
			return "", fmt.Errorf("%s: %w", p.field, err)
		}
		if difference := p.differs(body, want); difference != "" {
			return difference, nil
		}
	}
	return "", nil
}

// differs holds lines byte for byte, and single fields by their values.
func (p part) differs(body []byte, want []string) string {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return "the answer cannot be read: " + err.Error()
	}
	name, isObject := strings.CutSuffix(p.field, ".")
	if above, below, nested := strings.Cut(name, "."); nested {
		return part{field: below + p.field[len(name):]}.differs(fields[above], want)
	}
	if !isObject { // lines
		var got []json.RawMessage
		if err := json.Unmarshal(fields[name], &got); err != nil || got == nil {
			return fmt.Sprintf("%s is %s, not an array", name, fields[name])
		}
		return differentRows(name, got, want, func(row, want string) bool { return row == want })
	}
	got := []json.RawMessage{body}
	if name != "" {
		got[0] = fields[name]
		if bytes.HasPrefix(fields[name], []byte("[")) {
			if err := json.Unmarshal(fields[name], &got); err != nil {
				return err.Error()
			}
		}
	}
	return differentRows(name, got, want, includes)
}

func differentRows(name string, got []json.RawMessage, want []string, same func(row, want string) bool) string {
	if len(got) != len(want) {
		return fmt.Sprintf("%s has %d rows, the books have %d: %s\n%s", name, len(got), len(want), got, want)
	}
	for i, row := range got {
		if !same(string(row), want[i]) {
			return fmt.Sprintf("%s is\n%s\nand the books have\n%s", name, row, want[i])
		}
	}
	return ""
}

// includes tells whether an object has all fields of the wanted one.
func includes(row, want string) bool {
	var got, fields map[string]json.RawMessage
	if json.Unmarshal([]byte(row), &got) != nil || json.Unmarshal([]byte(want), &fields) != nil {
		return false
	}
	for name, value := range fields {
		if !bytes.Equal(got[name], value) {
			return false
		}
	}
	return true
}

// jsonRows are the rows of a query as objects, with the columns in order.
func jsonRows(ctx context.Context, from *sql.DB, query string, args ...any) ([]string, error) {
	found, err := from.QueryContext(ctx, strings.ReplaceAll(query, `"`, "`"), args...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	columns, err := found.ColumnTypes()
	if err != nil {
		return nil, err
	}
	values, targets := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	var rows []string
	for found.Next() {
		if err := found.Scan(targets...); err != nil {
			return nil, err
		}
		var row bytes.Buffer
		for i, column := range columns {
			value := values[i]
			if kind := column.DatabaseTypeName(); value == nil {
				value = []byte("null")
			} else if !strings.Contains(kind, "INT") && kind != "DECIMAL" {
				value, _ = json.Marshal(string(value)) // a text can be written
			}
			fmt.Fprintf(&row, `,%q:%s`, column.Name(), value)
		}
		rows = append(rows, "{"+row.String()[1:]+"}")
	}
	return rows, found.Err()
}
