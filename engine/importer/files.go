package importer

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// files are the import files; one that is not to be imported is nil.
type files struct{ creators, videos, views, payments, earlierPayments *file }

// file is an import file, read up to the end of its header.
type file struct {
	*os.File
	size    int64 // 0 if it is a pipe
	records *recordReader
	columns []string // as in its header
}

// openFiles opens the import files and checks their headers. The error tells
// all that is wrong with any of them.
func openFiles(options Options) (opened files, err error) {
	var problems [5]error
	opened.creators, problems[0] = openFile(options.Creators, creatorColumns)
	opened.videos, problems[1] = openFile(options.Videos, videoColumns)
	opened.views, problems[2] = openFile(options.Views, viewColumns)
	opened.payments, problems[3] = openFile(options.Payments, paymentColumns, furtherPaymentColumns...)
	opened.earlierPayments, problems[4] = openFile(options.EarlierPayments, earlierPaymentColumns, furtherEarlierPaymentColumns...)
	err = errors.Join(problems[:]...)
	for _, input := range opened.all() {
		err = errors.Join(err, input.differsFrom(rejectPath(options.Rejects, input.Name())))
	}
	if err != nil {
		opened.close()
		return files{}, err
	}
	return opened, nil
}

func (f files) all() []*file {
	return slices.DeleteFunc([]*file{f.creators, f.videos, f.views, f.payments, f.earlierPayments}, func(one *file) bool { return one == nil })
}

func (f files) close() {
	for _, input := range f.all() {
		_ = input.Close()
	}
}

// size is how many bytes all files have; 0 if one of them is a pipe.
func (f files) size() (total int64) {
	for _, input := range f.all() {
		if input.size == 0 {
			return 0
		}
		total += input.size
	}
	return total
}

func openFile(path string, columns []string, further ...string) (*file, error) {
	if path == "" {
		return nil, nil
	}
	input, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	opened := &file{File: input, records: newRecordReader(input, len(columns))}
	if err := opened.begin(columns, further); err != nil {
		_ = input.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return opened, nil
}

// begin reads the header.
func (f *file) begin(columns, further []string) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Mode().IsRegular() {
		f.size = info.Size()
	}
	header, err := f.records.next()
	if errors.Is(err, io.EOF) {
		return checkHeader(nil, columns, further)
	}
	if err != nil {
		return err
	}
	if header.fault != "" {
		return fmt.Errorf("the header line cannot be read: %s", header.fault)
	}
	for _, name := range header.fields {
		f.columns = append(f.columns, string(name))
	}
	f.records.width = len(f.columns)
	return checkHeader(f.columns, columns, further)
}

// differsFrom makes sure that a reject file does not overwrite an import file.
func (f *file) differsFrom(rejects string) error {
	there, err := os.Stat(rejects)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	own, err := f.Stat()
	if err != nil {
		return err
	}
	if os.SameFile(own, there) {
		return fmt.Errorf("%s is to be imported and cannot be the reject file too: choose another name for the reject file", rejects)
	}
	return nil
}
