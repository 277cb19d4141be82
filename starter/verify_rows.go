package main

import (
	"fmt"
	"strings"

	"creatorpay/db"
	"creatorpay/db/watchlog"
	"creatorpay/settlement"
)

// rawRows is what the watch log holds of a chunk now, beside what the chunk read
// when it was counted.
type rawRows struct {
	chunk    db.Chunk
	found    int64 // rows that were there when the day closed
	checksum uint64
	late     watchlog.LateRows
}

// verdict says whether rows came, are missing or changed; it is empty if none did.
func (r rawRows) verdict() string {
	var happened []string
	say := func(rows int64, noun, what string) {
		if rows > 0 {
			happened = append(happened, settlement.Count(rows, noun)+" "+what)
		}
	}
	counted := r.counted()
	say(counted-r.found, "row", "missing")
	say(r.found-counted, "row", "came with an epoch from before the close: restored, or inserted with it")
	if r.found == counted && r.checksum != r.chunk.Checksum {
		happened = append(happened, "rows changed")
	}
	say(r.late.Missing, "posted late row", "missing")
	say(r.late.Changed, "posted late row", "changed")
	say(r.late.Unposted, "row", "came late, not posted yet")
	return strings.Join(happened, "; ")
}

// counted is how many rows the chunk had when it was counted.
func (r rawRows) counted() int64 { return r.chunk.Rows() + r.chunk.UnknownRows }

// isBad tells whether rows are not what they were, which nothing repairs by
// itself. Rows that came late are posted by a later day.
func (r rawRows) isBad() bool {
	return r.found != r.counted() || r.checksum != r.chunk.Checksum || r.late.Missing > 0 || r.late.Changed > 0
}

// printRawRows prints the chunks whose rows came, are missing or changed.
func printRawRows(chunks []rawRows) (bad int, unposted int64) {
	out := newTable("Chunk", "Videos", "Counted", "Found", "Checksum", "Checksum now", "What happened")
	rightAligned(out, 1, 3, 4, 5, 6)
	for _, rows := range chunks {
		verdict := rows.verdict()
		if verdict == "" {
			continue
		}
		out.AppendRow([]any{
			rows.chunk.Number, rows.chunk.String(), settlement.Number(rows.counted()), settlement.Number(rows.found),
			fmt.Sprintf("%016x", rows.chunk.Checksum), fmt.Sprintf("%016x", rows.checksum), verdict,
		})
		if rows.isBad() {
			bad++
		}
		unposted += rows.late.Unposted
	}
	if out.Length() > 0 {
		fmt.Print(rendered(out))
	}
	return bad, unposted
}
