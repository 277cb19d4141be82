package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	"creatorpay/db"
	"creatorpay/engine/spreadsheet"
	"creatorpay/settlement"
)

type exportCommand struct {
	databaseFlags
	What   string          `arg:"" enum:"statistics,settlement,adjustments,top5" help:"statistics, settlement, adjustments or top5."`
	Period settlement.Kind `required:"" enum:"daily,weekly,monthly" help:"daily, weekly or monthly."`
	Date   settlement.Day  `required:"" placeholder:"DATE" help:"The day, or any day of the week or month."`
	Format string          `enum:"csv,json" default:"csv" help:"csv or json."`
	Output string          `short:"o" type:"path" placeholder:"FILE" help:"Write to this file instead of standard output."`
}

func (c exportCommand) Run(ctx context.Context) error {
	period, err := settlement.PeriodOf(c.Period, c.Date)
	if err != nil {
		return err
	}
	database, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = database.Close() }()
	if _, err := database.ClosedRun(ctx, period); err != nil {
		return err
	}
	records, err := results(ctx, database, c.What, period)
	if err != nil {
		return err
	}
	write := writeCSV
	if c.Format == "json" {
		write = writeJSON
	}
	if c.Output == "" {
		return write(os.Stdout, records)
	}
	return writeFile(c.Output, func(to io.Writer) error { return write(to, records) })
}

// records are an export's lines under its columns.
type records struct {
	columns []string
	lines   [][]any
}

func results(ctx context.Context, database *db.DB, what string, period settlement.Period) (records, error) {
	switch what {
	case "statistics":
		return statisticsRecords(ctx, database, period)
	case "settlement":
		return settlementRecords(ctx, database, period)
	case "adjustments":
		return adjustmentRecords(ctx, database, period)
	default:
		return topRecords(ctx, database, period)
	}
}

func statisticsRecords(ctx context.Context, database *db.DB, period settlement.Period) (out records, err error) {
	out.columns = []string{"period", "start", "video_id", "creator_id", "views", "self_views", "repeat_views", "played_seconds", "ad_views"}
	add := func(video, creator int64, line settlement.Statistics) {
		out.lines = append(out.lines, []any{
			period.Kind, period.Start, video, creator,
			line.Views, line.SelfViews, line.RepeatViews, line.PlayedSeconds, line.AdViews,
		})
	}
	if period.Kind == settlement.Daily {
		lines, err := database.Statistics(ctx, period.Start, settlement.Range{})
		for _, line := range lines {
			add(line.VideoID, line.CreatorID, line.Statistics)
		}
		return out, err
	}
	lines, err := database.PeriodVideos(ctx, period, db.AllCreators)
	slices.SortFunc(lines, func(a, b db.PeriodVideo) int {
		return cmp.Or(cmp.Compare(a.VideoID, b.VideoID), cmp.Compare(a.CreatorID, b.CreatorID))
	})
	for _, line := range lines {
		if line.Rows() > 0 { // else it only has late views
			add(line.VideoID, line.CreatorID, line.Statistics)
		}
	}
	return out, err
}

func settlementRecords(ctx context.Context, database *db.DB, period settlement.Period) (out records, err error) {
	out.columns = []string{"period", "start", "creator_id", "video_id", "views_from", "views_to", "ad_views_from", "ad_views_to", "video_amount", "ad_amount"}
	add := func(line db.SettlementLine) {
		out.lines = append(out.lines, []any{
			period.Kind, period.Start, line.CreatorID, line.VideoID,
			line.ViewsFrom, line.ViewsTo, line.AdViewsFrom, line.AdViewsTo, int64(line.VideoAmount), int64(line.AdAmount),
		})
	}
	if period.Kind == settlement.Daily {
		lines, err := database.Settlements(ctx, period.Start, settlement.Range{})
		for _, line := range lines {
			add(line)
		}
		return out, err
	}
	lines, err := database.PeriodVideos(ctx, period, db.AllCreators)
	for _, line := range lines {
		if line.Views+line.LateViews > 0 {
			add(line.Settlement())
		}
	}
	return out, err
}

// adjustmentRecords are the late views that the period's days posted.
func adjustmentRecords(ctx context.Context, database *db.DB, period settlement.Period) (out records, err error) {
	out.columns = []string{
		"period", "start", "creator_id", "video_id", "watched_on", "posted_on", "views", "self_views", "repeat_views", "played_seconds", "ad_views",
		"views_from", "views_to", "ad_views_from", "ad_views_to", "video_amount", "ad_amount",
	}
	adjustments, err := database.Adjustments(ctx, period, db.AllCreators)
	for _, a := range adjustments {
		out.lines = append(out.lines, []any{
			period.Kind, period.Start, a.CreatorID, a.VideoID, a.WatchedOn, a.PostedOn, a.Views, a.SelfViews, a.RepeatViews, a.PlayedSeconds, a.AdViews,
			a.ViewsFrom, a.ViewsTo, a.AdViewsFrom, a.AdViewsTo, int64(a.VideoAmount), int64(a.AdAmount),
		})
	}
	return out, err
}

func topRecords(ctx context.Context, database *db.DB, period settlement.Period) (out records, err error) {
	out.columns = []string{"period", "start", "metric", "rank", "video_id", "title", "value"}
	top, err := database.TopVideos(ctx, period)
	for _, video := range top {
		out.lines = append(out.lines, []any{period.Kind, period.Start, video.Metric, video.Place, video.VideoID, video.Title, video.Value})
	}
	return out, err
}

// writeCSV writes lines that are safe to open in a spreadsheet: see [spreadsheet.Text].
func writeCSV(to io.Writer, from records) error {
	out := csv.NewWriter(to)
	if err := out.Write(from.columns); err != nil {
		return err
	}
	fields := make([]string, len(from.columns))
	for _, line := range from.lines {
		for i, value := range line {
			fields[i] = fmt.Sprint(value)
			if text, foreign := value.(string); foreign {
				fields[i] = spreadsheet.Text(text)
			}
		}
		if err := out.Write(fields); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// writeJSON writes an array with an object a line, its keys in the order of the
// columns.
func writeJSON(to io.Writer, from records) error {
	out := bufio.NewWriter(to)
	_, _ = out.WriteString("[")
	for n, line := range from.lines {
		if n > 0 {
			_, _ = out.WriteString(",")
		}
		for i, value := range line {
			encoded, err := json.Marshal(value)
			if err != nil {
				return err
			}
			start := ","
			if i == 0 {
				start = "\n{"
			}
			_, _ = fmt.Fprintf(out, "%s%q:%s", start, from.columns[i], encoded)
		}
		_, _ = out.WriteString("}")
	}
	_, _ = out.WriteString("\n]\n")
	return out.Flush()
}
