package verify

import (
	"context"
	"fmt"
	"strings"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// Rows are what the watch log holds of a chunk now, beside what the chunk read
// when it was counted.
type Rows struct {
	Chunk    db.Chunk
	Found    int64 // rows that were there when the day closed
	Checksum uint64
	Late     daylog.LateRows
}

// Counted is how many rows the chunk had when it was counted.
func (r Rows) Counted() int64 { return r.Chunk.Statistics.Rows() + r.Chunk.UnknownRows }

// Bad tells whether rows are not what they were, which nothing repairs by itself.
// Rows that came late are posted by a later day.
func (r Rows) Bad() bool {
	return r.Found != r.Counted() || r.Checksum != r.Chunk.Checksum || r.Late.Missing > 0 || r.Late.Changed > 0
}

// Verdict says which rows came, are missing or changed; it is empty if none did.
func (r Rows) Verdict() string {
	var happened []string
	say := func(rows int64, noun, what string) {
		if rows > 0 {
			happened = append(happened, settlement.Count(rows, noun)+" "+what)
		}
	}
	counted := r.Counted()
	say(counted-r.Found, "row", "missing")
	say(r.Found-counted, "row", "came with an epoch from before the close: restored, or inserted with it")
	if r.Found == counted && r.Checksum != r.Chunk.Checksum {
		happened = append(happened, "rows changed")
	}
	say(r.Late.Missing, "posted late row", "missing")
	say(r.Late.Changed, "posted late row", "changed")
	say(r.Late.Unposted, "row", "came late, not posted yet")
	return strings.Join(happened, "; ")
}

// Chunks reads the rows of some chunks of a closed day again, which must follow
// each other, and compares them with those that were counted and posted. The
// result says None if they are the same, or if the day's partition has been
// dropped meanwhile. It costs less than [Day], which recomputes the figures, too.
func Chunks(ctx context.Context, database *db.DB, day db.Run, chunks []db.Chunk) (found settlement.Mismatch, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("check rows of %s: %w", day.StartsOn, err)
		}
	}()
	nothing := settlement.Mismatch{Day: day.StartsOn}
	rows := make([]Rows, len(chunks))
	for i, chunk := range chunks {
		rows[i].Chunk = chunk
		if rows[i].Found, rows[i].Checksum, err = database.Log.Sum(ctx, day.OnTime(), chunk.Range); err != nil {
			return nothing, err
		}
	}
	posted, err := database.Log.PostedRows(ctx, day.OnTime(), settlement.Range{From: chunks[0].From, Before: chunks[len(chunks)-1].Before})
	if err != nil {
		return nothing, err
	}
	if found = mismatch(day.StartsOn, rows, posted); found.None() {
		return found, nil
	}
	if kept, err := database.Log.Has(ctx, day.StartsOn); err != nil || !kept {
		return nothing, err
	}
	return found, nil
}

// mismatch is what the rows of chunks, with the late ones that were posted of
// their videos, come to.
func mismatch(day settlement.Day, chunks []Rows, posted daylog.PostedRows) settlement.Mismatch {
	found := settlement.Mismatch{
		Day:      day,
		Expected: posted.Posted,
		Found:    posted.Posted - posted.Missing,
		Changed:  posted.Changed,
	}
	for _, rows := range chunks {
		found.Expected += rows.Counted()
		found.Found += rows.Found
		if rows.Checksum != rows.Chunk.Checksum {
			found.Chunks = append(found.Chunks, rows.Chunk.Number)
		}
	}
	return found
}
