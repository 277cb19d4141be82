package server

import (
	"context"
	"database/sql/driver"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// RowsPerInsert bounds the length of one statement. What the server makes of 500 rows
// of figures still fits into its processor's cache: longer statements cost it more per
// row, as do shorter ones.
const RowsPerInsert = 500

// Insert stores new rows of the table, which has the columns that [ColumnsOf] finds in
// them.
func Insert[Row any](ctx context.Context, to sqlx.ExecerContext, table string, rows []Row) error {
	return Put(ctx, to, table, rows, "")
}

// Put does the same for rows that may be there already: the end of the statement,
// ON DUPLICATE KEY UPDATE with its assignments, says what becomes of those.
func Put[Row any](ctx context.Context, to sqlx.ExecerContext, table string, rows []Row, end string) error {
	fields := fieldsOf(reflect.TypeFor[Row]())
	start := "INSERT INTO " + table + " (" + columnsOf(fields).List() + ") VALUES "
	for some := range slices.Chunk(rows, RowsPerInsert) {
		statement, args := []byte(start), []any(nil)
		for i := range some {
			if i > 0 {
				statement = append(statement, ',')
			}
			statement, args = appendRow(statement, args, fields, reflect.ValueOf(&some[i]).Elem())
		}
		if _, err := to.ExecContext(ctx, string(append(statement, end...)), args...); err != nil {
			return err
		}
	}
	return nil
}

// appendRow writes the row's numbers and days into the statement, which costs server
// and client less than arguments; all else becomes an argument, for the driver to
// escape.
func appendRow(statement []byte, args []any, fields []field, row reflect.Value) ([]byte, []any) {
	separator := byte('(')
	for _, field := range fields {
		statement = append(statement, separator)
		separator = ','
		value := row.FieldByIndex(field.index)
		switch {
		case field.isDay:
			statement = AppendDay(statement, settlement.Day(value.Int()))
		case field.isNumber:
			statement = strconv.AppendInt(statement, value.Int(), 10)
		default:
			statement, args = append(statement, '?'), append(args, value.Interface())
		}
	}
	return append(statement, ')'), args
}

// AppendDay writes a day as a number such as 20240506, which costs the server less than
// text.
func AppendDay(statement []byte, day settlement.Day) []byte {
	const secondsPerDay = 24 * 60 * 60
	return time.Unix(int64(day)*secondsPerDay, 0).UTC().AppendFormat(statement, "20060102")
}

// field is a field of a struct that has a column.
type field struct {
	column   string
	index    []int // where it is, from the outermost struct on
	isDay    bool
	isNumber bool // an integer with a sign that is stored as it is
}

var (
	day    = reflect.TypeFor[settlement.Day]()
	valuer = reflect.TypeFor[driver.Valuer]()
)

// fieldsOf are the fields with a db tag and those of embedded structs, in the order of
// their declaration.
func fieldsOf(of reflect.Type) (fields []field) {
	for i := range of.NumField() {
		one := of.Field(i)
		if column, tagged := one.Tag.Lookup("db"); tagged {
			fields = append(fields, field{
				column:   column,
				index:    one.Index,
				isDay:    one.Type == day,
				isNumber: reflect.Zero(one.Type).CanInt() && !one.Type.Implements(valuer),
			})
		} else if one.Anonymous {
			for _, inner := range fieldsOf(one.Type) {
				inner.index = append(slices.Clone(one.Index), inner.index...)
				fields = append(fields, inner)
			}
		}
	}
	return fields
}
