package db

import (
	"context"
	"fmt"

	"creatorpay/settlement"
)

// CheckRows reads the rows of some chunks of a closed day again, which must
// follow each other, and compares them with those that were counted and posted.
// The result says None if they are the same, or if the day's partition has been
// dropped meanwhile.
func (db *DB) CheckRows(ctx context.Context, day Run, chunks []Chunk) (found settlement.Mismatch, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("check rows of %s: %w", day.StartsOn, err)
		}
	}()
	nothing := settlement.Mismatch{Day: day.StartsOn}
	found = nothing
	for _, chunk := range chunks {
		rows, checksum, err := db.Log.Sum(ctx, day.OnTime(), chunk.Range)
		if err != nil {
			return nothing, err
		}
		found.Expected += chunk.Rows()
		found.Found += rows
		if checksum != chunk.Checksum {
			found.Chunks = append(found.Chunks, chunk.Number)
		}
	}
	posted, err := db.Log.PostedRows(ctx, day.OnTime(), settlement.Range{From: chunks[0].From, Before: chunks[len(chunks)-1].Before})
	if err != nil {
		return nothing, err
	}
	found.Expected += posted.Posted
	found.Found += posted.Posted - posted.Missing
	found.Changed = posted.Changed
	if found.None() {
		return found, nil
	}
	if kept, err := db.Log.Has(ctx, day.StartsOn); err != nil || !kept {
		return nothing, err
	}
	return found, nil
}
