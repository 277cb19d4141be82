package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
)

const (
	// batchLines is how many lines are read before they are sorted and stored.
	// Views arrive by time and are stored by video: the more are sorted at a
	// time, the closer together they lie in the log.
	batchLines = 250_000
	// batchBytes bounds the memory of a batch of very long lines.
	batchBytes = 64 << 20
)

// batch is a piece of a file.
type batch[T any] struct {
	items   []item[T]
	rejects []item[problem]
	text    []byte // of all its lines, as they are in the file
}

// item is a line as the value that it stands for, or as the problem with it.
type item[T any] struct {
	value      T
	line       int64 // number in the file, of its first line if it has several
	start, end int32 // of its text in the batch's
}

// problem is why a line cannot be stored.
type problem struct {
	column string // empty if it is the line as a whole that is bad
	reason string
}

func (i item[T]) reject(column, reason string) item[problem] {
	return item[problem]{value: problem{column, reason}, line: i.line, start: i.start, end: i.end}
}

// outcome is what storing items came to.
type outcome struct {
	stored       int64
	alreadyThere int64
	rejects      []item[problem]
}

// storeFunc stores items, whose order it may change, and advances the importer
// by them.
type storeFunc[T any] func(ctx context.Context, items []item[T]) (outcome, error)

// load stores a file batch by batch. While one batch is being stored the next
// one is read, so there are never more than two.
func load[T any](ctx context.Context, im *importer, input *file, parse func(*fields) T, store storeFunc[T]) (report FileReport, err error) {
	if input == nil {
		return report, nil
	}
	report.Path, im.done.File = input.Name(), input.Name()
	var batches [2]batch[T]
	stored := make(chan error, 1)
	stored <- nil // there is nothing to wait for yet
	for turn := 0; ; turn++ {
		next := &batches[turn%len(batches)]
		readErr := next.read(ctx, input, parse)
		if err := <-stored; err != nil {
			return report, err
		}
		if readErr != nil && !errors.Is(readErr, io.EOF) {
			return report, fmt.Errorf("read %s: %w", input.Name(), readErr)
		}
		go func() { stored <- finish(ctx, im, next, store, &report) }()
		if readErr != nil {
			err := <-stored
			if err == nil {
				im.complete(input)
			}
			return report, err
		}
	}
}

// read fills the batch. With the last lines of the file it returns io.EOF.
func (b *batch[T]) read(ctx context.Context, input *file, parse func(*fields) T) error {
	b.items, b.rejects, b.text = b.items[:0], b.rejects[:0], b.text[:0]
	for len(b.items)+len(b.rejects) < batchLines && len(b.text) < batchBytes {
		found, err := input.records.next()
		if err != nil {
			return err
		}
		b.add(found, input.columns, parse)
	}
	return ctx.Err()
}

func (b *batch[T]) add(found record, columns []string, parse func(*fields) T) {
	start := len(b.text)
	b.text = append(b.text, found.text...)
	next := item[T]{line: found.line, start: int32(start), end: int32(len(b.text))}
	line := fields{columns: columns, values: found.fields}
	switch {
	case found.fault != "":
		line.fail("", found.fault)
	case len(line.values) != len(columns):
		line.fail("", fmt.Sprintf("has %d fields, the header has %d", len(line.values), len(columns)))
	default:
		next.value = parse(&line)
	}
	if line.problem.reason != "" {
		b.rejects = append(b.rejects, next.reject(line.problem.column, line.problem.reason))
	} else {
		b.items = append(b.items, next)
	}
}

// finish stores the batch and writes down what is rejected of it.
func finish[T any](ctx context.Context, im *importer, b *batch[T], store storeFunc[T], report *FileReport) error {
	done, err := store(ctx, b.items)
	report.Stored += done.stored
	report.AlreadyThere += done.alreadyThere
	report.Lines += done.stored + done.alreadyThere
	if err != nil {
		return err
	}
	advance(im, b.rejects)
	rejects := append(b.rejects, done.rejects...)
	if len(rejects) == 0 {
		return nil
	}
	report.Rejected += int64(len(rejects))
	report.Lines += int64(len(rejects))
	report.Rejects, err = im.rejects.add(report.Path, rejects, b.text)
	if err != nil {
		return fmt.Errorf("write rejected lines (another reject file can be named): %w", err)
	}
	return nil
}

// advance reports the items as done.
func advance[T any](im *importer, items []item[T]) {
	if im.progress == nil || len(items) == 0 {
		return
	}
	im.mu.Lock()
	defer im.mu.Unlock()
	im.done.Lines += int64(len(items))
	for i := range items {
		im.done.Bytes += int64(items[i].end-items[i].start) + int64(len(newline))
	}
	im.progress(im.done)
}

// complete reports the file as done, with its header, empty lines and all that
// [advance] did not count.
func (im *importer) complete(input *file) {
	if im.progress == nil || im.done.TotalBytes == 0 {
		return
	}
	im.completed += input.size
	im.done.Bytes = im.completed
	im.progress(im.done)
}
