package workflows

import (
	"strings"

	"creatorpay/settlement"
)

// alarm is the first line of the run's current details: it names the closed days
// whose rows are not those that were counted, and what shows the difference.
func (p *progressTracker) alarm(verify func(settlement.Day) string) string {
	if len(p.mismatches) == 0 {
		return ""
	}
	days := make([]string, len(p.mismatches))
	for i, mismatch := range p.mismatches {
		days[i] = mismatch.String()
	}
	return "**ALARM: rows of closed days are missing, were changed, or came after their day or the one before it was dropped**, nothing was adjusted for them: " + strings.Join(days, "; ") +
		". To see which: `" + verify(p.mismatches[0].Day) + "`.\n\n"
}
