package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/engine/importer"
	"creatorpay/program/control"
	"creatorpay/settlement"
)

type importCommand struct {
	databaseFlags
	Creators importFile `type:"existingfile" sep:"none" placeholder:"FILE" help:"CSV file with creator_id,name,email,locale."`
	Videos   importFile `type:"existingfile" sep:"none" placeholder:"FILE" help:"CSV file with video_id,creator_id,title,duration_seconds,opening_views,opening_ad_views."`
	Views    importFile `type:"existingfile" sep:"none" placeholder:"FILE" help:"CSV file with view_id,video_id,viewer_id,watched_at,played_seconds,ad_views."`
	Payments importFile `type:"existingfile" sep:"none" placeholder:"FILE" help:"CSV file with payment_id,video_id,payer_id,paid_at,amount,status, and method,refund_of where they are needed."`

	EarlierPayments importFile `type:"existingfile" sep:"none" placeholder:"FILE" help:"CSV file with payment_id,video_id,paid_at,amount, and method,refunded where they are needed: payments from before the first day, settled by an earlier system."`

	Rejects string `type:"path" placeholder:"FILE" help:"One file for all lines that cannot be stored. Without it each file's lie beside it, in FILE.rejects.csv."`
}

// importFile is the path of a file, if there is one. It is a list so that a flag which
// is given twice is seen: of one that is not, all files but the first would be passed over.
type importFile []string

func (f importFile) path() string { return strings.Join(f, "") }

// AfterApply refuses an import of no file, and one of several files of a kind.
func (c importCommand) AfterApply() error {
	files := 0
	for _, paths := range []importFile{c.Creators, c.Videos, c.Views, c.Payments, c.EarlierPayments} {
		if len(paths) > 1 {
			return fmt.Errorf("%s are of the same kind: import one after the other", strings.Join(paths, " and "))
		}
		files += len(paths)
	}
	if files == 0 {
		return errors.New("nothing to import: name a file with --creators, --videos, --views, --payments or --earlier-payments")
	}
	return nil
}

func (c importCommand) Run(ctx context.Context, database *db.DB) error {
	started := time.Now()
	report, err := importer.Import(ctx, importer.Options{
		DB:       database,
		Creators: c.Creators.path(),
		Videos:   c.Videos.path(),
		Views:    c.Views.path(),
		Payments: c.Payments.path(),

		EarlierPayments: c.EarlierPayments.path(),

		Rejects:  c.Rejects,
		Now:      started,
		Progress: showImport(),
	})
	fmt.Print(reportText(report, time.Since(started)),
		earlyText(importedViews, report.Early), earlyText(importedPayments, report.ArrivedPayments.Early),
		lateText(importedViews, report.Late), lateText(importedPayments, report.ArrivedPayments.Late))
	if err != nil {
		return err
	}
	if rejected := report.Rejected(); rejected > 0 {
		return fmt.Errorf("%s rejected: fix it as the reject file says and import it again", settlement.Count(rejected, "line"))
	}
	return nil
}

// showImport shows an import's progress by bytes, on a terminal.
func showImport() func(importer.Progress) {
	if !onTerminal() {
		return nil
	}
	bar := progressbar.NewOptions64(1,
		progressbar.OptionSetWriter(os.Stderr),
		progressbar.OptionSetWidth(30),
		progressbar.OptionShowBytes(true),
		progressbar.OptionThrottle(control.Refresh),
		progressbar.OptionOnCompletion(func() { fmt.Fprintln(os.Stderr) }),
	)
	started := time.Now()
	return func(progress importer.Progress) {
		bar.ChangeMax64(progress.TotalBytes)
		bar.Describe(fmt.Sprintf("%s, %s lines, %s/s", filepath.Base(progress.File), settlement.Number(progress.Lines),
			settlement.Number(int64(float64(progress.Lines)/time.Since(started).Seconds()))))
		_ = bar.Set64(progress.Bytes)
	}
}

func reportText(report importer.Report, took time.Duration) string {
	out := newTable("File", "Lines", "Stored", "There already", "Rejected", "Reject file")
	rightAligned(out, 2, 3, 4, 5)
	var lines int64
	for _, file := range []importer.FileReport{report.Creators, report.Videos, report.Views, report.Payments, report.EarlierPayments} {
		if file.Path == "" {
			continue
		}
		lines += file.Lines
		out.AppendRow([]any{
			filepath.Base(file.Path),
			settlement.Number(file.Lines), settlement.Number(file.Stored), settlement.Number(file.AlreadyThere), settlement.Number(file.Rejected), file.Rejects,
		})
	}
	text := rendered(out) + fmt.Sprintf("%s in %s\n", settlement.Count(lines, "line"), tenths(took))
	return text + daysText(importedViews, report.Days) + daysText(importedPayments, report.ArrivedPayments.Days)
}

// importedLog is how an import speaks of the rows of a log.
type importedLog struct {
	row, rows string
	neverPaid string // why those of early days are never paid
}

var (
	importedViews = importedLog{
		row: "view", rows: "views",
		neverPaid: "they lie before the first day in the book of runs, and ordinals run on from there. Only the end of the day before it is read, for repeats across midnight",
	}
	importedPayments = importedLog{
		row: "payment row", rows: "payments",
		neverPaid: "they lie before the first day in the book of runs. Those that may still be refunded or completed again are known here once they are imported with --earlier-payments, too",
	}
)

// daysText says which days got rows.
func daysText(log importedLog, days []daylog.DayRows) string {
	if len(days) == 0 {
		return ""
	}
	return fmt.Sprintf("%s got %s, from %s to %s\n", settlement.Count(len(days), "day"), log.rows, days[0].Day, days[len(days)-1].Day)
}

// earlyText warns of rows of days that will never be settled.
func earlyText(log importedLog, early []daylog.DayRows) string {
	if len(early) == 0 {
		return ""
	}
	return fmt.Sprintf("WARNING: %s of %s (%s) are stored but never paid: %s\n", settlement.Count(sumRows(early), log.row), settlement.Count(len(early), "day"),
		settlement.Span(settlement.DailyPeriod(early[0].Day), settlement.DailyPeriod(early[len(early)-1].Day)), log.neverPaid)
}

func sumRows(days []daylog.DayRows) (rows int64) {
	for _, day := range days {
		rows += day.Rows
	}
	return rows
}

// lateText says what becomes of rows of closed days; it is empty where there are none.
func lateText(log importedLog, late []daylog.DayRows) string {
	if len(late) == 0 {
		return ""
	}
	return fmt.Sprintf("%s of %s (%s to %s) came late: the next daily run posts them as adjustments, unless it raises an alarm for their day\n",
		settlement.Count(sumRows(late), log.row), settlement.Count(len(late), "closed day"), late[0].Day, late[len(late)-1].Day)
}
