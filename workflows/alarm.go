package workflows

import (
	"slices"
	"strings"

	"creatorpay/settlement"
)

// alarm is the first line of the run's current details: it names the closed days
// whose rows are not those that were counted, and what shows the difference.
func (p *progressTracker) alarm(verify func(settlement.Day) string) string {
	if len(p.mismatches) == 0 {
		return ""
	}
	days, next := make([]string, len(p.mismatches)), "docs/operations.md"
	for i, mismatch := range slices.Backward(p.mismatches) {
		days[i] = mismatch.String()
		if !mismatch.Dropped && !mismatch.Unjudged { // of those nothing is left to verify
			next = "`" + verify(mismatch.Day) + "`"
		}
	}
	return "**ALARM: rows of closed days are missing, were changed, or came after their day or the one before it was dropped**, nothing was adjusted for them: " + strings.Join(days, "; ") +
		". To see which: " + next + ".\n\n"
}
