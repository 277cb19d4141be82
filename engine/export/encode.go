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
	columns := columnsOf[T]()
	fields := make([]string, len(columns))
	for i, column := range columns {
		fields[i] = column.Tag.Get("json")
	}
	out := csv.NewWriter(to)
	if err := out.Write(fields); err != nil {
		return err
	}
	if err := read(ctx, func(row T) (err error) {
		values := reflect.ValueOf(row)
		for i, column := range columns {
			if fields[i], err = field(values.FieldByIndex(column.Index)); err != nil {
				return fmt.Errorf("column %s: %w", column.Tag.Get("json"), err)
			}
		}
		return out.Write(fields)
	}); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// columnsOf are the fields of a row, those of its parts among them.
func columnsOf[T any]() (columns []reflect.StructField) {
	for _, field := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		if !field.Anonymous {
			columns = append(columns, field)
		}
	}
	return columns
}

func field(value reflect.Value) (string, error) {
	if text, ok := value.Interface().(encoding.TextMarshaler); ok {
		marshalled, err := text.MarshalText()
		return string(marshalled), err
	}
	if value.Kind() == reflect.String {
		return spreadsheet.Text(value.String()), nil
	}
	return strconv.FormatInt(value.Int(), 10), nil // amounts, too: figures, not how people read them
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
