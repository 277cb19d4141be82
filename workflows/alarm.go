package workflows

import "strings"

// alarm is the first line of the run's current details: it names the closed days
// whose rows are not those that were counted.
func (p *progressTracker) alarm() string {
	if len(p.mismatches) == 0 {
		return ""
	}
	days := make([]string, len(p.mismatches))
	for i, mismatch := range p.mismatches {
		days[i] = mismatch.String()
	}
	return "**ALARM: rows of closed days vanished, were changed, or came after their day was dropped**, nothing was adjusted for them: " + strings.Join(days, "; ") +
		". See which with `starter verify --date DAY`.\n\n"
}
