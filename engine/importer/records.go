package importer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

const (
	// maxRecord bounds how far a line, or a quoted field with line breaks, is
	// followed: a missing quote would make the rest of the file one field. The
	// longest line that can be stored has about 4,000 bytes.
	maxRecord  = 64 << 10
	readBuffer = 4 * maxRecord
)

// record is one line of an import file, or several where a quoted field holds
// line breaks.
type record struct {
	line   int64    // number of its first line; the file's first line is 1
	text   []byte   // as in the file, without the line end; valid until the next record
	fields [][]byte // without quotes; valid until the next record
	fault  string   // why it cannot be split into fields; empty if it can
}

// recordReader cuts a file into records. It reads on after a record that cannot
// be split, which encoding/csv does not.
type recordReader struct {
	input  *bufio.Reader
	line   int64 // number of the next line
	width  int   // how many fields a record should have
	fields [][]byte

	text   bytes.Reader // the record that quoted is to split
	quoted *csv.Reader
}

var byteOrderMark = []byte("\ufeff")

func newRecordReader(file io.Reader, width int) *recordReader {
	r := &recordReader{input: bufio.NewReaderSize(file, readBuffer), line: 1, width: width}
	r.quoted = newQuotedReader(&r.text)
	return r
}

// next gives the next record that is not empty, or io.EOF.
func (r *recordReader) next() (record, error) {
	for {
		ahead, err := r.input.Peek(maxRecord)
		if err != nil && !errors.Is(err, io.EOF) {
			return record{}, err
		}
		if r.line == 1 && bytes.HasPrefix(ahead, byteOrderMark) {
			if _, err := r.input.Discard(len(byteOrderMark)); err != nil {
				return record{}, err
			}
			continue
		}
		if len(ahead) == 0 {
			return record{}, io.EOF
		}
		found, length := r.cut(ahead, err != nil)
		if length == 0 {
			return found, r.skipLine()
		}
		// What was looked ahead at stays valid until the next look.
		if _, err := r.input.Discard(length); err != nil {
			return record{}, err
		}
		r.line += max(1, int64(bytes.Count(ahead[:length], newline)))
		if len(found.text) > 0 {
			return found, nil
		}
	}
}

var (
	newline = []byte("\n")
	quote   = []byte(`"`)
	comma   = []byte(",")
)

// cut splits the record at the beginning of ahead, and tells how long it is with
// its line end: 0 if its first line goes beyond ahead. atEnd says that the file
// ends with ahead.
func (r *recordReader) cut(ahead []byte, atEnd bool) (found record, length int) {
	found.line = r.line
	length = bytes.IndexByte(ahead, '\n') + 1
	if length == 0 && atEnd {
		length = len(ahead)
	}
	if length == 0 {
		found.text = bytes.Clone(ahead) // skipping the line overwrites it
		found.fault = fmt.Sprintf("line is longer than %d bytes", maxRecord)
		return found, 0
	}
	found.text = trimLineEnd(ahead[:length])
	if !bytes.Contains(found.text, quote) {
		found.fields = r.split(found.text)
	} else if whole := quotedLength(ahead, atEnd); whole > 0 {
		fields := r.splitQuoted(ahead[:whole])
		// Where several lines do not make one record, a quote is missing in the
		// first: the others get their chance.
		if whole == length || len(fields) == r.width {
			length = whole
			found.fields, found.text = fields, trimLineEnd(ahead[:length])
		}
	}
	switch {
	case found.fields == nil:
		found.fault = "bad quoting: a field with a quote in it must be quoted as a whole, and the quote in it doubled"
	case !utf8.Valid(found.text):
		found.fault = "not UTF-8"
	case bytes.IndexByte(found.text, 0) >= 0:
		found.fault = "holds a NUL byte"
	}
	return found, length
}

// skipLine passes over the rest of a line.
func (r *recordReader) skipLine() error {
	r.line++
	for {
		_, err := r.input.ReadSlice('\n')
		if !errors.Is(err, bufio.ErrBufferFull) {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

func trimLineEnd(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, newline), []byte("\r"))
}

// quotedLength is how long the record with quotes at the beginning of ahead is:
// it goes to the first line end with an even number of quotes before it. 0 means
// that there is none.
func quotedLength(ahead []byte, atEnd bool) int {
	quotes, length := 0, 0
	for length < len(ahead) {
		line := bytes.IndexByte(ahead[length:], '\n') + 1
		if line == 0 && !atEnd {
			return 0
		}
		if line == 0 {
			line = len(ahead) - length
		}
		quotes += bytes.Count(ahead[length:length+line], quote)
		length += line
		if quotes%2 == 0 {
			return length
		}
	}
	return 0
}

// split is all that a line without quotes needs, and nearly every line of a
// watch log is one: it is several times faster than encoding/csv.
func (r *recordReader) split(line []byte) [][]byte {
	r.fields = r.fields[:0]
	for {
		field, rest, more := bytes.Cut(line, comma)
		r.fields = append(r.fields, field)
		if !more {
			return r.fields
		}
		line = rest
	}
}

// splitQuoted splits a record with quotes; nil means that they are wrong.
func (r *recordReader) splitQuoted(text []byte) [][]byte {
	r.text.Reset(text)
	fields, err := r.quoted.Read()
	if err != nil {
		r.quoted = newQuotedReader(&r.text) // it may hold the rest of the record
		return nil
	}
	r.fields = r.fields[:0]
	for _, field := range fields {
		r.fields = append(r.fields, []byte(field))
	}
	return r.fields
}

func newQuotedReader(text *bytes.Reader) *csv.Reader {
	reader := csv.NewReader(text)
	reader.FieldsPerRecord = -1 // as many as there are
	reader.ReuseRecord = true
	return reader
}
