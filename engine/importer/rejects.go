package importer

import (
	"cmp"
	"encoding/csv"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"

	"creatorpay/engine/spreadsheet"
)

// rejectPath is where the rejected lines of the import file go.
func rejectPath(shared, file string) string {
	if shared != "" {
		return shared
	}
	return file + ".rejects.csv"
}

// rejectFiles are the reject files of one import. Each is created with its
// first line.
type rejectFiles struct {
	shared string // path of the one file for all; empty if each import file has its own
	open   map[string]*rejectFile
}

// rejectFile is a CSV file of what was rejected and why.
type rejectFile struct {
	file *os.File
	rows *csv.Writer
}

var rejectColumns = []string{"file", "line", "column", "reason", "content"}

// add writes lines of an import file in the order in which they stand in it, and
// returns the path of the reject file. The text is that of the lines' batch.
func (r *rejectFiles) add(file string, rejects []item[problem], text []byte) (path string, err error) {
	path = rejectPath(r.shared, file)
	out := r.open[path]
	if out == nil {
		if out, err = createRejectFile(path); err != nil {
			return path, err
		}
		if r.open == nil {
			r.open = map[string]*rejectFile{}
		}
		r.open[path] = out
	}
	slices.SortFunc(rejects, func(a, b item[problem]) int { return cmp.Compare(a.line, b.line) })
	for _, one := range rejects {
		// A file of which every reader can read every line is worth more here
		// than bytes that are not text.
		content := strings.ToValidUTF8(string(text[one.start:one.end]), "\ufffd")
		if err := out.rows.Write([]string{file, strconv.FormatInt(one.line, 10), one.value.column, one.value.reason, spreadsheet.Text(content)}); err != nil {
			return path, err
		}
	}
	out.rows.Flush()
	return path, out.rows.Error()
}

// createRejectFile makes a file that only its owner may read: it has names and
// addresses.
func createRejectFile(path string) (*rejectFile, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	rows := csv.NewWriter(file)
	if err := rows.Write(rejectColumns); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &rejectFile{file: file, rows: rows}, nil
}

func (r *rejectFiles) close() (err error) {
	for _, out := range r.open {
		err = errors.Join(err, out.file.Close())
	}
	return err
}
