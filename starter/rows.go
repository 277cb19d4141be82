package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/program/command"
	"creatorpay/settlement"
)

type rowsCommand struct {
	Restore rowsRestoreCommand `cmd:"" help:"Say which rows of a closed day a backup would put right; put them right with --yes."`
	Take    rowsTakeCommand    `cmd:"" help:"Move rows that came for dropped days out of the watch log into a CSV file."`
}

type rowsRestoreCommand struct {
	databaseFlags
	Date   settlement.Day `required:"" placeholder:"DATE" help:"The closed day."`
	Backup string         `required:"" placeholder:"NAME" help:"Database on the same server that holds a backup from after the day had closed."`
	Yes    bool           `help:"Put the rows right."`
}

func (c rowsRestoreCommand) Run(ctx context.Context, database *db.DB) error {
	restored, err := database.RestoreRows(ctx, c.Date, c.Backup, !c.Yes)
	if err != nil {
		return err
	}
	fmt.Println(describeRestored(c.Date, restored, c.Yes))
	return nil
}

// describeRestored writes what was put right, or would be.
func describeRestored(day settlement.Day, restored daylog.Restored, done bool) string {
	if restored.None() {
		return fmt.Sprintf("%s: all rows are as they were counted and posted", day)
	}
	text := fmt.Sprintf("%s: %s put back, %s put back, %s removed", day, settlement.Count(restored.Counted, "counted row"),
		settlement.Count(restored.Posted, "posted late row"), settlement.Count(restored.Removed, "other row"))
	if !done {
		return text + "; nothing was changed: add --yes to do it"
	}
	return text + "; to see that it is right: " + command.Verify(day)
}

type rowsTakeCommand struct {
	databaseFlags
	Output string `short:"o" required:"" type:"path" placeholder:"FILE" help:"File to write, in the form of an import. It must not exist."`
}

func (c rowsTakeCommand) Run(ctx context.Context, database *db.DB) error {
	if _, err := os.Stat(c.Output); err == nil {
		return fmt.Errorf("%s is there already: name another file", c.Output)
	}
	// The file is in its place before the rows are removed.
	rows, err := database.Log.TakeRowsBelow(ctx, func(read func(func(daylog.View) error) error) error {
		return writeFile(c.Output, func(to io.Writer) error { return writeViews(to, read) })
	})
	if err != nil {
		return err
	}
	if rows == 0 {
		fmt.Println("no rows of dropped days")
		return os.Remove(c.Output)
	}
	fmt.Printf("%s moved into %s\n", settlement.Count(rows, "row"), c.Output)
	return nil
}

// writeViews writes all views that read hands over in the form of an import.
func writeViews(to io.Writer, read func(func(daylog.View) error) error) error {
	out := csv.NewWriter(to)
	if err := out.Write([]string{"view_id", "video_id", "viewer_id", "watched_at", "played_seconds", "ad_views"}); err != nil {
		return err
	}
	if err := read(func(view daylog.View) error {
		return out.Write([]string{
			strconv.FormatInt(view.ViewID, 10), strconv.FormatInt(view.VideoID, 10), strconv.FormatInt(view.ViewerID, 10),
			time.UnixMilli(view.WatchedAt).UTC().Format("2006-01-02T15:04:05.000Z07:00"),
			strconv.FormatUint(uint64(view.PlayedSeconds), 10), strconv.FormatUint(uint64(view.AdViews), 10),
		})
	}); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}
