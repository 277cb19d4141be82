// Package importer imports creators, videos, views and payments from CSV files, and
// payments that an earlier system settled.
//
// The files are UTF-8 with a header line, quoted as RFC 4180 says; their
// columns may come in any order. A line that cannot be stored goes to a reject
// file with its line number, column and reason; all others are stored. Files
// are streamed, so memory does not grow with their size, and importing a file
// again changes nothing. Times are RFC 3339 with any offset; what is finer than
// milliseconds is cut off.
package importer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// Options say what to import. Files are imported in the order in which they
// stand here, since videos need their creators.
type Options struct {
	DB *db.DB // views and payments are stored on up to four of its connections at a time

	// Paths of the import files; an empty one is left out.
	Creators string
	Videos   string
	Views    string
	Payments string

	EarlierPayments string // from before the first day, settled by an earlier system

	// Rejects is the path of one reject file for all lines that cannot be
	// stored. If it is empty, each import file has its own beside it: that of
	// views.csv is views.csv.rejects.csv. A reject file is only written when a
	// line is rejected; it replaces an older one.
	Rejects string

	// Now is the time of the import: views and payments of days after tomorrow are rejected, since a
	// mistyped year would fill the log with empty days. It decides nothing else.
	Now time.Time

	// Progress, if set, is called whenever some lines are done, never twice at
	// a time. It must return soon: the import waits for it.
	Progress func(Progress)
}

// Progress tells how far an import has come.
type Progress struct {
	File       string // path of the file that is being imported
	Lines      int64  // done so far, of all files
	Bytes      int64  // done so far, of all files
	TotalBytes int64  // of all files; 0 if one of them is a pipe, whose size nobody knows
}

// Report is what an import came to.
type Report struct {
	Creators FileReport
	Videos   FileReport
	Views    FileReport
	Payments FileReport

	EarlierPayments FileReport

	Arrived                 // of views
	ArrivedPayments Arrived // the same of payments
}

// Arrived are the new rows of one log.
type Arrived struct {
	Days  []daylog.DayRows // business days that got new rows, in order
	Late  []daylog.DayRows // those of them that were closed, in order
	Early []daylog.DayRows // those of them that lie before the first day in the book of runs and are never settled, in order
}

// Rejected is how many lines of all files were rejected.
func (r Report) Rejected() int64 {
	return r.Creators.Rejected + r.Videos.Rejected + r.Views.Rejected + r.Payments.Rejected + r.EarlierPayments.Rejected
}

// FileReport is what the import of one file came to. Each of its lines is
// stored, was there already or is rejected; the header and empty lines do not
// count. A quoted field may hold line breaks: they do not end the line.
type FileReport struct {
	Path         string // empty if there was no such file to import
	Lines        int64
	Stored       int64 // views and payments, earlier ones too, that are new; creators and videos that are new or replaced
	AlreadyThere int64 // views and payments that were stored before
	Rejected     int64
	Rejects      string // path of the reject file; empty if no line was rejected
}

// Import stores the lines of the files. Lines that cannot be stored are no
// error: see [Report.Rejected]. Import fails before anything is stored when a
// file cannot be read or its header is wrong. After any other error, or when
// ctx is done, what was stored so far stays and is in the report; importing the
// same files again stores the rest.
func Import(ctx context.Context, options Options) (Report, error) {
	files, err := openFiles(options)
	if err != nil {
		return Report{}, err
	}
	defer files.close()
	calendar, err := options.DB.Calendar(ctx)
	if err != nil {
		return Report{}, err
	}
	importer := &importer{
		db:       options.DB,
		rejects:  rejectFiles{shared: options.Rejects},
		now:      options.Now,
		calendar: calendar,
		progress: options.Progress,
		done:     Progress{TotalBytes: files.size()},
	}
	report, err := importer.run(ctx, files)
	return report, errors.Join(err, importer.rejects.close())
}

// importer imports one set of files.
type importer struct {
	db       *db.DB
	rejects  rejectFiles
	now      time.Time
	calendar settlement.Calendar
	progress func(Progress)

	mu        sync.Mutex // guards done, and keeps progress from being called twice at a time
	done      Progress
	completed int64 // bytes of the files that are done
}

func (im *importer) run(ctx context.Context, files files) (report Report, err error) {
	views, payments := newViewStore(im), newPaymentStore(im)
	if report.Creators, err = load(ctx, im, files.creators, parseCreator, im.storeCreators); err != nil {
		return report, fmt.Errorf("import creators: %w", err)
	}
	if report.Videos, err = load(ctx, im, files.videos, parseVideo, im.storeVideos); err != nil {
		return report, fmt.Errorf("import videos: %w", err)
	}
	report.Views, err = load(ctx, im, files.views, views.parse, views.store)
	report.Arrived = views.arrived()
	if err != nil {
		return report, fmt.Errorf("import views: %w", err)
	}
	report.Payments, err = load(ctx, im, files.payments, payments.parse, payments.store)
	report.ArrivedPayments = payments.arrived()
	if err != nil {
		return report, fmt.Errorf("import payments: %w", err)
	}
	if report.EarlierPayments, err = load(ctx, im, files.earlierPayments, im.parseEarlierPayment, im.storeEarlierPayments); err != nil {
		return report, fmt.Errorf("import earlier payments: %w", err)
	}
	first, begun, err := im.db.FirstRun(ctx)
	if err != nil {
		return report, err
	}
	if begun {
		for _, arrived := range []*Arrived{&report.Arrived, &report.ArrivedPayments} {
			arrived.Early = arrived.Days[:before(arrived.Days, first)]
		}
	}
	return report, nil
}
