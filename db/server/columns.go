package server

import (
	"reflect"
	"strings"
)

// Columns are the names of columns in a fixed order, from which a statement's
// lists of columns are written.
type Columns []string

// ColumnsOf are the columns of a struct, which is given by any value of it: the db
// tags of its fields and of those that it embeds, in the order of their declaration.
// A field without a tag has no column.
func ColumnsOf(value any) Columns { return columnsOf(fieldsOf(reflect.TypeOf(value))) }

func columnsOf(fields []field) (columns Columns) {
	for _, field := range fields {
		columns = append(columns, field.column)
	}
	return columns
}

// Each writes the form for each column, which stands for every %s in it, and
// commas between them: of a and b, "SUM(%s)" gives "SUM(a), SUM(b)".
func (c Columns) Each(form string) string { return c.Joined(form, ", ") }

// Joined writes the form for each column, as Each does, and the separator between
// them: of a and b, "%s > 0" with " OR " gives "a > 0 OR b > 0".
func (c Columns) Joined(form, separator string) string {
	each := make([]string, len(c))
	for i, column := range c {
		each[i] = strings.ReplaceAll(form, "%s", column)
	}
	return strings.Join(each, separator)
}

// List is the columns: "a, b".
func (c Columns) List() string { return c.Each("%s") }

// Named is the values of an INSERT by the names of their columns: ":a, :b".
func (c Columns) Named() string { return c.Each(":%s") }

// Assigned is the assignments of an UPDATE: "a = :a, b = :b".
func (c Columns) Assigned() string { return c.Each("%s = :%s") }

// Summed is the sums of the columns, which are 0 without any row, by their
// names: "COALESCE(SUM(a), 0) AS a".
func (c Columns) Summed() string { return c.Each("COALESCE(SUM(%s), 0) AS %s") }
