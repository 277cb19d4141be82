package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"

	"creatorpay/db"
	"creatorpay/engine/importer"
	"creatorpay/program/control"
	"creatorpay/settlement"
	"creatorpay/worker/service"
)

type importCommand struct {
	databaseFlags
	Creators string `type:"existingfile" placeholder:"FILE" help:"CSV file with creator_id,name,email,locale."`
	Videos   string `type:"existingfile" placeholder:"FILE" help:"CSV file with video_id,creator_id,title,duration_seconds,opening_views,opening_ad_views."`
	Views    string `type:"existingfile" placeholder:"FILE" help:"CSV file with view_id,video_id,viewer_id,watched_at,played_seconds,ad_views."`
	Rejects  string `type:"path" placeholder:"FILE" help:"One file for all lines that cannot be stored. Without it each file's lie beside it, in FILE.rejects.csv."`
}

// AfterApply refuses an import of no file.
func (c importCommand) AfterApply() error {
	if c.Creators == "" && c.Videos == "" && c.Views == "" {
		return errors.New("nothing to import: name a file with --creators, --videos or --views")
	}
	return nil
}

func (c importCommand) Run(ctx context.Context, database *db.DB) error {
	started := time.Now()
	report, err := importer.Import(ctx, importer.Options{
		DB:       database,
		Creators: c.Creators,
		Videos:   c.Videos,
		Views:    c.Views,
		Rejects:  c.Rejects,
		Now:      started,
		Progress: showImport(),
	})
	fmt.Print(reportText(report, time.Since(started)), earlyText(report.Early))
	if err := errors.Join(err, sayLate(ctx, database, report.Late)); err != nil {
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
	for _, file := range []importer.FileReport{report.Creators, report.Videos, report.Views} {
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
	if days := report.Days; len(days) > 0 {
		text += fmt.Sprintf("%s got views, from %s to %s\n", settlement.Count(len(days), "day"), days[0].Day, days[len(days)-1].Day)
	}
	return text
}

// earlyText warns of views of days that will never be settled.
func earlyText(early []importer.DayViews) string {
	if len(early) == 0 {
		return ""
	}
	return fmt.Sprintf("WARNING: %s of %s (%s) are stored but never paid: %s\n", settlement.Count(sumViews(early), "view"), settlement.Count(len(early), "day"),
		settlement.Span(settlement.DailyPeriod(early[0].Day), settlement.DailyPeriod(early[len(early)-1].Day)), neverSettled)
}

// neverSettled says why views of early days are never paid.
const neverSettled = "they lie before the first day in the book of runs, and ordinals run on from there. Only the end of the day before it is read, for repeats across midnight"

func sumViews(days []importer.DayViews) (views int64) {
	for _, day := range days {
		views += day.Views
	}
	return views
}

// sayLate says what becomes of views of closed days.
func sayLate(ctx context.Context, database *db.DB, late []importer.DayViews) error {
	if len(late) == 0 {
		return nil
	}
	posting, err := database.NextToCollectLate(ctx)
	if err != nil {
		return err
	}
	fmt.Print(lateText(late, posting))
	return nil
}

// lateText says what becomes of views of closed days, which the given day posts.
func lateText(late []importer.DayViews, posting settlement.Day) string {
	first, last := late[0].Day, late[len(late)-1].Day
	text := fmt.Sprintf("%s of %s (%s to %s) came late: the next daily run posts them as adjustments\n",
		settlement.Count(sumViews(late), "view"), settlement.Count(len(late), "closed day"), first, last)
	if back := posting - first; back > service.DefaultLateDays {
		text += fmt.Sprintf("%s lies %s before that run, which collects late views of %s unless it is told otherwise: start the workers with LATE_DAYS=%d for it\n",
			first, settlement.Count(int(back), "day"), settlement.Count(service.DefaultLateDays, "day"), back)
	}
	return text
}
