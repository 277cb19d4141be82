package settlement

import (
	"fmt"
	"strings"
)

// Mismatch is a closed day whose rows in one of the logs are not those that were
// counted and posted: rows vanished or changed, or came in another way than
// being inserted, or when the day, or the one before it, had been dropped. Nothing is
// adjusted for it.
type Mismatch struct {
	Day      Day   `json:"day"`
	Payments bool  `json:"payments,omitempty"` // in the payments log, else in the watch log
	Expected int64 `json:"expected"`           // rows that were counted or posted
	Found    int64 `json:"found"`
	// Chunks have other rows than were counted, by their checksums. Only
	// a check of all rows finds those.
	Chunks []int `json:"chunks,omitempty"`
	// Changed are posted late rows that have other figures now.
	Changed int64 `json:"changed,omitempty"`
	// Dropped tells that the rows came when the day had no partition any more.
	Dropped bool `json:"dropped,omitempty"`
	// Unjudged tells that Found are late rows that came when the day before, by whose
	// plays they would be told from repeats, had no partition any more.
	Unjudged bool `json:"unjudged,omitempty"`
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
	rows := Count(m.Found, "row")
	if m.Payments {
		rows += " in the payments log"
	}
	if m.Dropped {
		return fmt.Sprintf("%s got %s after it was dropped, which nobody has counted", m.Day, rows)
	}
	if m.Unjudged {
		return fmt.Sprintf("%s got %s soon after midnight when the day before had been dropped: nobody can tell them from repeats", m.Day, rows)
	}
	text := fmt.Sprintf("%s has %s, %d counted and posted", m.Day, rows, m.Expected)
	if len(m.Chunks) > 0 {
		named := m.Chunks[:min(len(m.Chunks), chunksNamed)]
		text += ", and other rows than were counted in chunk " + strings.Trim(fmt.Sprint(named), "[]")
		if more := len(m.Chunks) - len(named); more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
	}
	if m.Changed > 0 {
		text += fmt.Sprintf(", and other figures in %s", Count(m.Changed, "posted late row"))
	}
	return text
}
