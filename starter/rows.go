package main

import (
	"context"
	"encoding/csv"
	"errors"
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
	Take    rowsTakeCommand    `cmd:"" help:"Move rows that came for dropped days out of a log into a CSV file."`
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
		return fmt.Sprintf("%s: all rows are those of the backup; to see whether they are those that were counted: %s", day, command.Verify(day))
	}
	text := fmt.Sprintf("%s: %s put back, %s put back, %s marked as late again, %s removed", day, settlement.Count(restored.Counted, "counted row"),
		settlement.Count(restored.Posted, "posted late row"), settlement.Count(restored.Late, "row"), settlement.Count(restored.Removed, "other row"))
	if !done {
		return text + "; nothing was changed: add --yes to do it"
	}
	return text + "; to see that it is right: " + command.Verify(day)
}

type rowsTakeCommand struct {
	databaseFlags
	Output   string `short:"o" required:"" type:"path" placeholder:"FILE" help:"File to write, in the form of an import. It must not exist."`
	Payments bool   `help:"Take them out of the payments log; else out of the watch log."`
}

func (c rowsTakeCommand) Run(ctx context.Context, database *db.DB) error {
	if _, err := os.Stat(c.Output); err == nil {
		return fmt.Errorf("%s is there already: name another file", c.Output)
	}
	var rows int64
	var err error
	if c.Payments {
		rows, err = takeRows(ctx, c.Output, database.Payments.TakeRowsBelow, writePayments)
	} else {
		rows, err = takeRows(ctx, c.Output, database.Log.TakeRowsBelow, writeViews)
	}
	if err != nil {
		return c.afterFailure(err)
	}
	if rows == 0 {
		fmt.Println("no rows of dropped days")
		return os.Remove(c.Output)
	}
	fmt.Printf("%s moved into %s\n", settlement.Count(rows, "row"), c.Output)
	return nil
}

// afterFailure leaves no file of rows that are certainly still in the log. Else it says what the file is worth.
func (c rowsTakeCommand) afterFailure(err error) error {
	if settlement.KindOf(err) == settlement.ErrNeeded {
		return errors.Join(err, os.Remove(c.Output))
	}
	if _, missing := os.Stat(c.Output); missing != nil {
		return err
	}
	return fmt.Errorf("%w\n%s is written, but its rows may still be in the log: take them again into another file; "+
		"delete this one if all its rows are in that one, too, and keep both otherwise", err, c.Output)
}

// reading hands all rows over, one at a time.
type reading[Row any] = func(each func(Row) error) error

// takeRows moves rows out of a log into the file, which is in its place before they
// are removed.
func takeRows[Row any](ctx context.Context, path string, take func(context.Context, func(reading[Row]) error) (int64, error), write func(io.Writer, reading[Row]) error) (rows int64, err error) {
	return take(ctx, func(read reading[Row]) error {
		return writeFile(path, func(to io.Writer) error { return write(to, read) })
	})
}

// writeViews writes all views that read hands over in the form of an import.
func writeViews(to io.Writer, read reading[daylog.View]) error {
	return writeRows(to, read, []string{"view_id", "video_id", "viewer_id", "watched_at", "played_seconds", "ad_views"}, func(view daylog.View) []string {
		return []string{
			whole(view.ViewID), whole(view.VideoID), whole(view.ViewerID), instant(view.WatchedAt),
			whole(int64(view.PlayedSeconds)), whole(int64(view.AdViews)),
		}
	})
}

// writePayments does the same with rows of payments.
func writePayments(to io.Writer, read reading[daylog.Payment]) error {
	return writeRows(to, read, []string{"payment_id", "video_id", "payer_id", "paid_at", "amount", "status", "method", "refund_of"}, func(row daylog.Payment) []string {
		refundOf := ""
		if row.RefundOf != 0 {
			refundOf = whole(row.RefundOf)
		}
		return []string{
			whole(row.PaymentID), whole(row.VideoID), whole(row.PayerID), instant(row.PaidAt),
			whole(int64(row.Amount)), string(row.Status), row.Method, refundOf,
		}
	})
}

func writeRows[Row any](to io.Writer, read reading[Row], header []string, line func(Row) []string) error {
	out := csv.NewWriter(to)
	if err := out.Write(header); err != nil {
		return err
	}
	if err := read(func(row Row) error { return out.Write(line(row)) }); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

func whole(number int64) string { return strconv.FormatInt(number, 10) }

func instant(milliseconds int64) string {
	return time.UnixMilli(milliseconds).UTC().Format("2006-01-02T15:04:05.000Z07:00")
}
