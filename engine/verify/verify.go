// Package verify tells whether the rows and the figures of a closed day are still
// those that were counted. It only reads, and repairs nothing.
package verify

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"creatorpay/db"
	"creatorpay/settlement"
)

// Report is what verifying a closed day found.
type Report struct {
	Chunks      []Rows       // all chunks of the day, by number, in each of the logs that have it
	Differences []Difference // by chunk, then those of the day as a whole
}

// Bad is how many chunks have rows that are not what they were, in either log.
func (r Report) Bad() int {
	chunks := map[int]struct{}{}
	for _, rows := range r.Chunks {
		if rows.Bad() {
			chunks[rows.Chunk.Number] = struct{}{}
		}
	}
	return len(chunks)
}

// Unposted is how many rows came late and have not been posted by any day yet.
func (r Report) Unposted() (rows int64) {
	for _, chunk := range r.Chunks {
		rows += chunk.Late.Unposted
	}
	return rows
}

// Day recomputes a closed day from the logs, by the rules, the repeat window and the
// creators that its run recorded, and compares. It works on so many
// chunks at a time, on two connections each. What differs by the rows of a replica is
// told by those of the primary. It fails with a
// [settlement.ErrNotClosed], and with a [settlement.ErrMissing] where rows were
// dropped that are needed.
func Day(ctx context.Context, database *db.DB, day settlement.Day, parallel int) (Report, error) {
	reader, err := open(ctx, database, day)
	if err != nil {
		return Report{}, err
	}
	run := reader.run
	chunks, err := database.Chunks(ctx, run.Period())
	if err != nil {
		return Report{}, err
	}
	results := make([]result, len(chunks))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i, chunk := range chunks {
		group.Go(func() (err error) {
			results[i], err = reader.chunk(groupCtx, chunk)
			if primary := database.ScannedOn(nil); err == nil && primary != database && !results[i].same() {
				results[i], err = chunkOf(groupCtx, primary, day, chunk)
			}
			return err
		})
	}
	if err := explainMissing(day, group.Wait()); err != nil {
		return Report{}, err
	}
	top, err := database.TopVideos(ctx, run.Period())
	if err != nil {
		return Report{}, err
	}
	return report(run, top, results)
}

// chunkOf verifies one chunk.
func chunkOf(ctx context.Context, database *db.DB, day settlement.Day, chunk db.Chunk) (result, error) {
	reader, err := open(ctx, database, day)
	if err != nil {
		return result{}, err
	}
	return reader.chunk(ctx, chunk)
}

// Video recomputes one video's closed day in the same way, and reads all rows of
// its chunk again: rows is of the first log in which they are other ones, if any.
// It fails as [Day] does.
func Video(ctx context.Context, database *db.DB, day settlement.Day, chunk db.Chunk, video int64) (rows settlement.Mismatch, differences []Difference, err error) {
	reader, err := open(ctx, database, day)
	if err != nil {
		return rows, nil, err
	}
	for _, log := range reader.logs {
		if rows, err = Chunks(ctx, database, reader.run, []db.Chunk{chunk}, log.payments); err != nil {
			return rows, nil, err
		}
		if !rows.None() {
			break
		}
	}
	chunk.Range = settlement.OneVideo(video)
	stored, err := reader.stored(ctx, chunk)
	if err != nil {
		return rows, nil, err
	}
	recomputed, _, err := reader.recompute(ctx, chunk.Range, stored)
	if err != nil {
		return rows, nil, explainMissing(day, err)
	}
	return rows, compareChunk(chunk.Number, stored, recomputed), nil
}

// explainMissing says which rows are missing, if that is the error.
func explainMissing(day settlement.Day, err error) error {
	var missing *settlement.Error
	if errors.Is(err, settlement.ErrMissing) && errors.As(err, &missing) {
		return settlement.Errorf(settlement.ErrMissing, missing.Period,
			"%s cannot be verified: which of its views are repeats depends on plays of %s across midnight, and those rows were dropped", day, missing.Period)
	}
	return err
}

// report puts the chunks together and compares what belongs to the day as a whole.
func report(run db.Run, top []db.TopVideo, results []result) (report Report, err error) {
	recomputed := dayFigures{}
	var all rankings
	for _, result := range results {
		report.Chunks = append(report.Chunks, result.rows...)
		report.Differences = append(report.Differences, result.differences...)
		all.merge(result.top)
		if err := recomputed.totals.Add(result.totals); err != nil {
			return Report{}, err
		}
	}
	recomputed.top = all.ranks()
	report.Differences = append(report.Differences, compareDay(run.StartsOn, dayFigures{run.Totals, storedRanks(top)}, recomputed)...)
	return report, nil
}
