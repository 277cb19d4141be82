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
)

// WriteFiles writes what [Run] would store as import files into the folder,
// which must exist, and returns what it generated. Files that are there are
// replaced.
func WriteFiles(ctx context.Context, dir string, options Options, calendar settlement.Calendar) (days []Day, err error) {
	if err := options.Validate(); err != nil {
		return nil, err
	}
	w := newWorld(options, calendar)
	writeViews := func(rows *csv.Writer) (err error) {
		days, err = w.writeViews(ctx, rows)
		return err
	}
	err = errors.Join(
		writeFile(filepath.Join(dir, CreatorsFile), w.writeCreators),
		writeFile(filepath.Join(dir, VideosFile), w.writeVideos),
		writeFile(filepath.Join(dir, ViewsFile), writeViews),
	)
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

func (w *world) writeViews(ctx context.Context, rows *csv.Writer) (days []Day, err error) {
	if err := rows.Write([]string{"view_id", "video_id", "viewer_id", "watched_at", "played_seconds", "ad_views"}); err != nil {
		return nil, err
	}
	for today := range w.days() {
		figures := Day{Day: today.date}
		for video := range w.options.Videos {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			for view, kind := range today.plays(video) {
				figures.count(view, kind)
				if err := rows.Write(today.line(view)); err != nil {
					return nil, err
				}
			}
		}
		days = append(days, figures)
	}
	return days, nil
}

func (d *day) line(view daylog.View) []string {
	zone := d.calendar.Start(d.date).Location()
	return []string{
		decimal(view.ViewID), decimal(view.VideoID), decimal(view.ViewerID),
		time.UnixMilli(view.WatchedAt).In(zone).Format("2006-01-02T15:04:05.000Z07:00"),
		decimal(int64(view.PlayedSeconds)), decimal(int64(view.AdViews)),
	}
}

func decimal(number int64) string { return strconv.FormatInt(number, 10) }
