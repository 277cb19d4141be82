package db

import (
	"context"
	"fmt"
	"strings"

	"creatorpay/settlement"
)

// Mismatch is a closed day whose rows in the watch log are not those that were
// counted and posted: rows vanished or changed, or came in another way than
// being inserted, or when the day had been dropped. Nothing is adjusted for it.
type Mismatch struct {
	Day      settlement.Day `json:"day"`
	Expected int64          `json:"expected"` // rows that were counted or posted
	Found    int64          `json:"found"`
	// Chunks have other rows than were counted, by their checksums. Only
	// [DB.CheckRows] reads those.
	Chunks []int `json:"chunks,omitempty"`
	// Changed are posted late rows that have other figures now.
	Changed int64 `json:"changed,omitempty"`
	// Dropped tells that the rows came when the day had no partition any more.
	Dropped bool `json:"dropped,omitempty"`
}

// None tells whether the rows are those that were counted and posted after all.
func (m Mismatch) None() bool {
	return m.Found == m.Expected && len(m.Chunks) == 0 && m.Changed == 0
}

// Add takes in what was found in another part of the day.
func (m *Mismatch) Add(other Mismatch) {
	m.Expected += other.Expected
	m.Found += other.Found
	m.Chunks = append(m.Chunks, other.Chunks...)
	m.Changed += other.Changed
}

// chunksNamed is how many chunks a mismatch names.
const chunksNamed = 10

func (m Mismatch) String() string {
	if m.Dropped {
		return fmt.Sprintf("%s got %s after it was dropped, which nobody has counted", m.Day, settlement.Count(m.Found, "row"))
	}
	text := fmt.Sprintf("%s has %s, %d counted and posted", m.Day, settlement.Count(m.Found, "row"), m.Expected)
	if len(m.Chunks) > 0 {
		named := m.Chunks[:min(len(m.Chunks), chunksNamed)]
		text += ", and other rows than were counted in chunk " + strings.Trim(fmt.Sprint(named), "[]")
		if more := len(m.Chunks) - len(named); more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
	}
	if m.Changed > 0 {
		text += fmt.Sprintf(", and other figures in %s", settlement.Count(m.Changed, "posted late row"))
	}
	return text
}

// CheckRows reads the rows of some chunks of a closed day again, which must
// follow each other, and compares them with those that were counted and posted.
// The result says None if they are the same, or if the day's partition has been
// dropped meanwhile.
func (db *DB) CheckRows(ctx context.Context, day Run, chunks []Chunk) (found Mismatch, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("check rows of %s: %w", day.StartsOn, err)
		}
	}()
	nothing := Mismatch{Day: day.StartsOn}
	found = nothing
	for _, chunk := range chunks {
		rows, checksum, err := db.readAgain(ctx, day.StartsOn, chunk.Range)
		if err != nil {
			return nothing, err
		}
		found.Expected += chunk.Rows()
		found.Found += rows
		if checksum != chunk.Checksum {
			found.Chunks = append(found.Chunks, chunk.Number)
		}
	}
	posted, err := db.postedRows(ctx, day, settlement.Range{From: chunks[0].From, Before: chunks[len(chunks)-1].Before})
	if err != nil {
		return nothing, err
	}
	found.Expected += posted.Posted
	found.Found += posted.Posted - posted.Gone
	found.Changed = posted.Changed
	if found.None() {
		return found, nil
	}
	if kept, err := db.HasPartition(ctx, day.StartsOn); err != nil || !kept {
		return nothing, err
	}
	return found, nil
}
