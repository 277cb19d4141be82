package verify

import (
	"context"
	"fmt"
	"strings"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// Rows are what one of the logs holds of a chunk now, beside what the chunk read
// when it was counted.
type Rows struct {
	Chunk    db.Chunk
	Found    int64 // rows that were there when the day closed
	Checksum uint64
	Late     daylog.LateRows
	Payments bool // of the payments log, else of the watch log
}

// Counted is how many rows the chunk had when it was counted.
func (r Rows) Counted() int64 {
	if r.Payments {
		return r.Chunk.OwnPayments()
	}
	return r.Chunk.OwnRows()
}

// CountedChecksum is that of the rows that were counted.
func (r Rows) CountedChecksum() uint64 {
	if r.Payments {
		return r.Chunk.PaymentsChecksum
	}
	return r.Chunk.Checksum
}

// noun is what one of the rows is called.
func (r Rows) noun() string {
	if r.Payments {
		return "payment row"
	}
	return "row"
}

// Bad tells whether rows are not what they were, which nothing repairs by itself.
// Rows that came late are posted by a later day.
func (r Rows) Bad() bool {
	return r.Found != r.Counted() || r.Checksum != r.CountedChecksum() || r.Late.Missing > 0 || r.Late.Changed > 0
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
	say(counted-r.Found, r.noun(), "missing")
	say(r.Found-counted, r.noun(), "came with an epoch from before the close: restored, or inserted with it")
	if r.Found == counted && r.Checksum != r.CountedChecksum() {
		happened = append(happened, r.noun()+"s changed")
	}
	say(r.Late.Missing, "posted late "+r.noun(), "missing")
	say(r.Late.Changed, "posted late "+r.noun(), "changed")
	say(r.Late.Unposted, r.noun(), "came late, not posted yet")
	return strings.Join(happened, "; ")
}

// Chunks reads the rows of some chunks of a closed day again in one of the logs,
// which must follow each other, and compares them with those that were counted and
// posted. The result says None if they are the same, or if the day's partition has
// been dropped meanwhile. It costs less than [Day], which recomputes the figures, too.
func Chunks(ctx context.Context, database *db.DB, day db.Run, chunks []db.Chunk, payments bool) (found settlement.Mismatch, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("check rows of %s: %w", day.StartsOn, err)
		}
	}()
	nothing := settlement.Mismatch{Day: day.StartsOn, Payments: payments}
	log := logOf(database, payments)
	onTime := log.onTime(day)
	rows := make([]Rows, len(chunks))
	for i, chunk := range chunks {
		rows[i].Chunk, rows[i].Payments = chunk, payments
		if rows[i].Found, rows[i].Checksum, err = log.sum(ctx, onTime, chunk.Range); err != nil {
			return nothing, err
		}
	}
	posted, err := log.PostedRows(ctx, onTime, settlement.Range{From: chunks[0].From, Before: chunks[len(chunks)-1].Before})
	if err != nil {
		return nothing, err
	}
	if found = mismatch(nothing, rows, posted); found.None() {
		return found, nil
	}
	if kept, err := log.Has(ctx, day.StartsOn); err != nil || !kept {
		return nothing, err
	}
	return found, nil
}

// mismatch is what the rows of chunks of the day's log, with the late ones that
// were posted of their videos, come to.
func mismatch(found settlement.Mismatch, chunks []Rows, posted daylog.PostedRows) settlement.Mismatch {
	found.Expected, found.Found, found.Changed = posted.Posted, posted.Posted-posted.Missing, posted.Changed
	for _, rows := range chunks {
		found.Expected += rows.Counted()
		found.Found += rows.Found
		if rows.Checksum != rows.CountedChecksum() {
			found.Chunks = append(found.Chunks, rows.Chunk.Number)
		}
	}
	return found
}
