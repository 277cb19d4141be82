package generate

import (
	"context"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// The import files that [WriteFiles] writes.
const (
	CreatorsFile = "creators.csv"
	VideosFile   = "videos.csv"
	ViewsFile    = "views.csv"
	PaymentsFile = "payments.csv" // only with payments
)

// WriteFiles writes what [Run] would store as import files into the folder,
// which must exist, and returns what it generated. Files that are there are
// replaced.
func WriteFiles(ctx context.Context, dir string, options Options, calendar settlement.Calendar) (days []Day, err error) {
	if err := options.Validate(); err != nil {
		return nil, err
	}
	w := newWorld(options, calendar)
	days = make([]Day, options.Days)
	err = errors.Join(
		writeFile(filepath.Join(dir, CreatorsFile), w.writeCreators),
		writeFile(filepath.Join(dir, VideosFile), w.writeVideos),
		writeFile(filepath.Join(dir, ViewsFile), func(rows *csv.Writer) error { return w.writeViews(ctx, rows, days) }),
	)
	if options.PaymentsPerDay > 0 {
		err = errors.Join(err, writeFile(filepath.Join(dir, PaymentsFile), func(rows *csv.Writer) error { return w.writePayments(ctx, rows, days) }))
	}
	return days, err
}

func writeFile(path string, write func(*csv.Writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	rows := csv.NewWriter(file)
	err = write(rows)
	rows.Flush()
	return errors.Join(err, rows.Error(), file.Close())
}

func (w *world) writeCreators(rows *csv.Writer) error {
	if err := rows.Write([]string{"creator_id", "name", "email", "locale"}); err != nil {
		return err
	}
	for number := range w.options.Creators {
		one := w.creator(number)
		if err := rows.Write([]string{decimal(one.ID), one.Name, one.Email, one.Locale}); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) writeVideos(rows *csv.Writer) error {
	if err := rows.Write([]string{"video_id", "creator_id", "title", "duration_seconds", "opening_views", "opening_ad_views"}); err != nil {
		return err
	}
	for number := range w.options.Videos {
		one := w.video(number)
		if err := rows.Write([]string{
			decimal(one.ID), decimal(one.CreatorID), one.Title,
			decimal(one.DurationSeconds), decimal(one.OpeningViews), decimal(one.OpeningAdViews),
		}); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) writeViews(ctx context.Context, rows *csv.Writer, days []Day) error {
	if err := rows.Write([]string{"view_id", "video_id", "viewer_id", "watched_at", "played_seconds", "ad_views"}); err != nil {
		return err
	}
	for today := range w.days() {
		figures := &days[today.date-w.options.From]
		figures.Day = today.date
		for video := range w.options.Videos {
			if err := ctx.Err(); err != nil {
				return err
			}
			for view, kind := range today.plays(video) {
				figures.count(view, kind)
				if err := rows.Write(today.viewLine(view)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (d *day) viewLine(view daylog.View) []string {
	return []string{
		decimal(view.ViewID), decimal(view.VideoID), decimal(view.ViewerID), d.timeOf(view.WatchedAt),
		decimal(int64(view.PlayedSeconds)), decimal(int64(view.AdViews)),
	}
}

func (w *world) writePayments(ctx context.Context, rows *csv.Writer, days []Day) error {
	if err := rows.Write([]string{"payment_id", "video_id", "payer_id", "paid_at", "amount", "status", "method", "refund_of"}); err != nil {
		return err
	}
	for today := range w.days() {
		figures := &days[today.date-w.options.From].Sales
		for video := range w.options.Videos {
			if err := ctx.Err(); err != nil {
				return err
			}
			for row := range today.payments(video) {
				if err := errors.Join(figures.count(row), rows.Write(today.paymentLine(row.Payment))); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (d *day) paymentLine(payment daylog.Payment) []string {
	refundOf := ""
	if payment.RefundOf != 0 {
		refundOf = decimal(payment.RefundOf)
	}
	return []string{
		decimal(payment.PaymentID), decimal(payment.VideoID), decimal(payment.PayerID), d.timeOf(payment.PaidAt),
		decimal(int64(payment.Amount)), string(payment.Status), payment.Method, refundOf,
	}
}

// timeOf writes a time in milliseconds since 1970-01-01 UTC.
func (d *day) timeOf(at int64) string {
	return time.UnixMilli(at).In(d.calendar.Start(d.date).Location()).Format("2006-01-02T15:04:05.000Z07:00")
}

func decimal(number int64) string { return strconv.FormatInt(number, 10) }
