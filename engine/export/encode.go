package export

import (
	"bufio"
	"context"
	"encoding"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strconv"

	"creatorpay/engine/spreadsheet"
)

// write writes the rows that read hands over.
func write[T any](ctx context.Context, to io.Writer, format Format, read func(context.Context, func(T) error) error) error {
	if format == JSON {
		return writeJSON(ctx, to, read)
	}
	return writeCSV(ctx, to, read)
}

// writeCSV writes fields that are safe to open in a spreadsheet: see [spreadsheet.Text].
func writeCSV[T any](ctx context.Context, to io.Writer, read func(context.Context, func(T) error) error) error {
	columns := columnsOf(reflect.TypeFor[T]())
	fields := make([]string, len(columns))
	for i, column := range columns {
		fields[i] = column.name
	}
	out := csv.NewWriter(to)
	if err := out.Write(fields); err != nil {
		return err
	}
	if err := read(ctx, func(row T) (err error) {
		values := reflect.ValueOf(row)
		for i, column := range columns {
			if fields[i], err = column.text(values.FieldByIndex(column.index)); err != nil {
				return fmt.Errorf("column %s: %w", column.name, err)
			}
		}
		return out.Write(fields)
	}); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// column is a field of a row, or of a part of it.
type column struct {
	name  string
	index []int
	text  func(reflect.Value) (string, error)
}

func columnsOf(row reflect.Type) (columns []column) {
	for _, field := range reflect.VisibleFields(row) {
		if !field.Anonymous {
			columns = append(columns, column{field.Tag.Get("json"), field.Index, textOf(field.Type)})
		}
	}
	return columns
}

// textOf is how values of the type are written: amounts, too, as figures and not as people read them.
func textOf(value reflect.Type) func(reflect.Value) (string, error) {
	switch {
	case value.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return func(value reflect.Value) (string, error) {
			text, err := value.Interface().(encoding.TextMarshaler).MarshalText()
			return string(text), err
		}
	case value.Kind() == reflect.String:
		return func(value reflect.Value) (string, error) { return spreadsheet.Text(value.String()), nil }
	default:
		return func(value reflect.Value) (string, error) { return strconv.FormatInt(value.Int(), 10), nil }
	}
}

// writeJSON writes an array, each row on a line of its own.
func writeJSON[T any](ctx context.Context, to io.Writer, read func(context.Context, func(T) error) error) error {
	out := bufio.NewWriter(to)
	_, _ = out.WriteString("[") // a bufio.Writer keeps its first error
	separator := "\n"
	if err := read(ctx, func(row T) error {
		encoded, err := json.Marshal(row)
		if err != nil {
			return err
		}
		_, _ = out.WriteString(separator)
		_, err = out.Write(encoded)
		separator = ",\n"
		return err
	}); err != nil {
		return err
	}
	_, _ = out.WriteString("\n]\n")
	return out.Flush()
}
