package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"creatorpay/db"
	"creatorpay/engine/counting"
	"creatorpay/settlement"
)

type verifyCommand struct {
	databaseFlags
	Date settlement.Day `required:"" placeholder:"DATE" help:"A closed day."`
}

func (c verifyCommand) Run(ctx context.Context, database *db.DB) error {
	return printVerification(ctx, database, c.Date)
}

// printVerification prints the chunks whose rows came, went or changed, and every
// difference. Either is an error, except for rows that came late: another day
// posts them.
func printVerification(ctx context.Context, database *db.DB, day settlement.Day) error {
	found, err := verifyDay(ctx, database, day)
	if err != nil {
		return err
	}
	bad, unposted := printRawRows(found.rows)
	if unposted > 0 {
		fmt.Printf("%s: %s came late: the next daily run posts them, if its LATE_DAYS reach this day\n", day, settlement.Count(unposted, "row"))
	}
	if bad == 0 && len(found.differences) == 0 {
		fmt.Printf("%s: what is stored is what the watch log gives; no difference\n", day)
		return nil
	}
	if len(found.differences) > 0 {
		out := newTable("Of", "Figure", "Stored", "Recomputed")
		rightAligned(out, 3, 4)
		for _, d := range found.differences {
			out.AppendRow([]any{d.of, d.figure, d.stored, d.recomputed})
		}
		fmt.Print(rendered(out))
	}
	var problems []string
	if bad > 0 {
		problems = append(problems, settlement.Count(bad, "chunk")+" with other rows in the watch log than were counted")
	}
	if len(found.differences) > 0 {
		problems = append(problems, settlement.Count(len(found.differences), "difference")+" between what is stored and what the watch log gives")
	}
	return fmt.Errorf("%s: %s", day, strings.Join(problems, ", "))
}

// difference is one stored figure that the watch log does not give again.
type difference struct {
	of, figure         string
	stored, recomputed any
}

// verifyDay recomputes a closed day from the watch log, by the price rule, the
// repeat window and the creators that its run recorded, and compares.
func verifyDay(ctx context.Context, database *db.DB, day settlement.Day) (found part, err error) {
	run, err := database.ClosedRun(ctx, settlement.DailyPeriod(day))
	if err != nil {
		return found, err
	}
	kept, err := database.Log.Has(ctx, day)
	if err == nil && !kept {
		err = fmt.Errorf("%s cannot be verified: the watch log has no partition for it any more, its rows were dropped", day)
	}
	if err != nil {
		return found, err
	}
	rule, err := database.PriceRule(ctx, run.PriceRule)
	if err != nil {
		return found, err
	}
	counter, err := counting.New(ctx, database, day, run.RepeatWindow())
	if err != nil {
		return found, err
	}
	chunks, err := database.Chunks(ctx, run.Period())
	if err != nil {
		return found, err
	}
	verifier := verifier{db: database, day: day, run: run, rule: rule, counter: counter}
	parts := make([]part, len(chunks))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(connections() / 2)
	for i, chunk := range chunks {
		group.Go(func() (err error) {
			parts[i], err = verifier.chunk(groupCtx, chunk)
			return err
		})
	}
	err = group.Wait()
	var missing *settlement.Error
	if errors.Is(err, settlement.ErrMissing) && errors.As(err, &missing) {
		return found, fmt.Errorf("%s cannot be verified: which of its views are repeats depends on plays of %s across midnight, and those rows were dropped", day, missing.Period)
	}
	if err != nil {
		return found, err
	}
	return verifier.whole(ctx, parts)
}

type verifier struct {
	db      *db.DB
	day     settlement.Day
	run     db.Run
	rule    settlement.PriceRule
	counter *counting.Counter
}

// part is what verifying one chunk, or all of them, gave.
type part struct {
	rows        []rawRows           // by chunk
	lines       []db.StatisticsLine // recomputed
	totals      settlement.Totals   // recomputed
	differences []difference
}

func (v verifier) chunk(ctx context.Context, chunk db.Chunk) (out part, err error) {
	stored, err := v.db.Statistics(ctx, v.day, chunk.Range)
	if err != nil {
		return out, err
	}
	owners, err := v.owners(ctx, chunk.Range, stored)
	if err != nil {
		return out, err
	}
	count, err := v.counter.Count(ctx, chunk.Range, owners)
	if err != nil {
		return out, err
	}
	out.lines = count.Lines
	if out.totals, err = count.Totals(); err != nil {
		return out, err
	}
	compareStatistics(&out, stored, count.Lines)
	if err := v.late(ctx, &out, chunk.Range, count.Late); err != nil {
		return out, err
	}
	lateRows, err := v.db.Log.LateRows(ctx, v.run.OnTime(), chunk.Range)
	if err != nil {
		return out, err
	}
	out.rows = []rawRows{{chunk: chunk, found: out.totals.Rows() + count.UnknownRows, checksum: count.Checksum, late: lateRows}}
	compare(&out, fmt.Sprintf("chunk %d", chunk.Number), "rows of unknown videos", chunk.UnknownRows, count.UnknownRows)
	return out, v.settlements(ctx, &out, chunk.Range, count.Adjustments)
}

// owners are the catalogue's, with those that the run recorded in their place.
func (v verifier) owners(ctx context.Context, videos settlement.Range, stored []db.StatisticsLine) ([]db.Owner, error) {
	owners, err := v.db.Owners(ctx, videos)
	if err != nil {
		return nil, err
	}
	posted, err := v.db.PostedAdjustments(ctx, v.day, videos)
	if err != nil {
		return nil, err
	}
	recorded := make(map[int64]int64, len(stored))
	for _, adjustment := range posted {
		recorded[adjustment.VideoID] = adjustment.CreatorID
	}
	for _, line := range stored {
		recorded[line.VideoID] = line.CreatorID
	}
	for i, owner := range owners {
		if creator, found := recorded[owner.VideoID]; found {
			owners[i].CreatorID = creator
		}
	}
	return owners, nil
}

// settlements prices the recomputed counts and adjustments from where the
// video's settled days before this one ended.
func (v verifier) settlements(ctx context.Context, out *part, videos settlement.Range, adjustments []db.Adjustment) error {
	counted, err := v.db.CountedVideos(ctx, v.day, videos)
	if err != nil {
		return err
	}
	rejudged := make(map[int64][]db.Adjustment) // each a piece of the whole: pricing fills it in
	for i, from := 1, 0; i <= len(adjustments); i++ {
		if i == len(adjustments) || adjustments[i].VideoID != adjustments[from].VideoID {
			rejudged[adjustments[from].VideoID] = adjustments[from:i]
			from = i
		}
	}
	recounted := make(map[int64]settlement.Statistics, len(out.lines))
	for _, line := range out.lines {
		recounted[line.VideoID] = line.Statistics
	}
	stored, err := v.db.Settlements(ctx, v.day, videos)
	if err != nil {
		return err
	}
	storedLines := make(map[int64]db.SettlementLine, len(stored))
	for _, line := range stored {
		storedLines[line.VideoID] = line
	}
	for _, video := range counted {
		video.Views, video.AdViews = recounted[video.VideoID].Views, recounted[video.VideoID].AdViews
		video.Adjustments = rejudged[video.VideoID]
		line, late, err := video.Price(v.rule)
		if err != nil {
			return err
		}
		copy(video.Adjustments, late)
		if err := out.totals.Amounts.Add(line.Amounts); err != nil {
			return err
		}
		compareSettlement(out, storedLines[video.VideoID], line)
		delete(storedLines, video.VideoID)
	}
	for video := range storedLines {
		compare(out, fmt.Sprintf("video %d", video), "settlement line", "there", "none")
	}
	return v.adjustments(ctx, out, videos, adjustments)
}

// whole compares what belongs to the day as a whole.
func (v verifier) whole(ctx context.Context, parts []part) (all part, err error) {
	for _, p := range parts {
		all.rows = append(all.rows, p.rows...)
		all.differences = append(all.differences, p.differences...)
		all.lines = append(all.lines, p.lines...)
		if err := all.totals.Add(p.totals); err != nil {
			return all, err
		}
	}
	day := "day " + v.day.String()
	all.compareFigures(day, v.run.Statistics, all.totals.Statistics)
	compare(&all, day, "late rows", v.run.LateRows, all.totals.LateRows)
	compare(&all, day, "late views", v.run.LateViews, all.totals.LateViews)
	compare(&all, day, "video amount", v.run.VideoAmount, all.totals.VideoAmount)
	compare(&all, day, "ad amount", v.run.AdAmount, all.totals.AdAmount)
	top, err := v.db.TopVideos(ctx, v.run.Period())
	if err != nil {
		return all, err
	}
	compareTop(&all, top)
	return all, nil
}
